"""What the model card shows: kept models, undecided zones, refutations, confounders, back-test."""

from typing import Any

from reports.pages.facts import Facts

_PRIMARY = "(outcome, gate) IN (SELECT (outcome, gate) FROM model.verdicts WHERE is_primary_gate)"
_KEPT_SQL = f"""
SELECT outcome, gate, model, model_version, part, sha256 FROM model.boosters
WHERE {_PRIMARY} ORDER BY outcome, part
"""
_ZONES_SQL = f"""
SELECT outcome, result, concat_ws('/', outcome, gate, result) AS key FROM model.conformal
WHERE {_PRIMARY} ORDER BY outcome, result
"""
_DRIFT_SQL = """
SELECT outcome, view, concat_ws('/', outcome, gate, view) AS key FROM model.drift
ORDER BY outcome, view
"""
_SUBGROUPS_SQL = """
SELECT outcome, subgroup, level, concat_ws('/', outcome, gate, subgroup, level) AS key
FROM model.subgroups ORDER BY outcome, subgroup, level
"""
_CONFOUNDED_SQL = """
SELECT outcome, confounder, kind, concat_ws('/', outcome, gate, quantity, feature) AS key
FROM finding.confounding ORDER BY outcome, confounder, feature, quantity
"""
_TRIED_SQL = f"""
WITH made AS (
  SELECT outcome, gate, rank,
    string_agg(replace(attempt, '_', ' ') || ' ' || replace(result, '_', ' '), ', '
      ORDER BY list_position(
        ['placebo_label', 'shuffled_parameter', 'negative_control_outcome', 'left_out_lot'], attempt
      )) AS attempts
  FROM finding.refutations GROUP BY outcome, gate, rank
)
SELECT outcome, title, is_window_open_low, is_window_open_high, attempts,
  concat_ws('/', outcome, gate, rank) AS key
FROM finding.drivers JOIN made USING (outcome, gate, rank)
WHERE {_PRIMARY} AND verdict = 'process_signal' AND refutations_tried IS NOT NULL
ORDER BY outcome, rank
"""
_ATTEMPTS_SQL = """
SELECT r.outcome, r.attempt, r.result, d.title, d.rank,
  concat_ws('/', r.outcome, r.gate, r.rank, r.attempt) AS key
FROM finding.refutations AS r
JOIN finding.drivers AS d ON d.outcome = r.outcome AND d.gate = r.gate AND d.rank = r.rank
WHERE (r.outcome, r.gate) IN (SELECT (outcome, gate) FROM model.verdicts WHERE is_primary_gate)
ORDER BY r.outcome, d.rank, r.attempt
"""
_BACKTEST_SQL = """
SELECT outcome, method, concat_ws('/', outcome, method) AS key
FROM finding.explanation_backtest
ORDER BY outcome, list_position(['contrast', 'model', 'unusual', 'univariate', 'chance'], method)
"""
_CARDS_SQL = """
SELECT outcome, batch_id, reason, lots, equipment_age, prior_deviations, patterns, nearest_good,
  concat_ws('/', outcome, batch_id) AS key
FROM finding.investigation_cards ORDER BY outcome, batch_id DESC
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of this section shows."""
    return {
        "kept": facts.rows(_KEPT_SQL),
        "zones": facts.rows(_ZONES_SQL),
        "drift_views": facts.rows(_DRIFT_SQL),
        "subgroups": facts.rows(_SUBGROUPS_SQL),
        "confounded": facts.rows(_CONFOUNDED_SQL),
        "tried": facts.rows(_TRIED_SQL),
        "attempts": facts.rows(_ATTEMPTS_SQL),
        "backtest": facts.rows(_BACKTEST_SQL),
        "cards": facts.rows(_CARDS_SQL),
    }
