-- One row per tag and piece of equipment.
-- Tags carry no instant: those of the first load were always known, later ones from their receipt.
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
WHERE (r.run_id = f.run_id OR r.received_at <= $as_of)
QUALIFY row_number() OVER (
    PARTITION BY r.tag, r.equipment_id
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY tag, equipment_id;
