-- Intervals along which readings find their phase. Within a lane they never overlap: an interval
-- ends where the next of its lane begins. A phase whose end was not recorded lasts until the next,
-- a week at most.
WITH executed AS (
    SELECT
        batch_id,
        stage,
        unit_procedure,
        phase,
        equipment_id,
        started_at,
        coalesce(ended_at, started_at + INTERVAL 7 DAYS) AS ended_at
    FROM core.phases
),
lanes AS (
    SELECT *, 'equipment ' || equipment_id AS lane FROM executed WHERE equipment_id IS NOT NULL
    UNION ALL
    SELECT *, 'batch ' || batch_id AS lane FROM executed
    UNION ALL
    SELECT *, 'batch ' || batch_id || ' stage ' || stage AS lane FROM executed
    UNION ALL BY NAME
    SELECT *, 'batch ' || batch_id || ' on ' || equipment_id || ' ' || phase AS lane
    FROM made_places
)
SELECT
    lane,
    batch_id,
    stage,
    unit_procedure,
    phase,
    started_at,
    least(ended_at, lead(started_at) OVER along - INTERVAL 1 MICROSECOND) AS last_at
FROM lanes
WINDOW along AS (PARTITION BY lane ORDER BY started_at, batch_id, unit_procedure, phase);
