-- Of the alarms raised, how many were followed by a failure?
-- Asked by: quality assurance.
SELECT
    a.outcome,
    a.gate,
    count(*) AS alarms,
    count(*) FILTER (WHERE a.result = 'failed') AS right_alarms,
    count(*) FILTER (WHERE a.result = 'good') AS false_alarms,
    count(*) FILTER (WHERE a.result = 'pending') AS pending,
    right_alarms / nullif(right_alarms + false_alarms, 0) AS share_right,
    any_value(o.failure_rate) AS usual_rate
FROM flagged_batches AS a
INNER JOIN outcomes AS o ON a.outcome = o.outcome
GROUP BY a.outcome, a.gate
ORDER BY a.outcome, a.gate;
