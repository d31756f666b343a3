-- One row per signal under the promised number of false alarms: since when, what else moved then, where
-- it leads, and what that would cost a year. Only a value beyond a specification is a failed batch; one
-- beyond a normal operating range is not, so no cost is told of it.
WITH failed AS (
    SELECT (sum(amount_usd) / count(DISTINCT batch_id))::DOUBLE AS cost_usd
    FROM economics.copq_ledger
),
newest AS (
    SELECT max(known_at) AS known_at FROM finding.chart_points
)
SELECT
    s.chart_id,
    s.place,
    s.watch,
    p.product,
    p.source,
    p.stage,
    p.quantity,
    p.unit,
    p.is_critical,
    s.batch_id,
    s.known_at,
    coalesce(s.known_at >= n.known_at - INTERVAL 1 DAY, FALSE) AS is_new,
    s.episode,
    s.direction,
    s.shape,
    s.shape_prob,
    s.onset_batch,
    s.onset_low_batch,
    s.onset_high_batch,
    s.onset_low_at,
    s.onset_high_at,
    s.batches,
    s.lots,
    s.moved,
    s.level_before,
    s.level_now,
    s.nearer_limit,
    p.limit_kind,
    s.batches_to_limit_low,
    s.batches_to_limit,
    s.batches_to_limit_high,
    s.outside_before,
    s.outside_now,
    CASE WHEN s.outside_now IS NOT NULL AND p.limit_kind <> 'normal_operating_range' THEN
        greatest(s.outside_now_low - s.outside_before, 0) * s.points_a_month * 12 * f.cost_usd
    END AS cost_usd_per_year_low,
    CASE WHEN s.outside_now IS NOT NULL AND p.limit_kind <> 'normal_operating_range' THEN
        greatest(s.outside_now - s.outside_before, 0) * s.points_a_month * 12 * f.cost_usd
    END AS cost_usd_per_year,
    CASE WHEN s.outside_now IS NOT NULL AND p.limit_kind <> 'normal_operating_range' THEN
        greatest(s.outside_now_high - s.outside_before, 0) * s.points_a_month * 12 * f.cost_usd
    END AS cost_usd_per_year_high,
    s.statement
FROM finding.chart_signals AS s
INNER JOIN finding.chart_plan AS p ON s.chart_id = p.chart_id
CROSS JOIN newest AS n
CROSS JOIN failed AS f;
