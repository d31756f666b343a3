-- One row per batch, sample and wavelength.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.spectra
)
SELECT
    r.batch_id,
    r.sample_no,
    r.wavelength_nm,
    r.absorbance,
    r.scanned_at
FROM raw.spectra AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.scanned_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
    AND r.batch_id IN (SELECT batch_id FROM core.batches)
QUALIFY row_number() OVER (
    PARTITION BY r.batch_id, r.sample_no, r.wavelength_nm
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY batch_id, sample_no, wavelength_nm;
