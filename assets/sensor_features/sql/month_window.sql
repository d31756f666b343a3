-- One row: between which instants the readings of $month alone can lie, in whole days.
SELECT
    $month::TIMESTAMP AS window_from,
    date_trunc('day', greatest(
        $month::TIMESTAMP + INTERVAL 1 MONTH,
        max(coalesce(ended_at, started_at + INTERVAL 7 DAYS))
    )) + INTERVAL 1 DAY - INTERVAL 1 MICROSECOND AS window_until
FROM core.phases
WHERE date_trunc('month', started_at) = $month::TIMESTAMP;
