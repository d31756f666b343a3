-- One row per delivered reading and phase found along its channel's lane, or without a phase.
-- A value that is not a finite number is no value: delivered as good, it is marked bad.
-- Readings are stored by `series`: batch, unit procedure, phase, tag; those of no phase last.
SELECT
    (coalesce(h.place_no, 1::BIGINT << 40) << 20) + enum_code(c.tag) AS series,
    coalesce(h.batch_id, c.batch_id) AS batch_id,
    h.stage,
    h.unit_procedure,
    h.phase,
    c.equipment_id,
    c.tag,
    r.recorded_at,
    CASE WHEN isfinite(r.value) THEN r.value END AS value,
    CASE
        WHEN NOT isfinite(r.value) THEN 'bad' ELSE coalesce(r.quality, 'good')
    END::reading_names AS quality,
    coalesce(NOT isfinite(r.value) AND coalesce(r.quality, 'good') = 'good', false)
        AS is_not_finite,
    c.is_described,
    c.is_shared_area,
    c.is_first_lane,
    coalesce(c.lane_no, -1) AS lane_no,
    coalesce(h.month, date_trunc('month', r.recorded_at)) AS month
FROM raw.sensor_readings AS r
INNER JOIN channels AS c
    ON
        r.equipment_id = c.delivered_equipment_id
        AND r.tag = c.delivered_tag
        AND r.batch_id IS NOT DISTINCT FROM c.delivered_batch_id
LEFT JOIN lane_hours AS h
    ON
        c.lane_no = h.lane_no
        AND (epoch_us(r.recorded_at) // 3600000000)::INTEGER = h.hour
        AND r.recorded_at >= h.started_at
        AND r.recorded_at <= h.last_at;
