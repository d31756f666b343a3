-- One row per equipment, named batch, tag and day of delivered readings known as of $as_of, in the
-- window if one is given; `content` is a sum over its readings that changes with each of them.
-- Where neither is given, the same is kept by the warehouse (`reading_days.py`) and not asked here.
SELECT
    equipment_id,
    batch_id,
    tag,
    date_trunc('day', recorded_at) AS day,
    count(*) AS readings,
    min(recorded_at) AS first_at,
    max(recorded_at) AS last_at,
    (sum(hash(recorded_at, value, quality)) % 18446744073709551616)::UBIGINT AS content
FROM raw.sensor_readings
WHERE
    coalesce(recorded_at <= $as_of::TIMESTAMP, true)
    AND ($window_from::TIMESTAMP IS NULL OR recorded_at >= $window_from::TIMESTAMP)
    AND ($window_until::TIMESTAMP IS NULL OR recorded_at <= $window_until::TIMESTAMP)
GROUP BY ALL;
