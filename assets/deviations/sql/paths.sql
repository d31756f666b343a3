-- One row per outcome, kind of path and path: how often batches on it failed, with Wilson's interval
-- (1927) for the rate and Newcombe's (1998, method 10) for the difference to batches off it.
-- A route is the order of unit procedures as first entered; equipment is the same with what they ran
-- on; a hold is long above the 95th percentile of all holds between the same two unit procedures
-- (with at least 20 of them); reprocessing is a phase run more than once; rework is the disposition.
WITH visits AS (
    SELECT
        batch_id,
        unit_procedure,
        min(stage) AS stage,
        min(started_at) AS started_at,
        max(ended_at) AS ended_at,
        arg_min(equipment_id, coalesce(started_at, TIMESTAMP '9999-01-01')) AS equipment_id
    FROM core.phases
    GROUP BY batch_id, unit_procedure
),
routes AS (
    SELECT
        batch_id,
        string_agg(unit_procedure, ' > ' ORDER BY started_at NULLS LAST, stage, unit_procedure)
            AS route,
        string_agg(equipment_id, ' > ' ORDER BY started_at NULLS LAST, stage, unit_procedure)
            AS equipment
    FROM visits
    GROUP BY batch_id
),
holds AS (
    SELECT
        batch_id,
        unit_procedure AS entered,
        lag(unit_procedure) OVER arrival AS left_behind,
        date_diff('second', lag(ended_at) OVER arrival, started_at) / 3600.0 AS hold_h
    FROM visits
    WHERE started_at IS NOT NULL
    WINDOW arrival AS (PARTITION BY batch_id ORDER BY started_at, stage, unit_procedure)
),
hold_limits AS (
    SELECT left_behind, entered, quantile_cont(hold_h, 0.95) AS limit_h
    FROM holds
    WHERE hold_h IS NOT NULL
    GROUP BY left_behind, entered
    HAVING count(*) >= 20
),
repeats AS (
    SELECT batch_id, unit_procedure, phase
    FROM core.phases
    GROUP BY batch_id, unit_procedure, phase
    HAVING count(*) > 1
),
members AS (
    SELECT batch_id, 'route' AS kind, route AS path, TRUE AS is_known_before_result
    FROM routes
    UNION ALL
    SELECT batch_id, 'equipment', equipment, TRUE
    FROM routes
    WHERE equipment IS NOT NULL
    UNION ALL
    SELECT
        h.batch_id,
        'hold',
        concat('over ', round(l.limit_h, 1), ' h from ', h.left_behind, ' to ', h.entered),
        TRUE
    FROM holds AS h
    INNER JOIN hold_limits AS l ON h.left_behind = l.left_behind AND h.entered = l.entered
    WHERE h.hold_h > l.limit_h
    UNION ALL
    SELECT batch_id, 'reprocessing', concat(unit_procedure, ' ', phase, ' repeated'), TRUE
    FROM repeats
    UNION ALL
    SELECT batch_id, 'rework', 'reworked', FALSE
    FROM core.batches
    WHERE disposition = 'reworked'
),
totals AS (
    SELECT
        outcome,
        count(is_failure) AS batches,
        count(*) FILTER (WHERE is_failure) AS failures
    FROM core.outcomes
    GROUP BY outcome
),
counted AS (
    SELECT
        o.outcome,
        m.kind,
        m.path,
        m.is_known_before_result,
        count(o.is_failure) AS batches,
        count(*) FILTER (WHERE o.is_failure IS NULL) AS pending,
        count(*) FILTER (WHERE o.is_failure) AS failures
    FROM (SELECT DISTINCT batch_id, kind, path, is_known_before_result FROM members) AS m
    INNER JOIN core.outcomes AS o ON m.batch_id = o.batch_id
    GROUP BY o.outcome, m.kind, m.path, m.is_known_before_result
),
compared AS (
    SELECT
        c.*,
        t.batches - c.batches AS batches_elsewhere,
        t.failures - c.failures AS failures_elsewhere,
        count(*) OVER (PARTITION BY c.outcome, c.kind) AS variants,
        c.failures / nullif(c.batches, 0) AS rate,
        (t.failures - c.failures) / nullif(t.batches - c.batches, 0) AS rate_elsewhere,
        1.959963984540054 AS z
    FROM counted AS c
    INNER JOIN totals AS t ON c.outcome = t.outcome
),
ends AS (
    SELECT
        *,
        greatest(0, (rate + z * z / (2 * batches) - z * sqrt(rate * (1 - rate) / batches
            + z * z / (4 * batches * batches))) / (1 + z * z / batches)) AS rate_low,
        least(1, (rate + z * z / (2 * batches) + z * sqrt(rate * (1 - rate) / batches
            + z * z / (4 * batches * batches))) / (1 + z * z / batches)) AS rate_high,
        greatest(0, (rate_elsewhere + z * z / (2 * batches_elsewhere)
            - z * sqrt(rate_elsewhere * (1 - rate_elsewhere) / batches_elsewhere
                + z * z / (4 * batches_elsewhere * batches_elsewhere)))
            / (1 + z * z / batches_elsewhere)) AS elsewhere_low,
        least(1, (rate_elsewhere + z * z / (2 * batches_elsewhere)
            + z * sqrt(rate_elsewhere * (1 - rate_elsewhere) / batches_elsewhere
                + z * z / (4 * batches_elsewhere * batches_elsewhere)))
            / (1 + z * z / batches_elsewhere)) AS elsewhere_high
    FROM compared
)
SELECT
    outcome,
    kind,
    path,
    batches,
    pending,
    failures,
    rate,
    CASE WHEN rate IS NOT NULL THEN rate_low END AS rate_low,
    CASE WHEN rate IS NOT NULL THEN rate_high END AS rate_high,
    batches_elsewhere,
    failures_elsewhere,
    rate - rate_elsewhere AS difference,
    CASE WHEN rate IS NOT NULL AND rate_elsewhere IS NOT NULL
        THEN rate - rate_elsewhere
            - sqrt(pow(rate - rate_low, 2) + pow(elsewhere_high - rate_elsewhere, 2))
    END AS difference_low,
    CASE WHEN rate IS NOT NULL AND rate_elsewhere IS NOT NULL
        THEN rate - rate_elsewhere
            + sqrt(pow(rate_high - rate, 2) + pow(rate_elsewhere - elsewhere_low, 2))
    END AS difference_high,
    variants,
    is_known_before_result
FROM ends
ORDER BY outcome, kind, path;
