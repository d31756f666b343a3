"""What the page of excursions shows: what the detector sees of each parameter, what it misses."""

from typing import Any

from reports.pages.facts import Facts

_SEEN = """
FROM evidence.detection_curves WHERE detector = 'any' AND product = 'all products'
"""
_STEPS_SQL = f"""
SELECT unit_procedure, phase, tag, stage, unit, seen, sizes, is_never_seen, is_monotone, batches,
  concat_ws('/', unit_procedure, phase, tag) AS key
{_SEEN} AND kind = 'step' ORDER BY stage, unit_procedure, phase, tag
"""
_NEVER_SQL = f"""
SELECT tag, phase, string_agg(kind, ', ' ORDER BY kind) AS kinds
{_SEEN} AND is_never_seen AND batches > 0
GROUP BY unit_procedure, phase, tag, stage ORDER BY stage, unit_procedure, phase, tag
"""
_ALARMS_SQL = """
SELECT detector, sum(untouched) AS untouched, sum(false_alarms) AS false_alarms,
  count(promised_share) > 0 AS is_promised
FROM evidence.detection_curves
WHERE product = 'all products' AND kind = 'step' AND untouched > 0
GROUP BY detector ORDER BY detector = 'any' DESC, detector
"""
_MEASURED_SQL = "SELECT max(measured_at) AS measured_at FROM evidence.excursion_runs"
# What keeps the share of untouched batches that each part flags.
PROMISES = {
    "any": "Nothing of its own: a batch counts that any part flags.",
    "chart_limit": (
        "Limits as wide as the next value of so short a baseline needs, for one in 370 independent "
        "values; one in 200 is promised, because batches share lots."
    ),
    "chart_signal": "A number of false alarms a month over all charts, of which each has a share.",
    "failure_model": (
        "The budget of alarms a gate, spent on batches at risk. Good ones are among them; what it "
        "says is risk and no excursion."
    ),
    "golden_distance": "What the next good batch keeps in 99 of 100, by those before it.",
    "sensor_fault": "No share: a reading marked here may be a true fault of its sensor.",
    "whole_batch": (
        "Each limit keeps one in a hundred of batches its model has not seen, or one in n + 1 of "
        "fewer than 99; up to five limits watch a batch at a stage."
    ),
}


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of excursions shows."""
    return {
        "excursion_steps": facts.rows(_STEPS_SQL),
        "excursions_never_seen": facts.rows(_NEVER_SQL),
        "excursion_alarms": facts.rows(_ALARMS_SQL),
        "excursion_promises": PROMISES,
        "excursions_measured": facts.rows(_MEASURED_SQL),
    }
