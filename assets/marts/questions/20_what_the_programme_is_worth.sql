-- What is the whole programme worth, when is the money back, and of which run are these figures?
-- Asked by: a controller.
SELECT
    s.prevented_failures_per_year,
    s.savings_p10_usd_per_year,
    s.savings_usd_per_year,
    s.savings_p90_usd_per_year,
    s.net_savings_usd_per_year,
    s.implementation_cost_usd,
    s.npv_p10_usd,
    s.npv_usd,
    s.npv_p90_usd,
    s.npv_positive_prob,
    s.payback_months,
    s.basis,
    r.source_profile,
    r.as_of,
    r.version,
    r.is_quick
FROM savings AS s
CROSS JOIN runs AS r
WHERE s.lever = 'all' AND r.is_latest;
