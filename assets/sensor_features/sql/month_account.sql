-- One row: what became of the month's readings.
SELECT
    coalesce(sum(r.received), 0)::BIGINT AS received,
    coalesce(sum(greatest(r.received - 1, 0)), 0)::BIGINT AS identical,
    count(*) FILTER (WHERE r.phase_no IS NULL) AS without_phase,
    coalesce(sum(r.received) FILTER (WHERE r.is_not_finite), 0)::BIGINT AS not_finite,
    count(*) FILTER (WHERE NOT t.is_described AND r.received > 0) AS unknown_tag,
    count(*) AS stored
FROM month_readings AS r
INNER JOIN known_tags AS t USING (tag_no);
