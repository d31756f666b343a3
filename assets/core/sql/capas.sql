-- One row per corrective or preventive action.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.capas
)
SELECT
    r.capa_id,
    r.title,
    r.opened_at,
    CASE WHEN r.effective_at <= $as_of THEN r.effective_at END AS effective_at,
    CASE WHEN r.closed_at <= $as_of THEN r.closed_at END AS closed_at,
    r.description
FROM raw.capas AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.opened_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
QUALIFY row_number() OVER (
    PARTITION BY r.capa_id
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY capa_id;
