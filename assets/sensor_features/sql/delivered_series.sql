-- One row per equipment, named batch, tag and month of delivered readings known as of $as_of.
SELECT
    equipment_id,
    batch_id,
    tag,
    date_trunc('month', recorded_at) AS month,
    count(*) AS readings,
    min(recorded_at) AS first_at,
    max(recorded_at) AS last_at
FROM raw.sensor_readings
WHERE coalesce(recorded_at <= $as_of::TIMESTAMP, true)
GROUP BY ALL;
