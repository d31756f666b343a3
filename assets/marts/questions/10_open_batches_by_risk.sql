-- Which batches are still open, and which of them deserve a look first?
-- Asked by: quality assurance. Without a process signal there is no score, and none is made up.
SELECT
    batch_id,
    title AS outcome,
    product,
    age_days,
    last_gate,
    failure_prob,
    threshold,
    is_alarm,
    foretold,
    failure_rate AS usual_rate,
    open_deviations,
    verdict
FROM open_batches
ORDER BY is_alarm DESC NULLS LAST, failure_prob DESC NULLS LAST, batch_id;
