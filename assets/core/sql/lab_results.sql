-- One row per batch, stage, test and sample.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.lab_results
)
SELECT
    r.batch_id,
    r.stage,
    r.test,
    r.sample_no,
    CASE WHEN coalesce(r.resulted_at <= $as_of, TRUE) THEN r.value END AS value,
    r.unit,
    CASE WHEN coalesce(r.resulted_at <= $as_of, TRUE) THEN r.censoring ELSE 'none' END AS censoring,
    r.spec_low,
    r.spec_high,
    r.sampled_at,
    CASE WHEN r.resulted_at <= $as_of THEN r.resulted_at END AS resulted_at
FROM raw.lab_results AS r
CROSS JOIN first_load AS f
WHERE coalesce(coalesce(r.sampled_at, r.resulted_at) <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
    AND r.batch_id IN (SELECT batch_id FROM core.batches)
QUALIFY row_number() OVER (
    PARTITION BY r.batch_id, r.stage, r.test, r.sample_no
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY batch_id, stage, test, sample_no;
