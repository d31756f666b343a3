-- One row per batch and headline outcome whose result is still to come, with the last score of a
-- kept model whose verdict at its own gate makes it a finding. The verdict shown is that one: an alarm
-- at one gate never stands under the verdict of another.
WITH looked_back AS (
    SELECT as_of FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1
),
passed AS (
    SELECT batch_id, max(gate) AS gate, arg_max(gate_at, gate) AS gate_at
    FROM feature.batch_gates
    GROUP BY batch_id
),
findings AS (
    SELECT * FROM model.batch_scores WHERE verdict = 'process_signal'
),
scored AS (
    SELECT
        *,
        string_agg(gate, ', ' ORDER BY gate) FILTER (WHERE is_alarm) OVER (
            PARTITION BY batch_id, outcome
        ) AS alarm_gates
    FROM findings
    QUALIFY row_number() OVER (PARTITION BY batch_id, outcome ORDER BY gate DESC) = 1
),
raised AS (
    SELECT
        c.outcome,
        c.gate,
        c.batch_id,
        string_agg(
            concat(coalesce(f.title, c.feature), ' ' || round(c.value, 3)), '; ' ORDER BY c.rank
        ) AS raised_by
    FROM model.score_contributions AS c
    LEFT JOIN feature.dictionary AS f ON c.feature = f.feature
    WHERE c.contribution > 0 AND c.rank <= 3
    GROUP BY c.outcome, c.gate, c.batch_id
),
trajectories AS (
    SELECT
        batch_id,
        max(golden_distance) AS golden_distance,
        arg_max(concat(tag, ' in ', phase), golden_distance) AS golden_tag
    FROM feature.sensor_phase_features
    WHERE golden_distance IS NOT NULL
    GROUP BY batch_id
),
faults AS (
    SELECT
        batch_id,
        count(*) AS sensor_faults,
        string_agg(DISTINCT concat(fault, ' of ', tag), ', ' ORDER BY concat(fault, ' of ', tag))
            AS faulty_tags
    FROM evidence.sensor_faults
    GROUP BY batch_id
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
    s.alarm_gates,
    s.foretold,
    s.undecided_low_prob,
    s.undecided_high_prob,
    s.expected_margin,
    w.raised_by,
    d.failure_rate,
    t.golden_distance,
    t.golden_tag,
    coalesce(q.sensor_faults, 0) AS sensor_faults,
    q.faulty_tags,
    m.lots,
    coalesce(m.open_deviations, 0) AS open_deviations,
    coalesce(s.verdict, d.verdict) AS verdict,
    s.model_version,
    k.reason AS no_alarm_because
FROM core.outcomes AS o
INNER JOIN mart.outcomes AS d ON o.outcome = d.outcome
INNER JOIN core.batches AS b ON o.batch_id = b.batch_id
INNER JOIN mart.batches AS m ON o.batch_id = m.batch_id
CROSS JOIN looked_back AS r
LEFT JOIN passed AS g ON o.batch_id = g.batch_id
LEFT JOIN scored AS s ON o.batch_id = s.batch_id AND o.outcome = s.outcome
LEFT JOIN raised AS w
    ON s.outcome = w.outcome AND s.gate = w.gate AND s.batch_id = w.batch_id
LEFT JOIN model.model_standing AS k
    ON
        s.outcome = k.outcome
        AND s.gate = k.gate
        AND s.model_version = k.model_version
        AND k.is_current
        AND k.state <> 'in_force'
LEFT JOIN trajectories AS t ON o.batch_id = t.batch_id
LEFT JOIN faults AS q ON o.batch_id = q.batch_id
WHERE o.status = 'pending' AND d.is_headline;
