"""Beside a window: what nobody records, what cannot prevent a failure, and what can be closed."""

from typing import Any

from reports.pages.facts import Facts

CONFOUNDING = "unmeasured_confounding_ratio"
_WINDOWS_SQL = """
SELECT w.lever AS key, coalesce(d.title, w.feature) AS title, coalesce(l.is_in_programme, false)
  AS is_in_programme
FROM economics.window_effects AS w
LEFT JOIN feature.dictionary AS d ON d.feature = w.feature
LEFT JOIN economics.levers AS l ON l.lever = w.lever
WHERE w.target = 'expected_share' AND w.e_value IS NOT NULL
ORDER BY w.lever
"""
_CONFOUNDING_SQL = f"SELECT owner, source FROM economics.assumptions WHERE name = '{CONFOUNDING}'"
_CONTROLS_SQL = """
SELECT c.control, c.is_claimed, coalesce(d.title, c.feature) AS title, c.outcome,
  concat_ws('/', c.lever, c.control) AS key
FROM economics.negative_controls AS c LEFT JOIN feature.dictionary AS d ON d.feature = c.feature
ORDER BY c.lever, c.control
"""
_BOUNDS_SQL = """
SELECT outcome, title, gate, bound_failures_per_year AS failures_at_most, is_closed, reason,
  bound_usd_per_year AS usd_at_most, closing_usd_per_year AS closing_usd,
  concat_ws('/', outcome, feature) AS key
FROM economics.savings_upper_bounds ORDER BY bound_usd_per_year, outcome, feature
"""


def confounding(facts: Facts) -> dict[str, Any] | None:
    """Return who answers for what nobody records; None where no window's money rests on it."""
    if not any(row["is_in_programme"] for row in facts.rows(_WINDOWS_SQL)):
        return None
    found = facts.rows(_CONFOUNDING_SQL)
    return {"name": CONFOUNDING} | found[0] if found else None


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of this part shows."""
    return {
        "windows": facts.rows(_WINDOWS_SQL),
        "confounding": confounding(facts),
        "controls": facts.rows(_CONTROLS_SQL),
        "bounds": facts.rows(_BOUNDS_SQL),
    }
