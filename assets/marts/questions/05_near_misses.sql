-- Which good batches passed with the least to spare?
-- Asked by: a manufacturing scientist. The margin is in robust standard deviations of the quantity.
SELECT batch_id, product, started_at, margin, closest_quantity, key_results
FROM batches
WHERE result = 'good' AND margin IS NOT NULL
ORDER BY margin, production_order
LIMIT 20;
