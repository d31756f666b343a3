-- Do failures come together in campaigns?
-- Asked by: a manufacturing scientist. Failures that share a campaign are not independent of each
-- other.
SELECT
    campaign_id,
    product,
    min(started_at) AS begun_at,
    count(is_failure) AS batches,
    count(*) FILTER (WHERE is_failure) AS failures,
    string_agg(batch_id, ', ' ORDER BY production_order) FILTER (WHERE is_failure)
        AS failed_batches
FROM batches
WHERE campaign_id IS NOT NULL
GROUP BY campaign_id, product
HAVING failures > 0
ORDER BY failures DESC, begun_at, campaign_id;
