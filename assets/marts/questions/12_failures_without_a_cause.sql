-- How many failures have no confirmed cause yet, by failure mode?
-- Asked by: quality assurance.
SELECT
    coalesce(failure_mode, title) AS failure,
    count(DISTINCT batch_id) AS batches,
    count(DISTINCT batch_id) FILTER (WHERE confirmed_causes IS NULL) AS without_a_cause,
    count(DISTINCT batch_id) FILTER (WHERE deviations = 0) AS without_a_deviation,
    count(DISTINCT batch_id) FILTER (WHERE capas IS NOT NULL) AS with_an_action
FROM failures
GROUP BY failure
ORDER BY without_a_cause DESC, failure;
