"""What doing something truly prevents: the plant run again many times, with it and without it.

Kept as one CSV row per re-run, so that it is made once and may be stopped and continued. A re-run
draws lots, weather and noise anew; the difference is that of the failure probabilities given the
true causes, so that it carries no noise of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.planted import PlantLever
from assets.virtual_plant.production.batches import Settings, make_batches
from assets.virtual_plant.truth.effects import with_lever
from benchmarks.studies.plants import worn_granulator_plant
from benchmarks.studies.record import RESULTS, StudyRecord

Made = Callable[[], Plant]
FIRST_SEED = 9_000_001  # of the re-runs; no plant of any study has it
BATCHES, YEARS = 1000, 5.0


@dataclass(frozen=True)
class Expected:
    """A yearly figure over re-runs.

    Attributes:
        per_year: Mean over re-runs.
        standard_error: Monte Carlo standard error of the mean.
        reruns: Number of re-runs.
    """

    per_year: float
    standard_error: float
    reruns: int


def rerun(plant: Plant, number: int, drift: float) -> dict[str, float]:
    """One re-run: failures expected of the plant, and fewer of them with each lever, a year.

    Args:
        plant: The plant.
        number: Number of the re-run, 0 or above.
        drift: Factor on every declared drift.
    """
    made = make_batches(plant, Settings(BATCHES, YEARS, FIRST_SEED + number, drift=drift))
    row = {"failures": float(made.failure_prob.sum()) / YEARS}
    for lever in _held(plant):
        after = with_lever(made, lever)
        row[lever.name] = float(made.failure_prob.sum() - after.failure_prob.sum()) / YEARS
    return row


def _held(plant: Plant) -> list[PlantLever]:
    """The plant's levers that hold something; those of maintenance have a closed form."""
    return [each for each in plant.levers if each.kind != "maintenance"]


def make_truth(
    drift: float, reruns: int, folder: Path = RESULTS, plant: Made = worn_granulator_plant
) -> None:
    """Make the re-runs that are missing from the plant's CSV."""
    kept = _record(plant, folder)
    for _, number in list(kept.missing([(drift, number) for number in range(reruns)])):
        kept.append({"drift": drift, "rerun": number, **rerun(plant(), number, drift)})


def expected(
    drift: float, folder: Path = RESULTS, plant: Made = worn_granulator_plant
) -> dict[str, Expected]:
    """Return what is expected a year: ``failures``, and what each lever prevents.

    Args:
        drift: Factor on every declared drift.
        folder: Where the CSV is kept.
        plant: The plant that was run again.
    """
    rows = _record(plant, folder).rows()
    own = rows.filter(pl.col("drift") == drift)
    names = ["failures", *(lever.name for lever in _held(plant()))]
    return {
        name: Expected(
            float(own[name].mean()),  # type: ignore[arg-type]
            float(own[name].std() or 0.0) / own.height**0.5,  # type: ignore[arg-type]
            own.height,
        )
        for name in names
    }


def _record(plant: Made, folder: Path) -> StudyRecord:
    own = "" if plant is worn_granulator_plant else f"_{plant.__name__}"
    return StudyRecord(f"savings_truth{own}", ("drift", "rerun"), folder)
