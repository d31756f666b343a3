-- How often do batches of each product fail, and within which range may the true rate lie?
-- Asked by: a manufacturing scientist. The range is the 95% Wilson interval of independent batches.
WITH counted AS (
    SELECT product, count(is_failure) AS batches, count(*) FILTER (WHERE is_failure) AS failures
    FROM batches
    GROUP BY product
)
SELECT
    product,
    batches,
    failures,
    failures / batches AS failure_rate,
    greatest(
        0,
        (failures + 1.9207 - 1.96 * sqrt(failures * (batches - failures) / batches + 0.9604))
        / (batches + 3.8415)
    ) AS rate_low,
    least(
        1,
        (failures + 1.9207 + 1.96 * sqrt(failures * (batches - failures) / batches + 0.9604))
        / (batches + 3.8415)
    ) AS rate_high
FROM counted
WHERE batches > 0
ORDER BY failure_rate DESC, batches DESC, product;
