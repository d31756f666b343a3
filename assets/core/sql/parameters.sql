-- One row per batch, stage and parameter.
-- A version counts from its own known-at in the first load of the table, and from the later of that
-- and its receipt when it was delivered later; of those known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.parameters
)
SELECT
    r.batch_id,
    r.stage,
    r.parameter,
    r.value,
    r.level,
    r.unit,
    r.recorded_at,
    r.nor_low,
    r.nor_high
FROM raw.parameters AS r
CROSS JOIN first_load AS f
WHERE coalesce(
    CASE WHEN r.run_id = f.run_id THEN r.recorded_at ELSE greatest(r.recorded_at, r.received_at) END <= $as_of,
    TRUE
)
    AND r.batch_id IN (SELECT batch_id FROM core.batches)
QUALIFY row_number() OVER (
    PARTITION BY r.batch_id, r.stage, r.parameter
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY batch_id, stage, parameter;
