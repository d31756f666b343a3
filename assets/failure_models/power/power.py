"""What a self-test says of an outcome: shares found and ranked first, and years still needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Any

import numpy as np

from assets.failure_models.power.trials import TestedOutcome, Trial
from assets.failure_models.signal.trends import MICROSECONDS_PER_YEAR
from assets.statistics.intervals import wilson

STANDARD = NormalDist()
LEVEL, WANTED = 0.05, 0.8


@dataclass(frozen=True)
class Pace:
    """How fast batches are made, where the records say so.

    Attributes:
        batches_per_year: Batches made in a year.
        years: Years on record.
    """

    batches_per_year: float
    years: float


def pace_of(tested: TestedOutcome) -> Pace | None:
    """Return the pace of the batches tested; None where fewer than half are dated."""
    at = tested.task.matrix.gate_at
    dated = at[np.isfinite(at)]
    if dated.size <= at.size / 2 or dated.size < 2:
        return None
    years = float(dated.max() - dated.min()) / MICROSECONDS_PER_YEAR
    return Pace(dated.size / years, years) if years > 0 else None


def power_row(
    tested: TestedOutcome,
    prevented_per_batch: float,
    found: Sequence[Trial | None],
    pace: Pace | None,
    measured_at: datetime,
) -> dict[str, Any]:
    """Return one row of ``evidence.power``.

    Args:
        tested: The outcome.
        prevented_per_batch: Failures each planted cause was worth.
        found: What came of each.
        pace: How fast batches are made; None where unknown.
        measured_at: UTC instant of the self-test.
    """
    made = [trial for trial in found if trial is not None]
    seen, first = sum(t.is_found for t in made), sum(t.is_first for t in made)
    row: dict[str, Any] = {
        "outcome": tested.task.outcome,
        "gate": tested.task.gate,
        "prevented_per_batch": prevented_per_batch,
        "trials": len(made),
        "found": seen,
        "ranked_first": first,
        "batches": int(tested.task.panel.is_labelled.sum()),
        "failures": int((tested.task.panel.label == 1).sum()),
        "measured_at": measured_at,
    }
    if pace is not None:
        row["failures_per_year"] = prevented_per_batch * pace.batches_per_year
        row["years_on_record"] = pace.years
    if not made:
        return row
    low, high = wilson(seen, len(made))
    first_low, first_high = wilson(first, len(made))
    row |= {
        "found_share": seen / len(made),
        "found_low": low,
        "found_high": high,
        "first_share": first / len(made),
        "first_low": first_low,
        "first_high": first_high,
    }
    if pace is not None:
        row["years_needed"] = pace.years * times_needed(seen, len(made))
    return row


def times_needed(found: int, trials: int) -> float:
    """Return how many times the present records would be needed to find such a cause in 80%.

    Args:
        found: Trials in which it was found.
        trials: Trials made.

    Returns:
        Above 0, by a score that grows with the root of the records; a half trial is added on each
        side, so that neither none nor all says infinity or nothing.
    """
    share = (found + 0.5) / (trials + 1)
    reached = STANDARD.inv_cdf(share) - STANDARD.inv_cdf(LEVEL)
    wanted = STANDARD.inv_cdf(WANTED) - STANDARD.inv_cdf(LEVEL)
    return (wanted / max(reached, 0.1)) ** 2
