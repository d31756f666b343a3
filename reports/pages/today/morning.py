"""What the morning page shows: open batches by line, yesterday beside what was said, sensors.

It is read at seven by whoever decides where to look first, so what needs nobody is only counted.
"""

from itertools import groupby
from typing import Any

from reports.pages.facts import Facts

SHOWN_PER_LINE, SHOWN_TAGS = 12, 12
_OPEN_SQL = """
SELECT batch_id, outcome, title, product, coalesce(line, '') AS line, last_gate, scored_gate,
  is_alarm, alarm_gates, foretold, raised_by, no_alarm_because, golden_tag,
  faulty_tags, lots, verdict,
  failure_prob IS NOT NULL AS is_scored, open_deviations > 0 AS has_deviation,
  concat_ws('/', outcome, batch_id) AS key
FROM mart.open_batches
ORDER BY line, is_alarm DESC NULLS LAST, foretold = 'failed' DESC NULLS LAST,
  failure_prob DESC NULLS LAST, golden_distance DESC NULLS LAST, batch_id
"""
_READ_SQL = "SELECT DISTINCT batch_id FROM feature.sensor_phase_features"
_DECIDED_SQL = """
SELECT batch_id, outcome, title, line, disposition, result, gate, foretold, told, is_last_day,
  alarm_gates, concat_ws('/', outcome, batch_id) AS key
FROM mart.recent_dispositions ORDER BY is_last_day DESC, dispositioned_at DESC, batch_id, outcome
"""
_SENSORS_SQL = """
SELECT tag, unit_procedure, fault_kinds, concat_ws('/', unit_procedure, tag) AS key
FROM mart.sensor_quality WHERE sensor_faults > 0 OR faulty_share > 0.01
ORDER BY sensor_faults DESC, faulty_share DESC NULLS LAST, unit_procedure, tag
"""
_STANDING_SQL = """
SELECT outcome, gate, model_version, state, reason, replaces
FROM model.model_standing WHERE state IN ('stopped', 'awaits_approval')
ORDER BY outcome, gate, is_current DESC, model_version
"""
_LIVE_SQL = """
SELECT outcome, gate, model_version, is_budget_kept,
  concat_ws('/', outcome, gate, model_version) AS key
FROM history.live_performance
WHERE alarms IS NOT NULL AND outcome IN (SELECT outcome FROM mart.outcomes WHERE is_headline)
ORDER BY outcome, last_as_of DESC NULLS LAST, model_version, gate
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the page shows.

    Args:
        facts: Claims and rows of the published warehouse.

    Returns:
        ``morning``: open batches by line (each with what is shown and how many more there are),
        batches decided, sensors to look at and how each version did in use.
    """
    read = {row["batch_id"] for row in facts.rows(_READ_SQL)}
    opened = [row | {"was_read": row["batch_id"] in read} for row in facts.rows(_OPEN_SQL)]
    decided = facts.rows(_DECIDED_SQL)
    sensors = facts.rows(_SENSORS_SQL)
    return {
        "morning": {
            "lines": [_line(name, list(rows)) for name, rows in groupby(opened, _line_of)],
            "has_open": bool(opened),
            "has_score": any(row["is_scored"] for row in opened),
            "is_one_outcome": len({row["outcome"] for row in opened}) < 2,
            "yesterday": [row for row in decided if row["is_last_day"]],
            "earlier": [row for row in decided if not row["is_last_day"]],
            "sensors": sensors[:SHOWN_TAGS],
            "more_sensors": max(len(sensors) - SHOWN_TAGS, 0),
            "live": facts.rows(_LIVE_SQL),
            "silent": facts.rows(_STANDING_SQL),
        }
    }


def _line_of(row: dict[str, Any]) -> str:
    return str(row["line"])


def _line(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A line's batches: every flagged one, and others up to a number that can be read."""
    flagged = [row for row in rows if row["is_alarm"]]
    others = [row for row in rows if not row["is_alarm"]]
    room = max(SHOWN_PER_LINE - len(flagged), 0)
    return {
        "name": name,
        "rows": [*flagged, *others[:room]],
        "has_flagged": bool(flagged),
        "more": max(len(others) - room, 0),
    }
