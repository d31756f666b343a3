-- One row per reading and phase of the month, in the columns and the order of core.sensor_readings.
SELECT
    coalesce(p.batch_id, r.batch_id) AS batch_id,
    p.stage,
    p.unit_procedure,
    p.phase,
    r.equipment_id,
    t.tag,
    r.recorded_at,
    r.value,
    r.quality
FROM month_readings AS r
INNER JOIN known_tags AS t USING (tag_no)
LEFT JOIN phase_places AS p USING (phase_no)
ORDER BY r.phase_no NULLS LAST, r.tag_no, r.recorded_at, r.value, r.equipment_id;
