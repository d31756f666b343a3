-- One row per batch, phase and tag of the month, in the order in which their readings are stored
-- (those of no phase last), with a sum over its rows that stands for their content.
SELECT
    s.batch_id::VARCHAR AS batch_id,
    s.stage,
    s.unit_procedure::VARCHAR AS unit_procedure,
    s.phase::VARCHAR AS phase,
    s.tag::VARCHAR AS tag,
    s.equipment_id::VARCHAR AS equipment_id,
    s.readings,
    s.bad_readings,
    greatest(s.last_at, p.ended_at) AS known_at,
    s.first_at,
    s.last_at,
    p.started_at,
    p.ended_at,
    s.content::VARCHAR AS content
FROM (
    SELECT
        batch_id,
        stage,
        unit_procedure,
        phase,
        tag,
        min(equipment_id) AS equipment_id,
        count(*) AS readings,
        count(*) FILTER (WHERE quality = 'bad') AS bad_readings,
        min(recorded_at) AS first_at,
        max(recorded_at) AS last_at,
        sum(hash(recorded_at, value, quality::VARCHAR, equipment_id::VARCHAR)) AS content
    FROM month_readings
    WHERE NOT is_repeat
    GROUP BY batch_id, stage, unit_procedure, phase, tag
) AS s
LEFT JOIN phase_places AS p USING (batch_id, unit_procedure, phase)
ORDER BY
    s.batch_id NULLS LAST, s.unit_procedure NULLS LAST, s.phase NULLS LAST, s.tag;
