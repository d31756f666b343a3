-- One row per month with phases or readings, and the span in which its readings can lie.
WITH months AS (
    SELECT month, ended_at FROM phase_places
    UNION ALL
    SELECT DISTINCT
        date_trunc('month', recorded_at) AS month,
        date_trunc('month', recorded_at) + INTERVAL 1 MONTH AS ended_at
    FROM raw.sensor_readings
),
lasting AS (
    SELECT p.month, l.last_at AS ended_at
    FROM phase_lanes AS l
    INNER JOIN phase_places AS p USING (phase_no)
)
SELECT
    month,
    month AS span_from,
    greatest(max(ended_at), month + INTERVAL 1 MONTH) AS span_until
FROM (FROM months UNION ALL BY NAME FROM lasting)
GROUP BY month
ORDER BY month;
