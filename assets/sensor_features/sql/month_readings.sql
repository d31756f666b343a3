-- One row per reading and phase, of the phases that started in $month, in stored order; readings of
-- no phase are in the month in which they were recorded. A reading delivered again alike follows the
-- first as `is_repeat`. A reading of a shared area stands once in every phase then in the area, or
-- once in none; its rows but those of the first phase are `is_further`.
WITH own AS (
    SELECT *, false AS is_further
    FROM placed_readings
    WHERE
        NOT is_shared_area
        AND recorded_at BETWEEN $span_from AND $span_until
        AND coalesce(recorded_at <= $as_of::TIMESTAMP, true)
        AND month = $month
),
shared AS (
    SELECT *, dense_rank() OVER (reading ORDER BY batch_id, unit_procedure, phase) > 1 AS is_further
    FROM placed_readings
    WHERE
        is_shared_area
        AND recorded_at BETWEEN $span_from AND $span_until
        AND coalesce(recorded_at <= $as_of::TIMESTAMP, true)
    WINDOW
        reading AS (PARTITION BY equipment_id, tag, recorded_at, value, quality),
        place AS (
            PARTITION BY
                equipment_id, tag, recorded_at, value, quality, batch_id, unit_procedure, phase
        )
    QUALIFY
        lane_no = min(lane_no) OVER place
        AND (phase IS NOT NULL OR count(phase) OVER reading = 0)
)
SELECT
    * EXCLUDE (is_shared_area, lane_no, month),
    coalesce(
        recorded_at = lag(recorded_at) OVER ()
        AND tag = lag(tag) OVER ()
        AND value IS NOT DISTINCT FROM lag(value) OVER ()
        AND equipment_id = lag(equipment_id) OVER ()
        AND quality = lag(quality) OVER ()
        AND batch_id IS NOT DISTINCT FROM lag(batch_id) OVER ()
        AND unit_procedure IS NOT DISTINCT FROM lag(unit_procedure) OVER ()
        AND phase IS NOT DISTINCT FROM lag(phase) OVER (),
        false
    ) AS is_repeat
FROM (
    FROM own
    UNION ALL
    FROM shared WHERE month = $month
    ORDER BY
        batch_id NULLS LAST, unit_procedure NULLS LAST, phase NULLS LAST,
        tag, recorded_at, value NULLS LAST, equipment_id, quality
);
