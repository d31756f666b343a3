"""What a self-test says of an outcome: shares found and ranked first, and years still needed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import NormalDist
from typing import Any

import numpy as np

from assets.failure_models.power.trials import PlantedOutcome, Trial
from assets.failure_models.signal.trends import MICROSECONDS_PER_YEAR
from assets.statistics.intervals import wilson
from data_contracts.codes.records import PlantedWorth

STANDARD = NormalDist()
LEVEL, WANTED = 0.05, 0.8
# From fewer trials, or a smaller share found, nothing is extrapolated.
FEWEST_TRIALS, LEAST_EXTRAPOLATED = 20, 0.15
SHARES_OF_FAILURES = {
    PlantedWorth.TENTH_OF_FAILURES: 0.1,
    PlantedWorth.QUARTER_OF_FAILURES: 0.25,
    PlantedWorth.HALF_OF_FAILURES: 0.5,
}


@dataclass(frozen=True)
class Pace:
    """How fast batches are made, where the records say so.

    Attributes:
        batches_per_year: Batches made in a year.
        years: Years on record.
    """

    batches_per_year: float
    years: float


def pace_of(tested: PlantedOutcome) -> Pace | None:
    """Return the pace of the batches tested; None where fewer than half are dated."""
    at = tested.task.matrix.gate_at
    dated = at[np.isfinite(at)]
    if dated.size <= at.size / 2 or dated.size < 2:
        return None
    years = float(dated.max() - dated.min()) / MICROSECONDS_PER_YEAR
    return Pace(dated.size / years, years) if years > 0 else None


def worths(tested: PlantedOutcome, pace: Pace | None) -> dict[str, float]:
    """Return what planted causes are worth: name -> failures per batch, the headline first.

    One failure a year where batches are dated, for that is what a reader can weigh; shares of the
    failures on record beside it, for a year is much at one plant and little at another.
    """
    rate = float(np.nanmean(tested.results.label))
    shares = {name: share * rate for name, share in SHARES_OF_FAILURES.items()}
    if pace is None:
        quarter = PlantedWorth.QUARTER_OF_FAILURES
        return {quarter: shares.pop(quarter), **shares}
    return {PlantedWorth.ONE_A_YEAR: min(1.0 / pace.batches_per_year, 1.0), **shares}


def power(
    tested: PlantedOutcome,
    worth: str,
    worth_per_batch: float,
    tried: Sequence[Trial | None],
    measured_at: datetime,
) -> dict[str, Any]:
    """Return one row of ``evidence.power``.

    Args:
        tested: The outcome.
        worth: Name of what each planted cause was worth.
        worth_per_batch: The same in failures per batch.
        tried: What came of each; None where the feature drawn cannot be worth as much.
        measured_at: UTC instant of the self-test.
    """
    made = [trial for trial in tried if trial is not None]
    found, first = sum(t.is_found for t in made), sum(t.is_first for t in made)
    pace = pace_of(tested)
    row: dict[str, Any] = {
        "outcome": tested.task.outcome,
        "worth": worth,
        "is_headline": worth == next(iter(worths(tested, pace))),
        "gate": tested.task.gate,
        "worth_per_batch": worth_per_batch,
        "worth_per_year": None if pace is None else worth_per_batch * pace.batches_per_year,
        "trials": len(made),
        "found": found,
        "ranked_first": first,
        "batches": int(tested.task.panel.is_labelled.sum()),
        "failures": int((tested.task.panel.label == 1).sum()),
        "reason": f"{len(made)} of {len(tried)} features drawn can be worth as much.",
        "measured_at": measured_at,
    }
    if not made:
        return row
    times = times_needed(found, len(made))
    if pace is not None and times is not None:
        row["years_needed"] = pace.years * times
    return row | _share("found", found, len(made)) | _share("first", first, len(made))


def _share(name: str, count: int, trials: int) -> dict[str, float]:
    low, high = wilson(count, trials)
    return {f"{name}_share": count / trials, f"{name}_low": low, f"{name}_high": high}


def times_needed(found: int, trials: int) -> float | None:
    """Return how many times the present records would be needed to find four in five such causes.

    A score grows with the root of the records: the share found says where it stands now.

    Args:
        found: Trials in which the cause was found.
        trials: Trials made.

    Returns:
        Above 0; None where so few were tried or found that nothing can be extrapolated.

    Examples:
        >>> round(times_needed(40, 80), 2)  # (1.645 + 0.842)^2 / 1.645^2
        2.29
        >>> times_needed(1, 40) is None
        True
    """
    # Half a trial on each side, so that all found does not say that nothing is needed.
    share = (found + 0.5) / (trials + 1)
    if trials < FEWEST_TRIALS or share < LEAST_EXTRAPOLATED:
        return None
    alone = STANDARD.inv_cdf(LEVEL)
    return float(((STANDARD.inv_cdf(WANTED) - alone) / (STANDARD.inv_cdf(share) - alone)) ** 2)
