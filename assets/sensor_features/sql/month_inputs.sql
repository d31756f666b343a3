-- One row: everything the files of $month depend on, as one text. Numbers of lanes and places are
-- left out: they count the whole plant, and a new phase elsewhere changes no month but its own.
WITH delivered AS (
    SELECT * FROM delivered_series WHERE day BETWEEN $span_from AND $span_until
),
channels_here AS (
    SELECT *
    FROM channel_lanes AS c
    WHERE EXISTS (
        SELECT 1 FROM delivered AS d
        WHERE
            c.equipment_id = d.equipment_id
            AND c.tag = d.tag
            AND c.batch_id IS NOT DISTINCT FROM d.batch_id
    )
),
lanes_here AS (
    SELECT * FROM lane_hours
    WHERE
        last_at >= $span_from
        AND started_at <= $span_until
        AND lane IN (SELECT lane FROM channels_here)
)
SELECT concat_ws(
    ' ',
    (SELECT sum(hash(equipment_id, batch_id, tag, day, readings, content)) FROM delivered),
    (
        SELECT sum(hash(equipment_id, batch_id, tag, known_batch_id, lane, is_described))
        FROM channels_here
    ),
    (
        SELECT sum(hash(
            lane, hour, last_at, batch_id::VARCHAR, stage, unit_procedure::VARCHAR, phase::VARCHAR, month
        ))
        FROM lanes_here
    ),
    (
        SELECT sum(hash(batch_id, unit_procedure, phase, stage, started_at, ended_at))
        FROM phase_places
        WHERE month = $month
    )
) AS inputs;
