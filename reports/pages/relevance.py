"""What the tables of relevance show: the surest features, and what to measure next."""

from typing import Any

from reports.pages.facts import Facts

_SHOWN_SQL = """
SELECT outcome, title, stage, target, effect_unit, reason_code, reason, is_relevant,
  concat_ws('/', outcome, feature) AS key
FROM finding.relevance WHERE p_value IS NOT NULL AND reason_code <> 'follows_another'
QUALIFY row_number() OVER (PARTITION BY outcome ORDER BY is_named DESC, is_relevant DESC,
  strength DESC, feature) <= CASE WHEN is_named OR is_relevant THEN 10 ELSE 3 END
ORDER BY outcome, is_named DESC, is_relevant DESC, strength DESC, feature
"""
_STANDINGS_SQL = """
SELECT outcome, reason_code, concat_ws('/', outcome, reason_code) AS key
FROM finding.relevance GROUP BY outcome, reason_code ORDER BY outcome, count(*), reason_code
"""
_NEXT_SQL = """
SELECT what, kind, worth_basis, worth_usd IS NOT NULL AS has_worth,
  cost_usd IS NOT NULL AS has_cost, CAST(rank AS VARCHAR) AS key
FROM mart.next_measurements ORDER BY rank
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the templates of relevance and of the next measurements show."""
    return {
        "relevance": facts.rows(_SHOWN_SQL),
        "relevance_standings": facts.rows(_STANDINGS_SQL),
        "next_measurements": facts.rows(_NEXT_SQL),
    }
