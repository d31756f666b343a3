-- One row per month with phases or readings, and the span in which its readings can lie.
SELECT month, month AS span_from, greatest(max(ended_at), month + INTERVAL 1 MONTH) AS span_until
FROM (
    SELECT month, last_at AS ended_at FROM lane_intervals
    UNION ALL
    SELECT date_trunc('month', day), last_at FROM delivered_series
)
GROUP BY month
ORDER BY month;
