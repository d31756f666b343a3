-- One row per batch, material and weighing.
-- A version counts from its own known-at in the first load of the table, and from the later of that
-- and its receipt when it was delivered later; of those known at $as_of the last received stands.
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
WHERE coalesce(
    CASE WHEN r.run_id = f.run_id THEN r.weighed_at ELSE greatest(r.weighed_at, r.received_at) END <= $as_of,
    TRUE
)
    AND r.batch_id IN (SELECT batch_id FROM core.batches)
QUALIFY row_number() OVER (
    PARTITION BY r.batch_id, r.material, r.weighing_no
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY batch_id, material, weighing_no;
