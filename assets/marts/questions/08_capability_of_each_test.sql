-- How capable is each test of its specification, and how many results lie outside it?
-- Asked by: a manufacturing scientist. Ppk is over all batches of a product, of overall spread;
-- results beyond a reporting limit are counted, not averaged: where there are many, mean and Ppk are
-- those of the rest, and evidence.censored_results has the quantiles of all.
SELECT
    product,
    test,
    any_value(unit) AS unit,
    count(value) AS results,
    count(*) FILTER (WHERE NOT is_within_spec) AS outside,
    count(*) FILTER (WHERE censoring <> 'none') AS beyond_limit,
    avg(value) FILTER (WHERE censoring = 'none') AS mean,
    least(
        coalesce((mean - max(spec_low)) / (3 * stddev(value) FILTER (WHERE censoring = 'none')), 99),
        coalesce((min(spec_high) - mean) / (3 * stddev(value) FILTER (WHERE censoring = 'none')), 99)
    ) AS ppk
FROM results
WHERE is_within_spec IS NOT NULL
GROUP BY product, test
HAVING count(*) FILTER (WHERE censoring = 'none') >= 20
    AND stddev(value) FILTER (WHERE censoring = 'none') > 0
ORDER BY ppk, product, test;
