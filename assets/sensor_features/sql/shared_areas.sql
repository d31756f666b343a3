-- One row per tag of a shared area and piece of equipment that stands in the area.
-- The source names an area's equipment by describing the tag once for each; where it describes the
-- tag under the area itself, the area holds all equipment (of the tag's stage, if it has one).
WITH shared AS (
    SELECT tag, equipment_id, stage FROM core.sensor_tags WHERE is_shared_area
),
machines AS (
    SELECT DISTINCT equipment_id, stage FROM core.phases WHERE equipment_id IS NOT NULL
),
listed AS (
    SELECT tag, equipment_id FROM shared
    WHERE equipment_id IN (SELECT equipment_id FROM machines)
)
SELECT DISTINCT tag, equipment_id FROM listed
UNION
SELECT s.tag, m.equipment_id
FROM shared AS s
INNER JOIN machines AS m ON s.stage IS NULL OR s.stage = m.stage
WHERE s.tag NOT IN (SELECT tag FROM listed);
