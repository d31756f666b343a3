-- Which test results moved most between the earlier and the later half of the batches?
-- Asked by: a manufacturing scientist. The shift is in standard deviations of the earlier half, of
-- measured results.
WITH halves AS (
    SELECT batch_id, ntile(2) OVER (PARTITION BY product ORDER BY production_order) AS half
    FROM batches
)
SELECT
    r.product,
    r.test,
    count(*) AS results,
    avg(r.value) FILTER (WHERE h.half = 1) AS earlier_mean,
    avg(r.value) FILTER (WHERE h.half = 2) AS later_mean,
    (later_mean - earlier_mean) / stddev(r.value) FILTER (WHERE h.half = 1) AS shift
FROM results AS r
INNER JOIN halves AS h ON r.batch_id = h.batch_id
WHERE r.value IS NOT NULL AND r.censoring = 'none'
GROUP BY r.product, r.test
HAVING count(*) >= 40 AND stddev(r.value) FILTER (WHERE h.half = 1) > 0
ORDER BY abs(shift) DESC, r.product, r.test
LIMIT 20;
