"""Plants a programme starts at, and when the product's own tracker says that its promise is kept.

The rate before is 3% and never moves of itself. A programme starts at a usual moment, or directly
after the worst stretch of sixty batches among three thousand, as programmes do. What it promises is
a share of what its record says. Afterwards either nothing changes, and whatever the tracker shows
is a false proof, or the rate falls to a third.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import Any
from zlib import crc32

import numpy as np
import polars as pl

from assets.savings.programme.savings_tracker import savings_tracker
from assets.statistics.array_types import BoolArray, IntArray
from data_contracts.assumptions import Promise

RATE, FALLEN = 0.03, 0.01
RECORDS = (200, 500, 1000)  # batches before the start
STARTS = ("usual", "after_bad_spell")
# Lots are of ten batches: recorded as campaigns, or not at all. The last are the harder ones.
DEPENDENCE = ("independent", "campaigns", "lots")
PROMISED = {"third": Fraction(1, 3), "sixty_percent": Fraction(3, 5)}
HISTORY, SPELL = 3000, 60
LOT, INTRACLASS = 10, 0.3
YEARS, BATCHES_PER_YEAR = 10, 120
FIRST = datetime(2000, 1, 1)  # noqa: DTZ001 (instants are naive UTC)


@dataclass(frozen=True)
class Cell:
    """One kind of plant.

    Attributes:
        batches_before: Batches on record when the programme starts.
        start: A name in ``STARTS``.
        dependence: A name in ``DEPENDENCE``.
    """

    batches_before: int
    start: str
    dependence: str


def cells() -> Iterator[Cell]:
    """Every kind of plant."""
    for batches_before, start, dependence in product(RECORDS, STARTS, DEPENDENCE):
        yield Cell(batches_before, start, dependence)


def followed(cell: Cell, seed: int) -> dict[str, Any]:
    """Make one plant, let a programme start, and look every month for ten years.

    Args:
        cell: The kind of plant.
        seed: Its seed; the histories of different kinds differ.

    Returns:
        Batches and failures on its whole record, those the tracker counts and their design effect;
        per promise, the month in which a proof was shown although nothing changed, and the month in
        which it was shown where the rate fell to a third; null where none was in ten years.
    """
    rng = np.random.default_rng([seed, crc32(repr(cell).encode())])
    history = failures(rng, HISTORY, RATE, cell.dependence)
    is_usual = cell.start == "usual"
    end = HISTORY if is_usual else after_worst_stretch(history, cell.batches_before)
    at = np.arange(end - cell.batches_before, end)
    before = history[at]
    unchanged, fallen = (
        failures(rng, YEARS * BATCHES_PER_YEAR, rate, cell.dependence) for rate in (RATE, FALLEN)
    )
    # Lots of the history are cut where the record begins and ends; the programme begins with one.
    lot = np.concatenate([at // LOT, HISTORY + np.arange(unchanged.size) // LOT])
    batches, start = recorded(lot, before.size, is_campaign=cell.dependence == "campaigns")
    row: dict[str, Any] = {
        "batches_before": cell.batches_before,
        "start": cell.start,
        "dependence": cell.dependence,
        "seed": seed,
        "failures_before": int(before.sum()),
    }
    for then, since, promised in (
        ("unchanged", unchanged, "third"),
        ("unchanged", unchanged, "sixty_percent"),
        ("fallen", fallen, "third"),
    ):
        months = _tracked(batches, start, before, since, PROMISED[promised])
        row[f"shown_{then}_{promised}"] = first_shown(months)
        row |= {
            f"counted_{column}": months[column][0] if months.height else None
            for column in ("failures_before", "batches_before", "design_effect")
        }
    return row


def failures(rng: np.random.Generator, batches: int, rate: float, dependence: str) -> BoolArray:
    """Draw which batches fail; in lots, each lot has a rate of its own (beta-binomial).

    Args:
        rng: The stream.
        batches: Number of batches.
        rate: Mean probability of failure.
        dependence: A name in ``DEPENDENCE``.
    """
    if dependence == "independent":
        return rng.random(batches) < rate
    weight = (1 - INTRACLASS) / INTRACLASS
    of_lot = rng.beta(rate * weight, (1 - rate) * weight, -(-batches // LOT))
    return rng.random(batches) < np.repeat(of_lot, LOT)[:batches]


def after_worst_stretch(history: BoolArray, batches_before: int) -> int:
    """Place after the stretch with most failures that leaves a record so long before it."""
    total = np.concatenate([[0], np.cumsum(history)])
    ends = np.arange(max(SPELL, batches_before), history.size + 1)
    return int(ends[np.argmax(total[ends] - total[ends - SPELL])])


def first_shown(months: pl.DataFrame) -> int | None:
    """Months until the first in which a proof is shown; None where none is."""
    shown = np.flatnonzero(months["is_shown"].to_numpy())
    return int(shown[0]) + 1 if shown.size else None


def _tracked(
    batches: pl.DataFrame, start: date, before: BoolArray, since: BoolArray, share: Fraction
) -> pl.DataFrame:
    """``economics.savings_tracker`` of a programme that promises a share of its record's rate."""
    counted = Fraction(int(before.sum()), before.size)
    promised = counted * share
    priced = batches.filter(pl.Series(np.concatenate([before, since]))).select("batch_id")
    promise = Promise(start, counted, promised, "Head of production")
    return savings_tracker(batches, priced, float(counted), float(promised), promise)


def recorded(lot: IntArray, before: int, *, is_campaign: bool) -> tuple[pl.DataFrame, date]:
    """Batches as ``core.batches`` has them, about ten a month, and the first day of the programme.

    Args:
        lot: Per batch in order of manufacture, the code of its lot.
        before: Batches before the programme.
        is_campaign: Whether the records know the lot, as a campaign.
    """
    apart = timedelta(days=365.25 / BATCHES_PER_YEAR)
    started = [FIRST + apart * i for i in range(lot.size)]
    batches = pl.DataFrame(
        {
            "batch_id": [f"B{i:05d}" for i in range(lot.size)],
            "started_at": started,
            "campaign_id": [f"C{code:05d}" if is_campaign else None for code in lot],
        },
        schema_overrides={"campaign_id": pl.String},
    )
    return batches, started[before].date()
