-- One row per batch and headline outcome whose result is still to come, with the last score of the
-- kept model where a process signal makes it a finding.
WITH looked_back AS (
    SELECT as_of FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1
),
passed AS (
    SELECT batch_id, max(gate) AS gate, arg_max(gate_at, gate) AS gate_at
    FROM feature.batch_gates
    GROUP BY batch_id
),
scored AS (
    SELECT *
    FROM model.batch_scores
    WHERE verdict = 'process_signal'
    QUALIFY row_number() OVER (PARTITION BY batch_id, outcome ORDER BY gate DESC) = 1
)
SELECT
    o.batch_id,
    o.outcome,
    d.title,
    b.product,
    b.line,
    b.campaign_id,
    b.started_at,
    date_diff('second', b.started_at, r.as_of) / 86400.0 AS age_days,
    g.gate AS last_gate,
    g.gate_at AS last_gate_at,
    s.gate AS scored_gate,
    s.failure_prob,
    s.threshold,
    s.is_alarm,
    s.foretold,
    s.expected_margin,
    d.failure_rate,
    coalesce(m.open_deviations, 0) AS open_deviations,
    d.verdict
FROM core.outcomes AS o
INNER JOIN mart.outcomes AS d ON o.outcome = d.outcome
INNER JOIN core.batches AS b ON o.batch_id = b.batch_id
INNER JOIN mart.batches AS m ON o.batch_id = m.batch_id
CROSS JOIN looked_back AS r
LEFT JOIN passed AS g ON o.batch_id = g.batch_id
LEFT JOIN scored AS s ON o.batch_id = s.batch_id AND o.outcome = s.outcome
WHERE o.status = 'pending' AND d.is_headline;
