"""What the sections on events show: precursors, sequences, deviations, escapes and paths."""

from typing import Any

from reports.pages.facts import Facts

_UNDER_SIGNAL = """outcome IN
  (SELECT outcome FROM model.verdicts WHERE is_primary_gate AND verdict = 'process_signal')"""
_SEARCHES_SQL = f"""
SELECT s.outcome, s.verdict, {_UNDER_SIGNAL.replace("outcome IN", "s.outcome IN", 1)} AS is_shown
FROM finding.precursor_searches AS s ORDER BY s.outcome
"""
_PRECURSORS_SQL = f"""
SELECT outcome, event_type, scope, later_standing, p_value_later IS NOT NULL AS is_told_later,
  concat_ws('/', outcome, event_type, scope) AS key
FROM finding.precursors WHERE is_leading AND {_UNDER_SIGNAL} ORDER BY outcome, rank
"""
_SEQUENCES_SQL = f"""
SELECT outcome, sequence, concat_ws('/', outcome, sequence) AS key
FROM finding.event_sequences WHERE is_found AND {_UNDER_SIGNAL} ORDER BY outcome, rank
"""
_RECURRENCE_SQL = """
SELECT dimension, level, category, concat_ws('/', dimension, level, category) AS key
FROM finding.deviation_recurrence WHERE is_recurrent ORDER BY p_value, key
"""
_GROUPS_SQL = """
SELECT CAST(group_id AS VARCHAR) AS key, min(representative) AS representative,
  max(categories) AS categories
FROM finding.deviation_groups GROUP BY group_id HAVING count(*) > 1 ORDER BY group_id LIMIT 15
"""
_SUGGESTIONS_SQL = """
SELECT deviation_id, suggested_category, reason FROM finding.deviation_category_suggestions
ORDER BY confidence_prob DESC NULLS LAST, deviation_id LIMIT 50
"""
_CAPAS_SQL = """
SELECT capa_id AS key, title, category, verdict, reason, ratio, ratio_high
FROM finding.capa_effectiveness ORDER BY capa_id
"""
_PATHS_SQL = """
SELECT outcome, kind, path, is_known_before_result, variants,
  concat_ws('/', outcome, kind, path) AS key
FROM finding.paths
WHERE kind <> 'route' OR variants > 1
ORDER BY outcome, kind, rate DESC NULLS LAST, path
"""
_PATHS_MADE_SQL = "SELECT count(*) AS paths FROM finding.paths"
_ESCAPES_SQL = """
SELECT item, bool_or(is_proxy) AS is_proxy FROM finding.escape_matrix GROUP BY item
ORDER BY item DESC
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the templates of these sections show."""
    escapes = facts.rows(_ESCAPES_SQL)
    return {
        "precursor_searches": facts.rows(_SEARCHES_SQL),
        "precursors": facts.rows(_PRECURSORS_SQL),
        "sequences": facts.rows(_SEQUENCES_SQL),
        "recurrence": facts.rows(_RECURRENCE_SQL),
        "deviation_groups": facts.rows(_GROUPS_SQL),
        "suggestions": facts.rows(_SUGGESTIONS_SQL),
        "capas": facts.rows(_CAPAS_SQL),
        "paths": facts.rows(_PATHS_SQL),
        "paths_made": sum(row["paths"] for row in facts.rows(_PATHS_MADE_SQL)),
        "escapes": escapes,
        "escapes_are_proxies": any(row["is_proxy"] for row in escapes),
    }
