-- One row per result of a test on a sample of a batch, held against its specification.
SELECT
    r.batch_id,
    r.stage,
    r.test,
    r.sample_no,
    b.product,
    b.started_at,
    r.value,
    r.unit,
    r.spec_low,
    r.spec_high,
    r.censoring,
    CASE
        WHEN r.value IS NULL OR (r.spec_low IS NULL AND r.spec_high IS NULL) THEN NULL
        ELSE coalesce(r.value >= r.spec_low, TRUE) AND coalesce(r.value <= r.spec_high, TRUE)
    END AS is_within_spec,
    r.sampled_at,
    r.resulted_at
FROM core.lab_results AS r
INNER JOIN core.batches AS b ON r.batch_id = b.batch_id;
