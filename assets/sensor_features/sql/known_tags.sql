-- One row per tag, described by the source or only met among its readings, numbered by name.
-- A tag used at several stages has none of its own.
SELECT
    row_number() OVER (ORDER BY tag)::INTEGER AS tag_no,
    tag,
    CASE WHEN min(stage) = max(stage) THEN min(stage) END AS stage,
    bool_or(coalesce(is_shared_area, false)) AS is_shared_area,
    bool_or(is_described) AS is_described
FROM (
    SELECT tag, stage, is_shared_area, true AS is_described FROM core.sensor_tags
    UNION ALL BY NAME
    SELECT DISTINCT tag, false AS is_described FROM raw.sensor_readings
)
GROUP BY tag;
