-- Which batches were released although a result lies outside its specification?
-- Asked by: quality assurance. An empty answer is the one hoped for.
SELECT
    b.batch_id,
    b.product,
    b.dispositioned_at,
    r.test,
    r.value,
    r.unit,
    r.spec_low,
    r.spec_high
FROM batches AS b
INNER JOIN results AS r ON b.batch_id = r.batch_id
WHERE b.disposition = 'released' AND NOT r.is_within_spec
ORDER BY b.production_order, r.test, r.sample_no;
