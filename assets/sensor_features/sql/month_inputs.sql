-- One row per month: everything its files depend on, as one text. Numbers of lanes and places are
-- left out: they count the whole plant, and a new phase elsewhere changes no month but its own.
WITH delivered AS (
    SELECT s.month, d.*
    FROM delivered_series AS d
    INNER JOIN reading_months AS s ON d.day BETWEEN s.span_from AND s.span_until
),
channels_here AS (
    SELECT h.month, c.*
    FROM channel_lanes AS c
    INNER JOIN (SELECT DISTINCT month, equipment_id, batch_id, tag FROM delivered) AS h
        ON
            c.equipment_id = h.equipment_id
            AND c.tag = h.tag
            AND c.batch_id IS NOT DISTINCT FROM h.batch_id
),
lanes_here AS (
    SELECT h.month AS here, i.*
    FROM lane_intervals AS i
    INNER JOIN (SELECT DISTINCT month, lane FROM channels_here) AS h USING (lane)
    INNER JOIN reading_months AS s ON h.month = s.month
    WHERE i.last_at >= s.span_from AND i.started_at <= s.span_until
),
parts AS (
    SELECT
        month,
        'delivered' AS part,
        sum(hash(equipment_id, batch_id, tag, day, readings, content)) AS content
    FROM delivered
    GROUP BY month
    UNION ALL
    SELECT
        month,
        'channels',
        sum(hash(equipment_id, batch_id, tag, known_batch_id, lane, is_described))
    FROM channels_here
    GROUP BY month
    UNION ALL
    SELECT
        here,
        'lanes',
        sum(hash(
            lane, started_at, last_at, batch_id, stage, unit_procedure, phase, month
        ))
    FROM lanes_here
    GROUP BY here
    UNION ALL
    SELECT
        month,
        'places',
        sum(hash(batch_id, unit_procedure, phase, stage, started_at, ended_at))
    FROM phase_places
    GROUP BY month
)
SELECT s.month, string_agg(p.part || ' ' || p.content, ' ' ORDER BY p.part) AS inputs
FROM reading_months AS s
LEFT JOIN parts AS p USING (month)
GROUP BY s.month
ORDER BY s.month;
