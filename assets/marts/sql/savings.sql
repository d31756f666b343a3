-- One row per lever, and one named all for the levers of the programme together: what each would
-- prevent, save and cost in the base scenario, as medians with their 10th and 90th percentiles.
WITH measured AS (
    SELECT
        lever,
        max(p50) FILTER (WHERE measure = 'prevented_failures_per_year')
            AS prevented_failures_per_year,
        max(p10) FILTER (WHERE measure = 'annual_savings_usd') AS savings_p10_usd_per_year,
        max(p50) FILTER (WHERE measure = 'annual_savings_usd') AS savings_usd_per_year,
        max(p90) FILTER (WHERE measure = 'annual_savings_usd') AS savings_p90_usd_per_year,
        max(p50) FILTER (WHERE measure = 'annual_net_savings_usd') AS net_savings_usd_per_year,
        max(p50) FILTER (WHERE measure = 'annual_programme_cost_usd') AS run_cost_usd_per_year,
        max(p50) FILTER (WHERE measure = 'implementation_cost_usd') AS implementation_cost_usd,
        max(p10) FILTER (WHERE measure = 'npv_usd') AS npv_p10_usd,
        max(p50) FILTER (WHERE measure = 'npv_usd') AS npv_usd,
        max(p90) FILTER (WHERE measure = 'npv_usd') AS npv_p90_usd,
        max(p50) FILTER (WHERE measure = 'npv_positive_prob') AS npv_positive_prob,
        max(p50) FILTER (WHERE measure = 'payback_months') AS payback_months,
        max(basis) FILTER (WHERE measure = 'annual_savings_usd') AS basis
    FROM economics.scenarios
    WHERE scenario = 'base'
    GROUP BY lever
)
SELECT
    coalesce(l.lever, m.lever) AS lever,
    coalesce(l.title, 'All levers of the programme together') AS title,
    l.kind,
    l.tier,
    l.gate,
    l.outcome,
    coalesce(l.basis, m.basis) AS basis,
    coalesce(l.is_in_programme, TRUE) AS is_in_programme,
    l.reason,
    m.prevented_failures_per_year,
    m.savings_p10_usd_per_year,
    m.savings_usd_per_year,
    m.savings_p90_usd_per_year,
    m.net_savings_usd_per_year,
    m.implementation_cost_usd,
    m.run_cost_usd_per_year,
    m.npv_p10_usd,
    m.npv_usd,
    m.npv_p90_usd,
    m.npv_positive_prob,
    m.payback_months,
    p.set_name AS price_set,
    p.placeholder_share AS placeholder_variance_share,
    p.is_own AS has_own_prices
FROM economics.levers AS l
FULL JOIN measured AS m ON l.lever = m.lever
CROSS JOIN economics.price_standing AS p
WHERE l.lever IS NOT NULL OR m.lever = 'all';
