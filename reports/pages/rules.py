"""What the section on failure patterns shows: one card per rule, and what was searched."""

from typing import Any

from reports.pages.facts import Facts

_RULES_SQL = """
SELECT outcome, target, CAST(rule AS VARCHAR) AS rule, kind, text, text_re_estimated,
  available_at_gate, concat_ws('/', outcome, target, rule) AS key
FROM finding.rules WHERE is_shown ORDER BY outcome, kind, target, rule
"""
_SEARCHES_SQL = """
SELECT s.outcome, s.target, s.kind, s.title, s.gate, s.note, s.confirmed,
  coalesce(v.verdict, 'not_applicable') AS verdict, concat_ws('/', s.outcome, s.target) AS key
FROM evidence.rule_search AS s
LEFT JOIN model.verdicts AS v ON v.outcome = s.outcome AND v.gate = s.gate
ORDER BY s.outcome, s.kind, s.target
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of the failure patterns shows."""
    return {"rules": facts.rows(_RULES_SQL), "rule_searches": facts.rows(_SEARCHES_SQL)}
