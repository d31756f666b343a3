-- Intervals along which readings find their phase, never overlapping within a lane: an interval
-- ends where the next of its lane begins. A reading without a batch follows the lane of its
-- equipment; one that names its batch, the lane of that batch at the tag's stage (-1: any stage).
-- A phase whose end was not recorded lasts until the next, a week at most.
WITH executed AS (
    SELECT
        p.batch_id,
        p.stage,
        p.equipment_id,
        p.started_at,
        coalesce(p.ended_at, p.started_at + INTERVAL 7 DAYS) AS ended_at,
        n.phase_no
    FROM core.phases AS p
    INNER JOIN phase_places AS n USING (batch_id, unit_procedure, phase)
    WHERE n.made_for IS NULL
),
lanes AS (
    SELECT *, equipment_id AS lane_equipment, '' AS lane_batch, -1 AS lane_stage
    FROM executed
    WHERE equipment_id IS NOT NULL
    UNION ALL
    SELECT *, '' AS lane_equipment, batch_id AS lane_batch, stage AS lane_stage FROM executed
    UNION ALL
    SELECT *, '' AS lane_equipment, batch_id AS lane_batch, -1 AS lane_stage FROM executed
)
SELECT
    lane_equipment,
    lane_batch,
    lane_stage,
    started_at,
    least(ended_at, lead(started_at) OVER lane - INTERVAL 1 MICROSECOND) AS last_at,
    phase_no
FROM lanes
WINDOW lane AS (
    PARTITION BY lane_equipment, lane_batch, lane_stage ORDER BY started_at, phase_no
);
