-- Which failures had an alarm flagged, at which gate, and how long before the result?
-- Asked by: quality assurance. Alarms are counted only where a process signal allows any.
SELECT
    f.batch_id,
    f.title AS outcome,
    f.product,
    f.started_at,
    f.first_flagged_gate IS NOT NULL AS was_flagged,
    f.first_flagged_gate,
    f.lead_time_h / 24 AS lead_time_days,
    f.cost_usd
FROM failures AS f
ORDER BY was_flagged DESC, f.started_at, f.batch_id, outcome;
