-- One row per batch, equipment and stage whose readings name a batch of which no phase of that stage
-- was recorded: all of the batch on that equipment is one place, from first to last reading.
SELECT
    d.batch_id,
    d.equipment_id,
    t.stage,
    d.equipment_id AS unit_procedure,
    coalesce('stage_' || t.stage, 'batch') AS phase,
    min(d.first_at) AS started_at,
    max(d.last_at) AS ended_at
FROM delivered_series AS d
INNER JOIN delivered_tags AS t USING (tag)
INNER JOIN core.batches AS b USING (batch_id)
WHERE NOT t.is_shared_area AND NOT EXISTS (
    SELECT 1 FROM core.phases AS p
    WHERE p.batch_id = d.batch_id AND (t.stage IS NULL OR p.stage = t.stage)
)
GROUP BY d.batch_id, d.equipment_id, t.stage;
