-- One row per batch, unit procedure and phase a reading can belong to, numbered in that order.
-- A phase run twice in a batch is one place. Where readings name a batch of which no phase of their
-- stage was recorded, all of that stage on that equipment is one place.
WITH places AS (
    SELECT
        batch_id,
        unit_procedure,
        phase,
        min(stage) AS stage,
        min(started_at) AS started_at,
        max(coalesce(ended_at, started_at)) AS ended_at,
        NULL::VARCHAR AS made_for
    FROM core.phases
    GROUP BY batch_id, unit_procedure, phase
    UNION ALL BY NAME
    SELECT
        s.batch_id,
        s.equipment_id AS unit_procedure,
        coalesce('stage_' || s.stage, 'batch') AS phase,
        s.stage,
        s.started_at,
        s.ended_at,
        s.equipment_id AS made_for
    FROM batch_series AS s
    WHERE NOT EXISTS (
        SELECT 1 FROM core.phases AS p
        WHERE p.batch_id = s.batch_id AND (s.stage IS NULL OR p.stage = s.stage)
    )
)
SELECT
    row_number() OVER (ORDER BY batch_id, unit_procedure, phase)::INTEGER AS phase_no,
    *,
    date_trunc('month', started_at) AS month
FROM places;
