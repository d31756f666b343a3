-- What did failed batches cost, year by year, and how much of it could be saved in cash?
-- Asked by: a controller. Of a proxy it is what such batches would have cost; none was lost.
SELECT
    coalesce(year(started_at)::VARCHAR, 'undated') AS year,
    bool_or(is_proxy) AS is_proxy,
    count(DISTINCT batch_id) AS failed_batches,
    sum(cost_usd) AS cost_usd,
    sum(avoidable_cost_usd) AS avoidable_cost_usd
FROM failures
GROUP BY ALL
ORDER BY year;
