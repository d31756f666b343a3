-- Per table, how many received keys name a batch that was never received.
SELECT
    'phases' AS table_name,
    count(DISTINCT (batch_id, stage, unit_procedure, phase, started_at)) AS records
FROM raw.phases
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT 'parameters' AS table_name, count(DISTINCT (batch_id, stage, parameter)) AS records
FROM raw.parameters
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT 'lab_results' AS table_name, count(DISTINCT (batch_id, stage, test, sample_no)) AS records
FROM raw.lab_results
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT 'deviations' AS table_name, count(DISTINCT (batch_id, deviation_id)) AS records
FROM raw.deviations
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT
    'material_usage' AS table_name,
    count(DISTINCT (batch_id, material, supplier, lot)) AS records
FROM raw.material_usage
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT 'weighings' AS table_name, count(DISTINCT (batch_id, material, weighing_no)) AS records
FROM raw.weighings
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT 'inspections' AS table_name, count(DISTINCT (batch_id, defect_class)) AS records
FROM raw.inspections
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT 'spectra' AS table_name, count(DISTINCT (batch_id, sample_no, wavelength_nm)) AS records
FROM raw.spectra
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
UNION ALL
SELECT
    'stability_results' AS table_name,
    count(DISTINCT (batch_id, condition, month, test)) AS records
FROM raw.stability_results
WHERE batch_id NOT IN (SELECT batch_id FROM raw.batches)
ORDER BY table_name;
