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
    SELECT *
    FROM placed_readings
    WHERE
        is_shared_area
        AND recorded_at BETWEEN $span_from AND $span_until
        AND coalesce(recorded_at <= $as_of::TIMESTAMP, true)
        AND (phase IS NOT NULL OR is_first_lane)
),
shared_in_phases AS (
    SELECT *, dense_rank() OVER (PARTITION BY reading ORDER BY series) > 1 AS is_further
    FROM (SELECT *, (equipment_id, tag, recorded_at, value, quality) AS reading FROM shared)
    WHERE phase IS NOT NULL
    QUALIFY lane_no = min(lane_no) OVER (PARTITION BY reading, series)
),
shared_in_none AS (
    SELECT *, false AS is_further
    FROM shared AS s
    WHERE phase IS NULL AND NOT EXISTS (
        SELECT 1 FROM shared_in_phases AS p
        WHERE
            p.equipment_id = s.equipment_id
            AND p.tag = s.tag
            AND p.recorded_at = s.recorded_at
            AND p.value IS NOT DISTINCT FROM s.value
            AND p.quality = s.quality
    )
),
sorted AS (
    SELECT * EXCLUDE (is_shared_area, is_first_lane, lane_no, month)
    FROM (
        FROM own
        UNION ALL BY NAME
        SELECT * EXCLUDE (reading) FROM shared_in_phases WHERE month = $month
        UNION ALL BY NAME
        FROM shared_in_none WHERE month = $month
    )
    ORDER BY series, recorded_at, hash(value, equipment_id::VARCHAR, quality::VARCHAR, batch_id)
)
SELECT
    * EXCLUDE (series),
    coalesce(
        recorded_at = lag(recorded_at) OVER ()
        AND series = lag(series) OVER ()
        AND value IS NOT DISTINCT FROM lag(value) OVER ()
        AND equipment_id = lag(equipment_id) OVER ()
        AND quality = lag(quality) OVER ()
        AND batch_id IS NOT DISTINCT FROM lag(batch_id) OVER (),
        false
    ) AS is_repeat
FROM sorted;
