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
SELECT detector, sum(untouched) AS untouched, sum(false_alarms) AS false_alarms
FROM evidence.detection_curves
WHERE product = 'all products' AND kind = 'step' AND untouched > 0
GROUP BY detector ORDER BY detector = 'any' DESC, detector
"""
_MEASURED_SQL = "SELECT max(measured_at) AS measured_at FROM evidence.excursion_runs"


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of excursions shows."""
    return {
        "excursion_steps": facts.rows(_STEPS_SQL),
        "excursions_never_seen": facts.rows(_NEVER_SQL),
        "excursion_alarms": facts.rows(_ALARMS_SQL),
        "excursions_measured": facts.rows(_MEASURED_SQL),
    }
