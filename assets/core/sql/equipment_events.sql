-- One row per event of a piece of equipment.
-- In the first load of the table a version counts from its own known-at, in later deliveries from
-- the later of that and its receipt; of the versions known at $as_of the last received stands.
WITH first_load AS (
    SELECT arg_min(run_id, ingested_at) AS run_id FROM raw.equipment_events
)
SELECT
    r.equipment_id,
    r.event,
    r.occurred_at,
    r.part,
    r.duration_h
FROM raw.equipment_events AS r
CROSS JOIN first_load AS f
WHERE coalesce(r.occurred_at <= $as_of, TRUE)
    AND (r.run_id = f.run_id OR r.received_at <= $as_of)
QUALIFY row_number() OVER (
    PARTITION BY r.equipment_id, r.event, r.occurred_at
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY equipment_id, event, occurred_at;
