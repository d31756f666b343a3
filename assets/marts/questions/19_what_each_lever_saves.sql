-- What would each lever save a year, at what cost, and why are the others left out?
-- Asked by: a controller. Medians with 10th and 90th percentiles; a refused lever claims nothing.
SELECT
    title AS lever,
    outcome,
    basis,
    is_in_programme,
    savings_p10_usd_per_year,
    savings_usd_per_year,
    savings_p90_usd_per_year,
    run_cost_usd_per_year,
    implementation_cost_usd,
    reason
FROM savings
WHERE lever <> 'all'
ORDER BY is_in_programme DESC, savings_usd_per_year DESC NULLS LAST, savings.lever;
