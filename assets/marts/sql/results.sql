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
        -- A result beyond its reporting limit is judged only where every value there is alike.
        ELSE
            CASE
                WHEN r.spec_low IS NULL THEN TRUE
                WHEN r.censoring = 'none' THEN r.value >= r.spec_low
                WHEN r.censoring = 'right' AND r.value >= r.spec_low THEN TRUE
                WHEN r.censoring = 'left' AND r.value < r.spec_low THEN FALSE
                WHEN r.censoring = 'left' AND r.spec_low <= 0 THEN TRUE
            END
            AND CASE
                WHEN r.spec_high IS NULL THEN TRUE
                WHEN r.censoring = 'none' THEN r.value <= r.spec_high
                WHEN r.censoring = 'left' AND r.value <= r.spec_high THEN TRUE
                WHEN r.censoring = 'right' AND r.value > r.spec_high THEN FALSE
            END
    END AS is_within_spec,
    r.sampled_at,
    r.resulted_at
FROM core.lab_results AS r
INNER JOIN core.batches AS b ON r.batch_id = b.batch_id;
