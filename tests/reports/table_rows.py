"""Rows of tables the demo leaves empty."""

from datetime import datetime
from typing import Any


def leak_question_row(
    outcome: str, feature: str, title: str, answered_by: str | None = None
) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "feature": feature,
        "title": title,
        "quantity": feature.split(".")[1],
        "available_at_gate": 4,
        "likeness": "follows_result",
        "margin_quantity": "dissolution_min_pct",
        "forward_r2": 0.87,
        "forward_auc": 0.964,
        "is_answered": answered_by is not None,
        "answered_by": answered_by,
        "answer": None if answered_by is None else "measured at the press, before coating.",
        "question": f"{title} alone foretells 87%. Is it measured before the result exists?",
    }


def power_row(
    worth: str, per_batch: float, counts: tuple[int, int, int], *, is_headline: bool = False
) -> dict[str, Any]:
    """One row of ``evidence.power``: causes planted, found and ranked first."""
    trials, found, first = counts
    return {
        "outcome": "failure",
        "worth": worth,
        "is_headline": is_headline,
        "gate": 5,
        "worth_per_batch": per_batch,
        "worth_per_year": 200 * per_batch,
        "trials": trials,
        "found": found,
        "ranked_first": first,
        "found_share": found / trials,
        "found_low": found / trials - 0.12,
        "found_high": min(found / trials + 0.08, 1.0),
        "first_share": first / trials,
        "first_low": first / trials - 0.14,
        "first_high": min(first / trials + 0.1, 1.0),
        "years_needed": 4.6,
        "batches": 490,
        "failures": 22,
        "reason": f"{trials} of 40 features drawn can be worth as much.",
        "measured_at": datetime.fromisoformat("2024-05-01"),
    }
