-- One row: what became of the month's readings.
SELECT
    count(*) FILTER (WHERE NOT is_further) AS received,
    count(*) FILTER (WHERE NOT is_further AND is_repeat) AS identical,
    count(*) FILTER (WHERE NOT is_repeat AND unit_procedure IS NULL) AS without_phase,
    count(*) FILTER (WHERE NOT is_further AND is_not_finite) AS not_finite,
    count(*) FILTER (WHERE NOT is_further AND NOT is_repeat AND NOT is_described) AS unknown_tag,
    count(*) FILTER (WHERE NOT is_repeat) AS stored
FROM month_readings;
