-- One row per tag with readings. A tag used at several stages has none of its own.
SELECT
    d.tag,
    CASE WHEN min(t.stage) = max(t.stage) THEN min(t.stage) END AS stage,
    bool_or(coalesce(t.is_shared_area, false)) AS is_shared_area,
    count(t.tag) > 0 AS is_described
FROM (SELECT DISTINCT tag FROM delivered_series) AS d
LEFT JOIN core.sensor_tags AS t USING (tag)
GROUP BY d.tag;
