-- One row per lot and attribute.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.material_attributes
)
SELECT
    r.material,
    r.supplier,
    r.lot,
    r.attribute,
    r.value,
    r.unit,
    r.censoring,
    r.resulted_at
FROM raw.material_attributes AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.resulted_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
QUALIFY row_number() OVER (
    PARTITION BY r.material, r.supplier, r.lot, r.attribute
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY material, supplier, lot, attribute;
