-- One row per batch, phase and tag of the month, in the order in which their readings are stored.
SELECT
    p.batch_id,
    p.stage,
    p.unit_procedure,
    p.phase,
    t.tag,
    s.equipment_id,
    s.readings,
    s.bad_readings,
    greatest(s.last_recorded_at, p.ended_at) AS known_at
FROM (
    SELECT
        phase_no,
        tag_no,
        min(equipment_id) AS equipment_id,
        count(*) AS readings,
        count(*) FILTER (WHERE quality = 'bad') AS bad_readings,
        max(recorded_at) AS last_recorded_at
    FROM month_readings
    WHERE phase_no IS NOT NULL
    GROUP BY phase_no, tag_no
) AS s
INNER JOIN known_tags AS t USING (tag_no)
INNER JOIN phase_places AS p USING (phase_no)
ORDER BY s.phase_no, s.tag_no;
