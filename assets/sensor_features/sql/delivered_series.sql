-- One row per equipment, named batch, tag and day of delivered readings that count; `content` is a
-- sum over its readings that changes with each of them.
SELECT
    equipment_id,
    batch_id,
    tag,
    day,
    sum(readings)::BIGINT AS readings,
    min(first_at) AS first_at,
    max(last_at) AS last_at,
    (sum(content) % 18446744073709551616)::UBIGINT AS content
FROM delivered_runs
WHERE day IS NOT NULL
GROUP BY ALL;
