-- One row per tag and piece of equipment.
-- A version counts from its own known-at in the first load of the table, and from the later of that
-- and its receipt when it was delivered later; of those known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.sensor_tags
)
SELECT
    r.tag,
    r.equipment_id,
    r.stage,
    r.unit,
    r.nor_low,
    r.nor_high,
    r.par_low,
    r.par_high,
    r.is_shared_area
FROM raw.sensor_tags AS r
CROSS JOIN first_load AS f
WHERE coalesce(
    CASE WHEN r.run_id = f.run_id THEN CAST(NULL AS TIMESTAMP) ELSE greatest(CAST(NULL AS TIMESTAMP), r.received_at) END <= $as_of,
    TRUE
)
QUALIFY row_number() OVER (
    PARTITION BY r.tag, r.equipment_id
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY tag, equipment_id;
