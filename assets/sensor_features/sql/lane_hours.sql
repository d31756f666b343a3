-- The intervals of the lanes in use by the hours they touch, so that a reading finds its phase by equality.
SELECT
    dense_rank() OVER (ORDER BY l.lane)::INTEGER AS lane_no,
    l.lane,
    unnest(range(
        epoch_us(l.started_at) // 3600000000, epoch_us(l.last_at) // 3600000000 + 1
    ))::INTEGER AS hour,
    l.started_at,
    l.last_at,
    p.place_no,
    l.batch_id::batch_names AS batch_id,
    l.stage,
    l.unit_procedure::reading_names AS unit_procedure,
    l.phase::reading_names AS phase,
    p.month
FROM phase_lanes AS l
INNER JOIN phase_places AS p USING (batch_id, unit_procedure, phase)
WHERE l.last_at >= l.started_at AND l.lane IN (SELECT lane FROM channel_lanes);
