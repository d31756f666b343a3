-- One row per tag of a shared area and piece of equipment that stands in the area.
-- The source names an area's equipment by describing the tag once for each; where it describes the
-- tag under the area itself, the area holds all equipment (of the tag's stage, if it has one).
WITH shared AS (
    SELECT t.tag_no, s.equipment_id, s.stage
    FROM core.sensor_tags AS s
    INNER JOIN known_tags AS t ON s.tag = t.tag
    WHERE s.is_shared_area
),
machines AS (
    SELECT DISTINCT equipment_id, stage FROM core.phases WHERE equipment_id IS NOT NULL
),
listed AS (
    SELECT tag_no, equipment_id FROM shared WHERE equipment_id IN (SELECT equipment_id FROM machines)
)
SELECT DISTINCT tag_no, equipment_id FROM listed
UNION
SELECT DISTINCT s.tag_no, m.equipment_id
FROM shared AS s
INNER JOIN machines AS m ON s.stage IS NULL OR s.stage = m.stage
WHERE s.tag_no NOT IN (SELECT tag_no FROM listed);
