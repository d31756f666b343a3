-- Which lots or parent batches stand behind more than one failed batch, whatever the levels between?
-- Asked by: a quality engineer. Batches of one ancestor share it, so their failures are not separate
-- evidence; the share is that of the ancestor in the failed batches, null where amounts are missing.
SELECT
    ancestor_type,
    ancestor,
    count(*) AS batches,
    count(*) FILTER (WHERE result = 'failed') AS failures,
    count(*) FILTER (WHERE result = 'failed') / count(*) AS failure_rate,
    min(levels) AS levels,
    avg(share) FILTER (WHERE result = 'failed') AS mean_share
FROM trace
WHERE batch_id IS NOT NULL AND result IN ('failed', 'good')
GROUP BY ancestor_type, ancestor
HAVING count(*) FILTER (WHERE result = 'failed') > 1
ORDER BY failure_rate DESC, failures DESC, ancestor
LIMIT 50;
