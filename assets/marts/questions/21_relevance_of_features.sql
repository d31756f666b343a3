-- Which features go with an outcome by themselves, how surely, and why is each no driver?
-- Asked by: a process scientist. At most 5% of those called relevant are expected to be false.
SELECT
    outcome,
    title,
    target,
    effect,
    effect_low,
    effect_high,
    effect_unit,
    false_discovery_rate,
    sign_stability,
    period_stability,
    reason_code,
    reason
FROM relevance
WHERE is_relevant
ORDER BY outcome, strength DESC, feature
LIMIT 50;
