-- One row per deviation: what was known of it at $as_of. Cause and CAPA are known at its closing.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.deviations
)
SELECT
    r.deviation_id,
    r.batch_id,
    r.equipment_id,
    r.stage,
    r.category,
    r.severity,
    r.description,
    r.opened_at,
    CASE WHEN r.closed_at <= $as_of THEN r.closed_at END AS closed_at,
    CASE WHEN r.closed_at <= $as_of OR r.opened_at IS NULL THEN r.confirmed_cause END
        AS confirmed_cause,
    CASE WHEN r.closed_at <= $as_of OR r.opened_at IS NULL THEN r.capa_id END AS capa_id
FROM raw.deviations AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.opened_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
    AND (r.batch_id IS NULL OR r.batch_id IN (SELECT batch_id FROM core.batches))
QUALIFY row_number() OVER (
    PARTITION BY r.deviation_id
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY deviation_id;
