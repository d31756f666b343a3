-- One row per batch, unit procedure and phase a reading can belong to, numbered in that order, with
-- the month it started in; a phase run twice in a batch is one place.
SELECT
    row_number() OVER (ORDER BY batch_id, unit_procedure, phase) AS place_no,
    batch_id,
    unit_procedure,
    phase,
    min(stage) AS stage,
    min(started_at) AS started_at,
    max(coalesce(ended_at, started_at)) AS ended_at,
    date_trunc('month', min(started_at)) AS month
FROM (FROM core.phases UNION ALL BY NAME FROM made_places)
GROUP BY batch_id, unit_procedure, phase;
