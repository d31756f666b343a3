-- The month in the columns of core.sensor_readings; month_readings is already in stored order.
-- `is_usable` is for the feature kernel, which then need not read the quality of every reading.
SELECT
    batch_id::VARCHAR AS batch_id,
    stage,
    unit_procedure,
    phase,
    equipment_id,
    tag,
    recorded_at,
    value,
    quality,
    value IS NOT NULL AND quality <> 'bad' AS is_usable
FROM month_readings
WHERE NOT is_repeat;
