-- Which quality attribute decides the failures, and how far outside its limit does it lie?
-- Asked by: a manufacturing scientist. Margins are robust standard deviations; below 0 is outside.
SELECT
    title AS outcome,
    coalesce(quantity, 'not measured') AS quantity,
    count(*) AS failures,
    median(margin) AS median_margin,
    min(margin) AS worst_margin,
    arg_min(batch_id, margin) AS worst_batch
FROM failures
GROUP BY title, coalesce(quantity, 'not measured')
ORDER BY failures DESC, outcome, quantity;
