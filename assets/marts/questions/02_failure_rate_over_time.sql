-- How did the failure rate move, quarter by quarter?
-- Asked by: a manufacturing scientist.
SELECT
    date_trunc('quarter', started_at)::DATE AS quarter,
    count(is_failure) AS batches,
    count(*) FILTER (WHERE is_failure) AS failures,
    count(*) FILTER (WHERE is_failure) / nullif(count(is_failure), 0) AS failure_rate,
    count(*) FILTER (WHERE result = 'pending') AS pending
FROM batches
GROUP BY quarter
ORDER BY quarter NULLS LAST;
