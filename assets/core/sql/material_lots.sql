-- One row per material, supplier and lot.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.material_lots
)
SELECT
    r.material,
    r.supplier,
    r.lot,
    r.lot_received_at,
    CASE WHEN r.released_at <= $as_of THEN r.released_at END AS released_at,
    r.quantity,
    r.unit
FROM raw.material_lots AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.lot_received_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
QUALIFY row_number() OVER (
    PARTITION BY r.material, r.supplier, r.lot
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY material, supplier, lot;
