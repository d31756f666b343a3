"""What the study would have found, as the last self-test counted it on the run's own records."""

from typing import Any

from reports.pages.facts import Facts

_POWER_SQL = """
SELECT p.outcome, p.worth, p.is_headline, p.trials, p.reason, p.measured_at,
  concat_ws('/', p.outcome, p.worth) AS key
FROM evidence.power AS p ORDER BY p.outcome, p.worth_per_batch, p.worth
"""


def headlines(facts: Facts) -> dict[str, dict[str, Any]]:
    """Return the worth a report states first, by outcome; empty before any self-test."""
    return {row["outcome"]: row for row in facts.rows(_POWER_SQL) if row["is_headline"]}


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the templates show."""
    return {"powers": facts.rows(_POWER_SQL), "power_headlines": headlines(facts)}
