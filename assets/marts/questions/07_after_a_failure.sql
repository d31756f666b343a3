-- Does a failure raise the risk of the next batch of the same product?
-- Asked by: a manufacturing scientist.
WITH in_order AS (
    SELECT
        is_failure,
        lag(is_failure) OVER (PARTITION BY product ORDER BY production_order) AS failed_before
    FROM batches
    WHERE is_failure IS NOT NULL
)
SELECT
    CASE WHEN failed_before THEN 'a failure' ELSE 'a good batch' END AS after,
    count(*) AS batches,
    count(*) FILTER (WHERE is_failure) AS failures,
    count(*) FILTER (WHERE is_failure) / count(*) AS failure_rate
FROM in_order
WHERE failed_before IS NOT NULL
GROUP BY after
ORDER BY after;
