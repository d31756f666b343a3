-- One row per tag and unit procedure of the last day on which readings came: how many were a fault of
-- the sensor, beside how many are as a rule.
WITH last_day AS (
    SELECT max(known_at) AS until FROM feature.sensor_phase_features
),
phases AS (
    SELECT s.*, s.known_at > d.until - INTERVAL 1 DAY AS is_last_day
    FROM feature.sensor_phase_features AS s
    CROSS JOIN last_day AS d
),
faults AS (
    SELECT
        p.unit_procedure,
        p.tag,
        count(*) AS sensor_faults,
        string_agg(DISTINCT f.fault, ', ' ORDER BY f.fault) AS fault_kinds
    FROM phases AS p
    INNER JOIN evidence.sensor_faults AS f
        ON
            p.batch_id = f.batch_id
            AND p.unit_procedure = f.unit_procedure
            AND p.phase = f.phase
            AND p.tag = f.tag
    WHERE p.is_last_day
    GROUP BY p.unit_procedure, p.tag
)
SELECT
    p.unit_procedure,
    p.tag,
    count(*) FILTER (WHERE p.is_last_day) AS phases,
    count(DISTINCT p.batch_id) FILTER (WHERE p.is_last_day) AS batches,
    max(p.known_at) AS last_known_at,
    sum(p.readings) FILTER (WHERE p.is_last_day)::BIGINT AS readings,
    coalesce(sum(p.faulty_readings) FILTER (WHERE p.is_last_day), 0)::BIGINT AS faulty_readings,
    avg(p.faulty_share) FILTER (WHERE p.is_last_day) AS faulty_share,
    avg(p.faulty_share) FILTER (WHERE NOT p.is_last_day) AS usual_faulty_share,
    avg(p.gap_fraction) FILTER (WHERE p.is_last_day) AS gap_share,
    max(p.golden_distance) FILTER (WHERE p.is_last_day) AS golden_distance,
    coalesce(any_value(f.sensor_faults), 0) AS sensor_faults,
    any_value(f.fault_kinds) AS fault_kinds
FROM phases AS p
LEFT JOIN faults AS f ON p.unit_procedure = f.unit_procedure AND p.tag = f.tag
GROUP BY p.unit_procedure, p.tag
HAVING count(*) FILTER (WHERE p.is_last_day) > 0;
