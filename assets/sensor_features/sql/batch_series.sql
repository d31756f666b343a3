-- One row per batch that readings name, equipment and stage, with the span of those readings.
SELECT
    batch_id,
    equipment_id,
    tag_stage AS stage,
    min(recorded_at) AS started_at,
    max(recorded_at) AS ended_at
FROM known_readings
WHERE batch_id IS NOT NULL AND NOT is_shared_area
GROUP BY ALL;
