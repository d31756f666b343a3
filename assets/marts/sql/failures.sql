-- One row per failed batch (and outcome, where a source has several that are not modes of one), with
-- what decided it, what it cost, what the investigation found and whether it was flagged before.
WITH closest AS (
    SELECT batch_id, outcome, arg_min(quantity, margin) AS quantity
    FROM core.outcome_margins
    GROUP BY batch_id, outcome
),
priced AS (
    SELECT
        batch_id,
        min(stage) AS origin_stage,
        sum(amount_usd)::DECIMAL(18, 2) AS cost_usd,
        (sum(amount_usd) FILTER (WHERE is_avoidable))::DECIMAL(18, 2) AS avoidable_cost_usd
    FROM economics.copq_ledger
    GROUP BY batch_id
),
investigated AS (
    SELECT
        batch_id,
        count(*) AS deviations,
        string_agg(DISTINCT confirmed_cause, ', ' ORDER BY confirmed_cause) AS confirmed_causes,
        string_agg(DISTINCT capa_id, ', ' ORDER BY capa_id) AS capas
    FROM core.deviations
    WHERE batch_id IS NOT NULL
    GROUP BY batch_id
),
flagged AS (
    SELECT
        batch_id,
        outcome,
        min(gate) AS first_flagged_gate,
        arg_min(lead_time_h, gate) AS lead_time_h
    FROM mart.flagged_batches
    GROUP BY batch_id, outcome
)
SELECT
    o.batch_id,
    o.outcome,
    d.title,
    d.is_proxy,
    b.product,
    b.line,
    b.campaign_id,
    b.started_at,
    o.known_at AS result_known_at,
    b.failure_mode,
    c.quantity,
    o.margin,
    p.origin_stage,
    CASE WHEN is_first THEN p.cost_usd END AS cost_usd,
    CASE WHEN is_first THEN p.avoidable_cost_usd END AS avoidable_cost_usd,
    coalesce(i.deviations, 0) AS deviations,
    i.confirmed_causes,
    i.capas,
    f.first_flagged_gate,
    f.lead_time_h,
    k.statement
FROM (
    SELECT
        *,
        row_number() OVER (PARTITION BY batch_id ORDER BY outcome) = 1 AS is_first
    FROM core.outcomes
    WHERE is_failure AND outcome IN (SELECT outcome FROM mart.outcomes WHERE is_headline)
) AS o
INNER JOIN mart.outcomes AS d ON o.outcome = d.outcome
INNER JOIN core.batches AS b ON o.batch_id = b.batch_id
LEFT JOIN closest AS c ON o.batch_id = c.batch_id AND o.outcome = c.outcome
LEFT JOIN priced AS p ON o.batch_id = p.batch_id
LEFT JOIN investigated AS i ON o.batch_id = i.batch_id
LEFT JOIN flagged AS f ON o.batch_id = f.batch_id AND o.outcome = f.outcome
LEFT JOIN finding.investigation_cards AS k ON o.batch_id = k.batch_id AND o.outcome = k.outcome;
