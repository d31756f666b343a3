-- How long does a batch wait for the quality decision after manufacture?
-- Asked by: quality assurance. In days; batches without both instants are not counted.
SELECT
    product,
    count(*) AS batches,
    median(date_diff('minute', ended_at, dispositioned_at) / 1440.0) AS median_days,
    quantile_cont(date_diff('minute', ended_at, dispositioned_at) / 1440.0, 0.9) AS days_90th,
    max(date_diff('minute', ended_at, dispositioned_at) / 1440.0) AS longest_days
FROM batches
WHERE ended_at IS NOT NULL AND dispositioned_at IS NOT NULL
GROUP BY product
ORDER BY median_days DESC, product;
