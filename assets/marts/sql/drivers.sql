-- One row per driver of an outcome at the last gate before its result, only under a process signal.
SELECT
    d.outcome,
    d.rank,
    d.driver,
    coalesce(d.title, d.driver) AS title,
    d.gate,
    d.stage,
    d.unit_operation,
    d.direction,
    d.is_named,
    d.share,
    d.rank_low,
    d.rank_high,
    d.adjusted_effect AS effect,
    d.adjusted_low AS effect_low,
    d.adjusted_high AS effect_high,
    d.effect_unit,
    f.unit,
    d.window_low,
    d.window_high,
    d.refutations_survived,
    d.refutations_tried,
    v.reason
FROM finding.drivers AS d
INNER JOIN model.verdicts AS v ON d.outcome = v.outcome AND d.gate = v.gate
LEFT JOIN feature.dictionary AS f ON d.driver = f.feature
WHERE v.is_primary_gate AND v.verdict = 'process_signal';
