-- One row per reading and phase, of the phases that started in $month; readings of no phase are in
-- the month in which they were recorded. Readings delivered twice alike are one row.
WITH received AS (
    SELECT *, count(*) AS copies
    FROM known_readings
    WHERE recorded_at >= $span_from AND recorded_at <= $span_until
        AND recorded_at <= coalesce($as_of::TIMESTAMP, 'infinity')
    GROUP BY ALL
),
in_lane AS (
    SELECT
        *,
        CASE WHEN batch_id IS NULL THEN equipment_id ELSE '' END AS lane_equipment,
        coalesce(batch_id, '') AS lane_batch,
        CASE WHEN batch_id IS NULL THEN -1 ELSE coalesce(tag_stage, -1) END AS lane_stage
    FROM received
    WHERE NOT is_shared_area
    UNION ALL
    SELECT r.*, a.equipment_id AS lane_equipment, '' AS lane_batch, -1 AS lane_stage
    FROM received AS r
    LEFT JOIN shared_areas AS a USING (tag_no)
    WHERE r.is_shared_area
),
placed AS (
    SELECT
        r.* EXCLUDE (lane_equipment, lane_batch, lane_stage, tag_stage),
        coalesce(CASE WHEN r.recorded_at <= l.last_at THEN l.phase_no END, made.phase_no) AS phase_no
    FROM in_lane AS r
    ASOF LEFT JOIN phase_lanes AS l
        ON
            r.lane_equipment = l.lane_equipment
            AND r.lane_batch = l.lane_batch
            AND r.lane_stage = l.lane_stage
            AND r.recorded_at >= l.started_at
    LEFT JOIN phase_places AS made
        ON
            r.batch_id = made.batch_id
            AND r.equipment_id = made.made_for
            AND coalesce(r.tag_stage, -1) = coalesce(made.stage, -1)
),
-- A reading of a shared area stands once in every phase then in the area, or once in none.
once AS (
    SELECT * EXCLUDE (is_shared_area), true AS is_first FROM placed WHERE NOT is_shared_area
    UNION ALL BY NAME
    SELECT
        * EXCLUDE (is_shared_area),
        row_number() OVER same_reading = 1 AS is_first
    FROM placed
    WHERE is_shared_area
    WINDOW same_reading AS (
        PARTITION BY tag_no, equipment_id, batch_id, recorded_at, value, quality
        ORDER BY phase_no NULLS LAST
    )
    QUALIFY is_first OR phase_no IS NOT NULL
)
SELECT
    r.phase_no,
    r.tag_no,
    CASE WHEN r.phase_no IS NULL THEN r.batch_id END AS batch_id,
    r.equipment_id,
    r.recorded_at,
    r.value,
    r.quality,
    r.is_not_finite,
    CASE WHEN r.is_first THEN r.copies ELSE 0 END AS received
FROM once AS r
LEFT JOIN phase_places AS p USING (phase_no)
WHERE coalesce(p.month, date_trunc('month', r.recorded_at)) = $month;
