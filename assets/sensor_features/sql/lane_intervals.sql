-- The intervals of the lanes in use, numbered by place, each with the place of a reading in it.
SELECT
    row_number() OVER (ORDER BY p.place_no, l.lane, l.started_at) AS interval_no,
    dense_rank() OVER (ORDER BY l.lane)::INTEGER AS lane_no,
    l.lane,
    l.started_at,
    l.last_at,
    p.place_no,
    l.batch_id,
    l.stage,
    l.unit_procedure,
    l.phase,
    p.month
FROM phase_lanes AS l
INNER JOIN phase_places AS p USING (batch_id, unit_procedure, phase)
WHERE l.last_at >= l.started_at AND l.lane IN (SELECT lane FROM channel_lanes);
