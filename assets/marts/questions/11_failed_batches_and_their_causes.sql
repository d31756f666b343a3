-- Which batches failed, and what did the investigations confirm?
-- Asked by: quality assurance.
SELECT
    batch_id,
    title AS outcome,
    product,
    result_known_at,
    failure_mode,
    quantity,
    deviations,
    confirmed_causes,
    capas,
    statement AS where_to_look
FROM failures
ORDER BY result_known_at DESC NULLS LAST, batch_id, outcome;
