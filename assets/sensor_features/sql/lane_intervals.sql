-- The intervals of the lanes in use, each with the place a reading in it belongs to.
SELECT
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
