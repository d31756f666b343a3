"""What the section on time to failure shows: lives, replacement intervals, hazards, holds."""

from typing import Any

from reports.pages.facts import Facts

FAILED_BATCH = "failed_batch:"
_KEPT_SQL = "SELECT outcome FROM core.outcome_definitions WHERE severity <> 'lost'"
# Lives are told on the scale of time that the evidence for their replacement is on.
_LIVES_SQL = """
SELECT equipment_class, part, origin, time_scale,
  concat_ws('/', equipment_class, origin, part, event, time_scale) AS key
FROM finding.replacement_intervals WHERE event = 'breakdown' ORDER BY equipment_class, part
"""
_UNFOLLOWED_SQL = """
SELECT concat_ws('/', equipment_class, origin, part, event, time_scale) AS key
FROM finding.weibull_fits WHERE status = 'no_records'
"""
_INTERVALS_SQL = """
SELECT equipment_class, part, verdict, time_scale, event,
  shape IS NOT NULL AND (event = 'breakdown' OR verdict <> 'no_wear') AS is_shown,
  concat_ws('/', equipment_class, origin, part, event, time_scale) AS key
FROM finding.replacement_intervals
ORDER BY event <> 'breakdown', equipment_class, part, event
"""
_HAZARDS_SQL = """
SELECT equipment_class, model, covariate, unit, is_proportional, event,
  concat_ws('/', equipment_class, part, event, model, covariate) AS key
FROM finding.hazard_models WHERE ratio IS NOT NULL
ORDER BY p_value, equipment_class, event, model, covariate
"""
_DEFINED_SQL = """
SELECT outcome FROM core.outcome_definitions WHERE defining_events IS NOT NULL ORDER BY outcome
"""
_HOLDS_SQL = """
SELECT hold, outcome, concat_ws('/', hold, outcome) AS key
FROM finding.hold_times WHERE shape IS NOT NULL ORDER BY p_value, hold, outcome
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of this section shows."""
    return {
        "lives": facts.rows(_LIVES_SQL),
        "unfollowed": facts.rows(_UNFOLLOWED_SQL),
        "intervals": _worded(facts, _INTERVALS_SQL),
        "hazards": _worded(facts, _HAZARDS_SQL),
        "defined_by_events": facts.rows(_DEFINED_SQL),
        "hold_times": facts.rows(_HOLDS_SQL),
    }


def _worded(facts: Facts, sql: str) -> list[dict[str, Any]]:
    """Return rows with what is waited for in words: a breakdown, a lost batch, or one kept."""
    kept = {row["outcome"] for row in facts.rows(_KEPT_SQL)}
    rows = facts.rows(sql)
    for row in rows:
        outcome = row["event"].removeprefix(FAILED_BATCH)
        said = "batch not lost: " if outcome in kept else "failed batch: "
        is_batch = row["event"].startswith(FAILED_BATCH)
        row["happening"] = f"{said}{outcome.replace('_', ' ')}" if is_batch else row["event"]
    return rows
