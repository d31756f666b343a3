-- The month in the columns of core.sensor_readings; month_readings is already in stored order.
SELECT
    batch_id::VARCHAR AS batch_id,
    stage,
    unit_procedure::VARCHAR AS unit_procedure,
    phase::VARCHAR AS phase,
    equipment_id::VARCHAR AS equipment_id,
    tag::VARCHAR AS tag,
    recorded_at,
    value,
    quality::VARCHAR AS quality
FROM month_readings
WHERE NOT is_repeat;
