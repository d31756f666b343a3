"""What the cards of the seven stages show: a figure a subject, or which records are missing."""

from typing import Any

from reports.pages.facts import Facts

_SQL = """
SELECT stage, title, is_missing, unit, note, concat_ws('/', stage, subject) AS key
FROM mart.stages ORDER BY stage, is_missing, subject
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the template of the stages shows."""
    return {"stage_rows": facts.rows(_SQL)}
