-- One row per batch: what it was, when, what became of it, by how much, and what went with it.
WITH judged AS (
    SELECT
        o.batch_id,
        CASE
            WHEN bool_or(o.is_failure) THEN 'failed'
            WHEN bool_or(o.status = 'pending') THEN 'pending'
            WHEN bool_or(o.status = 'known') THEN 'good'
            ELSE 'not_measured'
        END AS result,
        max(o.known_at) AS result_known_at,
        min(o.margin) AS margin
    FROM core.outcomes AS o
    INNER JOIN mart.outcomes AS d ON o.outcome = d.outcome
    WHERE d.is_headline
    GROUP BY o.batch_id
),
failed AS (
    SELECT
        o.batch_id,
        string_agg(o.outcome, ', ' ORDER BY d.severity_rank) AS failed_outcomes,
        arg_min(o.outcome, d.severity_rank) AS worst_outcome,
        arg_min(d.severity, d.severity_rank) AS worst_severity
    FROM core.outcomes AS o
    INNER JOIN core.outcome_definitions AS d ON o.outcome = d.outcome
    WHERE o.is_failure
    GROUP BY o.batch_id
),
closest AS (
    SELECT m.batch_id, arg_min(m.quantity, m.margin) AS closest_quantity
    FROM core.outcome_margins AS m
    INNER JOIN mart.outcomes AS d ON m.outcome = d.outcome
    WHERE d.is_headline
    GROUP BY m.batch_id
),
measured AS (
    SELECT batch_id, test AS quantity, value, unit FROM core.lab_results
    UNION ALL
    SELECT batch_id, parameter, value, unit FROM core.parameters
),
deciding AS (
    SELECT
        m.batch_id,
        m.quantity,
        round(min(m.value), 4) AS least,
        round(max(m.value), 4) AS most,
        any_value(m.unit) AS unit
    FROM measured AS m
    WHERE
        m.value IS NOT NULL
        AND m.quantity IN (SELECT measured_quantity FROM core.outcome_margins)
    GROUP BY m.batch_id, m.quantity
),
key_results AS (
    SELECT
        batch_id,
        string_agg(
            concat_ws(
                ' ', quantity, least, CASE WHEN most > least THEN concat('to ', most) END,
                nullif(unit, '1')
            ),
            '; ' ORDER BY quantity
        ) AS key_results
    FROM deciding
    GROUP BY batch_id
),
lots AS (
    SELECT
        batch_id,
        string_agg(DISTINCT concat(material, ' ', lot), ', ' ORDER BY concat(material, ' ', lot))
            AS lots
    FROM core.material_usage
    GROUP BY batch_id
),
filed AS (
    SELECT
        batch_id,
        count(*) AS deviations,
        count(*) FILTER (WHERE closed_at IS NULL) AS open_deviations
    FROM core.deviations
    WHERE batch_id IS NOT NULL
    GROUP BY batch_id
),
priced AS (
    SELECT batch_id, sum(amount_usd)::DECIMAL(18, 2) AS cost_usd
    FROM economics.copq_ledger
    GROUP BY batch_id
)
SELECT
    b.batch_id,
    b.production_order,
    b.product,
    b.strength,
    b.site,
    b.line,
    b.campaign_id,
    l.lots,
    b.batch_size,
    b.started_at,
    b.ended_at,
    b.disposition,
    b.dispositioned_at,
    coalesce(j.result, 'not_measured') AS result,
    CASE j.result WHEN 'failed' THEN TRUE WHEN 'good' THEN FALSE END AS is_failure,
    b.failure_mode,
    f.failed_outcomes,
    f.worst_outcome,
    f.worst_severity,
    CASE WHEN j.result IN ('failed', 'good') THEN j.result_known_at END AS result_known_at,
    j.margin,
    c.closest_quantity,
    k.key_results,
    coalesce(d.deviations, 0) AS deviations,
    coalesce(d.open_deviations, 0) AS open_deviations,
    p.cost_usd
FROM core.batches AS b
LEFT JOIN judged AS j ON b.batch_id = j.batch_id
LEFT JOIN failed AS f ON b.batch_id = f.batch_id
LEFT JOIN closest AS c ON b.batch_id = c.batch_id
LEFT JOIN key_results AS k ON b.batch_id = k.batch_id
LEFT JOIN lots AS l ON b.batch_id = l.batch_id
LEFT JOIN filed AS d ON b.batch_id = d.batch_id
LEFT JOIN priced AS p ON b.batch_id = p.batch_id;
