-- One row per equipment, named batch and tag of delivered readings, with the way they follow: a
-- lane, or all lanes of the tag's area. A batch nobody described is no batch.
SELECT DISTINCT
    equipment_id,
    batch_id,
    tag,
    known_batch_id,
    is_described,
    CASE WHEN is_shared_area THEN 'area of ' || tag ELSE lane END AS way
FROM channel_lanes
ORDER BY ALL;
