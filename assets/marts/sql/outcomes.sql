-- One row per outcome: what counts as a failure, how often it happened, and what the records allow
-- one to say about it at the last gate before its result. Where a source has the outcome 'failure',
-- the others are its modes or cost less than a batch: then that one is the headline. Else each is
-- by which batches are lost, or where none loses a batch, each.
WITH counted AS (
    SELECT
        outcome,
        count(is_failure) AS batches,
        count(*) FILTER (WHERE is_failure) AS failures,
        count(*) FILTER (WHERE status = 'pending') AS pending
    FROM core.outcomes
    GROUP BY outcome
)
SELECT
    d.outcome,
    d.title,
    CASE
        WHEN count(*) FILTER (WHERE d.outcome = 'failure') OVER () > 0 THEN d.outcome = 'failure'
        WHEN count(*) FILTER (WHERE d.severity = 'lost') OVER () > 0 THEN d.severity = 'lost'
        ELSE TRUE
    END AS is_headline,
    d.severity,
    d.is_proxy,
    d.rule,
    d.margin_quantity,
    d.spec_low,
    d.spec_high,
    d.first_known_stage,
    coalesce(c.batches, 0) AS batches,
    coalesce(c.failures, 0) AS failures,
    coalesce(c.pending, 0) AS pending,
    c.failures / nullif(c.batches, 0) AS failure_rate,
    v.gate,
    v.verdict,
    v.reason,
    v.auc,
    v.auc_low,
    v.auc_high
FROM core.outcome_definitions AS d
LEFT JOIN counted AS c ON d.outcome = c.outcome
LEFT JOIN model.verdicts AS v ON d.outcome = v.outcome AND v.is_primary_gate;
