-- One row per equipment, named batch and tag of delivered readings, with the lane they follow; those
-- of a shared area follow the lanes of all equipment in it. A reading that names its batch follows
-- that batch at the tag's stage, any other its equipment. A batch never described is no batch.
WITH delivered AS (
    SELECT DISTINCT d.equipment_id, d.batch_id, d.tag, t.stage, t.is_shared_area, t.is_described
    FROM delivered_series AS d
    INNER JOIN delivered_tags AS t USING (tag)
)
SELECT
    d.*,
    b.batch_id AS known_batch_id,
    CASE
        WHEN d.is_shared_area THEN 'equipment ' || a.equipment_id
        WHEN b.batch_id IS NULL THEN 'equipment ' || d.equipment_id
        WHEN m.batch_id IS NOT NULL
            THEN 'batch ' || m.batch_id || ' on ' || m.equipment_id || ' ' || m.phase
        ELSE 'batch ' || b.batch_id || coalesce(' stage ' || d.stage, '')
    END AS lane
FROM delivered AS d
LEFT JOIN core.batches AS b USING (batch_id)
LEFT JOIN shared_areas AS a ON d.is_shared_area AND d.tag = a.tag
LEFT JOIN made_places AS m
    ON
        NOT d.is_shared_area
        AND d.batch_id = m.batch_id
        AND d.equipment_id = m.equipment_id
        AND d.stage IS NOT DISTINCT FROM m.stage;
