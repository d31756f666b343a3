-- One row per delivered reading, its tag numbered.
-- A value that is not a finite number is no value: delivered as good, it is marked bad.
-- A batch the source never described is no batch.
SELECT
    r.equipment_id,
    b.batch_id,
    t.tag_no,
    t.stage AS tag_stage,
    t.is_shared_area,
    r.recorded_at,
    CASE WHEN isfinite(r.value) THEN r.value END AS value,
    CASE WHEN NOT isfinite(r.value) THEN 'bad' ELSE coalesce(r.quality, 'good') END AS quality,
    coalesce(NOT isfinite(r.value) AND coalesce(r.quality, 'good') = 'good', false) AS is_not_finite
FROM raw.sensor_readings AS r
INNER JOIN known_tags AS t ON r.tag = t.tag
LEFT JOIN core.batches AS b ON r.batch_id = b.batch_id;
