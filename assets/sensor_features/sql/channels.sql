-- The delivered channels with the numbers of their lanes and the names readings are stored under.
SELECT
    c.equipment_id AS delivered_equipment_id,
    c.batch_id AS delivered_batch_id,
    c.tag AS delivered_tag,
    c.equipment_id::reading_names AS equipment_id,
    c.known_batch_id::batch_names AS batch_id,
    c.tag::reading_names AS tag,
    c.is_shared_area,
    c.is_described,
    h.lane_no,
    row_number() OVER (
        PARTITION BY c.equipment_id, c.batch_id, c.tag ORDER BY h.lane_no
    ) = 1 AS is_first_lane
FROM channel_lanes AS c
LEFT JOIN (SELECT DISTINCT lane, lane_no FROM lane_hours) AS h USING (lane);
