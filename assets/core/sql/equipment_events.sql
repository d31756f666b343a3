-- One row per event of a piece of equipment.
-- A version counts from its own known-at in the first load of the table, and from the later of that
-- and its receipt when it was delivered later; of those known at $as_of the last received stands.
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
WHERE coalesce(
    CASE WHEN r.run_id = f.run_id THEN r.occurred_at ELSE greatest(r.occurred_at, r.received_at) END <= $as_of,
    TRUE
)
QUALIFY row_number() OVER (
    PARTITION BY r.equipment_id, r.event, r.occurred_at
    ORDER BY r.received_at DESC, r.ingested_at DESC, r.source_file DESC, r.source_row DESC
) = 1
ORDER BY equipment_id, event, occurred_at;
