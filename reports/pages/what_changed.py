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
        Parts of the move in order, the measures that moved, the parts that moved one, and the
        comparisons of the failure rate.
    """
    parts = [row["part"] for row in facts.rows(_PARTS_SQL)]
    moved = [m for m in MEASURES if any(_moved(facts, m, part) for part in parts)]
    return {
        "changed_parts": parts,
        "moved_measures": moved,
        "moved_parts": [part for part in parts if any(_moved(facts, m, part) for m in moved)],
        "rate_comparisons": facts.rows(_COMPARISONS_SQL),
    }


def _moved(facts: Facts, measure: str, part: str) -> bool:
    """Tell whether a part moved a measure by more than the last bits of a sum."""
    move = facts.value("changed.part", f"{measure}/{part}") or 0.0
    return abs(move) > 1e-9 * abs(facts.value("changed.after", measure) or 0.0)
