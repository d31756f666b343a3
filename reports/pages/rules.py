"""What the section on failure patterns shows: one card per rule, and what was searched."""

from typing import Any

from reports.pages.facts import Facts

_RULES_SQL = """
SELECT r.outcome, r.target, CAST(r.rule AS VARCHAR) AS rule, r.kind, s.title, r.text,
  r.text_re_estimated, r.available_at_gate, concat_ws('/', r.outcome, r.target, r.rule) AS key
FROM finding.rules AS r JOIN evidence.rule_search AS s USING (outcome, target)
WHERE r.is_shown ORDER BY r.outcome, r.kind, r.target, r.rule
"""
_SEARCHES_SQL = """
SELECT s.outcome, s.target, s.kind, s.title, s.gate, s.note, s.confirmed,
  coalesce(v.verdict, 'not_applicable') AS verdict, concat_ws('/', s.outcome, s.target) AS key,
  (SELECT string_agg(r.text, '; ' ORDER BY r.rule) FROM finding.rules AS r
   WHERE r.outcome = s.outcome AND r.target = s.target AND r.status = 'not_testable') AS untested
FROM evidence.rule_search AS s
LEFT JOIN model.verdicts AS v ON v.outcome = s.outcome AND v.gate = s.gate
ORDER BY s.outcome, s.kind, s.target
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of the failure patterns shows."""
    return {"rules": facts.rows(_RULES_SQL), "rule_searches": facts.rows(_SEARCHES_SQL)}
