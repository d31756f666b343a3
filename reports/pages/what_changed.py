"""What the block at the top shows: how the headline moved since the run before, and why."""

from typing import Any

from reports.pages.facts import Facts

MEASURES = (
    "annual_net_savings_usd",
    "npv_usd",
    "baseline_loss_usd_per_year",
    "baseline_failures_per_year",
)
_PARTS_SQL = """
SELECT DISTINCT position, part FROM history.headline_moves
WHERE run_number = (SELECT max(run_number) FROM evidence.runs) ORDER BY position
"""
_COMPARISONS_SQL = """
SELECT comparison, count(*) AS parts FROM history.failure_rate_moves
WHERE run_number = (SELECT max(run_number) FROM evidence.runs)
GROUP BY comparison ORDER BY comparison DESC
"""


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the block shows.

    Args:
        facts: Claims and rows of the published warehouse.

    Returns:
        Parts of the move in order, the measures that are claimed, those of them that moved, and the
        comparisons of the failure rate.
    """
    claimed = [measure for measure in MEASURES if _is_stated(facts, measure)]
    return {
        "changed_parts": [row["part"] for row in facts.rows(_PARTS_SQL)],
        "changed_measures": claimed,
        "moved_measures": [m for m in claimed if facts.value("changed.move", m)],
        "rate_comparisons": facts.rows(_COMPARISONS_SQL),
    }


def _is_stated(facts: Facts, measure: str) -> bool:
    """Tell whether a measure is claimed now or was in the run before."""
    ends = ("changed.before", "changed.after")
    return any(facts.value(name, measure) for name in ends)
