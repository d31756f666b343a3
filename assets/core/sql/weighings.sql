-- One row per batch, material and weighing.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.weighings
)
SELECT
    r.batch_id,
    r.material,
    r.weighing_no,
    r.target,
    r.actual,
    r.unit,
    r.tolerance_pct,
    r.weighed_at,
    r.scale_id
FROM raw.weighings AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.weighed_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
    AND r.batch_id IN (SELECT batch_id FROM core.batches)
QUALIFY row_number() OVER (
    PARTITION BY r.batch_id, r.material, r.weighing_no
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY batch_id, material, weighing_no;
