-- One row per alarm: a batch flagged for an outcome at a gate. An alarm is raised where the risk is
-- above that score of the last hundred whose rank keeps the budget (the 96th for 5%), and above the
-- least risk at which an alarm pays; on an outcome that loses no batch none pays, and the budget stands
-- alone. Past batches are scored by models fitted on earlier ones only; the first test block has no past
-- to take a threshold from. Only under a process signal is a score a finding.
WITH tried AS (
    SELECT
        p.outcome,
        p.gate,
        p.batch_id,
        p.fold,
        p.failure_prob,
        a.alarm_budget,
        if(d.severity = 'lost', a.least_prob, 0) AS least_prob,
        list_sort(list(p.failure_prob) OVER (
            PARTITION BY p.outcome, p.gate
            ORDER BY b.production_order
            ROWS BETWEEN 100 PRECEDING AND 1 PRECEDING
        )) AS past,
        min(p.fold) OVER (PARTITION BY p.outcome, p.gate) AS first_fold
    FROM model.predictions AS p
    INNER JOIN model.verdicts AS v
        ON p.outcome = v.outcome AND p.gate = v.gate AND p.model = v.model_used
    INNER JOIN core.batches AS b ON p.batch_id = b.batch_id
    INNER JOIN economics.alarm_prices AS a ON p.gate = a.gate
    INNER JOIN core.outcome_definitions AS d ON p.outcome = d.outcome
    WHERE
        p.validation = 'rolling_origin'
        AND p.failure_prob IS NOT NULL
        AND v.verdict = 'process_signal'
),
judged AS (
    SELECT
        *,
        ceil(round((len(past) + 1) * (1 - alarm_budget), 9))::BIGINT AS place,
        CASE
            WHEN place > len(past) THEN 1.0
            WHEN place < 1 THEN least_prob
            ELSE least(greatest(past[place], least_prob), 1.0)
        END AS threshold
    FROM tried
    WHERE fold > first_fold
),
raised AS (
    SELECT
        outcome,
        gate,
        batch_id,
        'replayed' AS scored,
        failure_prob,
        threshold,
        NULL AS foretold
    FROM judged
    WHERE failure_prob > threshold
    UNION ALL
    SELECT outcome, gate, batch_id, 'kept_model', failure_prob, threshold, foretold
    FROM model.batch_scores
    WHERE is_alarm AND verdict = 'process_signal'
)
SELECT
    r.batch_id,
    r.outcome,
    r.gate,
    g.gate_at,
    b.product,
    b.campaign_id,
    b.started_at,
    r.scored,
    r.failure_prob,
    r.threshold,
    r.foretold,
    CASE
        WHEN o.is_failure THEN 'failed'
        WHEN NOT o.is_failure THEN 'good'
        ELSE coalesce(o.status, 'not_measured')
    END AS result,
    o.known_at AS result_known_at,
    date_diff('second', g.gate_at, o.known_at) / 3600.0 AS lead_time_h
FROM raised AS r
INNER JOIN core.batches AS b ON r.batch_id = b.batch_id
LEFT JOIN feature.batch_gates AS g ON r.batch_id = g.batch_id AND r.gate = g.gate
LEFT JOIN core.outcomes AS o ON r.batch_id = o.batch_id AND r.outcome = o.outcome
QUALIFY row_number() OVER (PARTITION BY r.batch_id, r.outcome, r.gate ORDER BY r.scored DESC) = 1;
