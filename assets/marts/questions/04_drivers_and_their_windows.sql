-- What goes with failure at the last gate before the result, and in which window is the risk low?
-- Asked by: a manufacturing scientist. Only outcomes with a process signal have drivers; only those
-- that are named held in refits and in two periods.
SELECT
    outcome,
    rank,
    title AS driver,
    unit_operation,
    direction,
    is_named,
    effect,
    effect_low,
    effect_high,
    effect_unit,
    window_low,
    window_high,
    unit
FROM drivers
ORDER BY outcome, rank;
