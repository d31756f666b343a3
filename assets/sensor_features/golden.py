"""Distance to the golden trajectory: how far a phase ran from where good batches run.

A trajectory is its mean reading over ``STEPS`` equal steps of the phase's progress. The golden one
is the median, step by step, of good batches known before the month in which the phase started, with
the robust spread between them; it is a version of that month, so that what comes later moves no
history.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.registry import STEPS

Array = np.ndarray[Any, np.dtype[Any]]

LEAST_BATCHES = 8
MOST_BATCHES = 60  # the latest good ones: a process is compared with what it has become
WARPED_GAP = 0.05
WINDOW = STEPS // 10  # Sakoe & Chiba 1978: how far progress may be warped
SERIES = ("unit_procedure", "phase", "tag")
KEY = ("batch_id", *SERIES)
COLUMNS = ("golden_distance", "golden_deviation_max", "golden_batches")


@dataclass(frozen=True)
class Envelope:
    """The golden trajectory of one tag in one phase, as known before a month.

    Attributes:
        month: First day of the month it is compared with.
        names: Unit procedure, phase and tag.
        product: Product of the good batches; None where they are of any.
        batches: How many good batches it is made of.
        centre: (steps,) median trajectory, in the tag's unit.
        spread: (steps,) 1.4826 times the median absolute deviation, but at least a fifth of the
            mean over steps of that, or of the standard deviation where it is larger.
    """

    month: date
    names: tuple[str, ...]
    product: str | None
    batches: int
    centre: Array
    spread: Array


def golden_distances(
    trajectories: pl.DataFrame, batches: pl.DataFrame
) -> tuple[pl.DataFrame, list[Envelope]]:
    """Compare every trajectory with the golden one of its month.

    Args:
        trajectories: One row per batch, phase and tag: the key, ``month``, ``known_at``,
            ``trajectory`` (a list of ``STEPS`` numbers, null where there is none),
            ``gap_fraction`` and ``repeated_instants``.
        batches: ``core.batches``: ``product``, ``disposition``, ``dispositioned_at``.

    Returns:
        The key and the columns ``COLUMNS``, null where fewer than ``LEAST_BATCHES`` good batches
        were known; and the envelopes used.
    """
    usable = _usable(trajectories, batches)
    courses = usable["trajectory"].list.to_array(STEPS).to_numpy()
    good = _good_of_series(usable, courses)
    warped = is_warped(usable)
    distance, largest = np.full((2, usable.height), np.nan)
    made_of = np.zeros(usable.height, np.int64)
    envelopes: list[Envelope] = []
    for (*names, month, product), rows in _stretches(usable, (*SERIES, "month", "product")):
        envelope = _envelope(tuple(names), month, product, good[tuple(names)])
        if envelope is not None:
            envelopes.append(envelope)
            made_of[rows] = envelope.batches
            distance[rows], largest[rows] = _distances(courses[rows], warped[rows], envelope)
    found = usable.select(*KEY).with_columns(
        golden_distance=pl.Series(distance).fill_nan(None),
        golden_deviation_max=pl.Series(largest).fill_nan(None),
        golden_batches=pl.Series(made_of),
    )
    return found.filter(pl.col("golden_batches") > 0), envelopes


@dataclass(frozen=True)
class _Good:
    """Good batches of one series in the order in which they were known to be good.

    Attributes:
        good_us: (batches,) when, in microseconds since 1970, ascending.
        product: (batches,) of which product.
        courses: (batches, steps) their trajectories.
    """

    good_us: Array
    product: Array
    courses: Array

    def known(self, month: date, product: str | None) -> tuple[Array, str | None]:
        """Return the latest known before a month: of a product where enough are, else of any."""
        before = int(np.searchsorted(self.good_us, np.datetime64(month, "us").view(np.int64)))
        alike = np.flatnonzero(self.product[:before] == product)
        if len(alike) >= LEAST_BATCHES:
            return self.courses[alike[-MOST_BATCHES:]], product
        return self.courses[max(before - MOST_BATCHES, 0) : before], None


def _usable(trajectories: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Trajectories with the instant at which their batch was known to be good, null for never."""
    released_at = pl.when(pl.col("disposition") == "released").then(
        pl.max_horizontal("dispositioned_at", "known_at")
    )
    return (
        trajectories.filter(pl.col("trajectory").is_not_null())
        .join(
            batches.select("batch_id", "product", "disposition", "dispositioned_at"),
            on="batch_id",
            how="left",
        )
        .with_columns(good_us=released_at.dt.epoch("us"))
        .sort(*SERIES, "month", "product", "batch_id")
    )


def _good_of_series(usable: pl.DataFrame, courses: Array) -> dict[tuple[Any, ...], _Good]:
    found: dict[tuple[Any, ...], _Good] = {}
    ordered = usable.select(*SERIES, "batch_id", "product", "good_us").with_row_index("row")
    ordered = ordered.sort(*SERIES, "good_us", "batch_id", nulls_last=True)
    for names, stretch in _stretches(ordered, SERIES):
        rows = ordered[stretch].filter(pl.col("good_us").is_not_null())
        found[names] = _Good(
            rows["good_us"].to_numpy(), rows["product"].to_numpy(), courses[rows["row"].to_numpy()]
        )
    return found


def _stretches(ordered: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[Any, slice]]:
    """Yield the values of columns a frame is sorted by, and the rows in which they stand."""
    start = 0
    for *values, rows in ordered.group_by(names, maintain_order=True).len().iter_rows():
        yield tuple(values), slice(start, start + rows)
        start += rows


def _envelope(
    names: tuple[str, ...], month: date, product: str | None, good: _Good
) -> Envelope | None:
    chosen, of_product = good.known(month, product)
    if len(chosen) < LEAST_BATCHES:
        return None
    centre = np.median(chosen, axis=0)
    spread = 1.4826 * np.median(np.abs(chosen - centre), axis=0)
    # Readings in whole units agree to the last digit in most batches and steps: the floor keeps one
    # unit more from being a hundred spreads.
    floor = 0.2 * max(float(spread.mean()), float(chosen.std(axis=0).mean()))
    return Envelope(month, names, of_product, len(chosen), centre, np.maximum(spread, floor))


def _distances(courses: Array, warped: Array, envelope: Envelope) -> tuple[Array, Array]:
    """Root mean square and largest deviation, in spreads of good batches."""
    if not envelope.spread.any():  # good batches all alike: no unit to measure in
        return np.full(len(courses), np.nan), np.full(len(courses), np.nan)
    deviation = (courses - envelope.centre) / envelope.spread
    distance, largest = np.sqrt((deviation**2).mean(axis=1)), np.abs(deviation).max(axis=1)
    for row in np.flatnonzero(warped):
        path = warped_deviation(courses[row], envelope.centre, envelope.spread)
        distance[row], largest[row] = np.sqrt((path**2).mean()), path.max()
    return distance, largest


def is_warped(rows: pl.DataFrame) -> Array:
    """Whether time says little of progress: the clock ran backwards, or the phase stood still."""
    gap = rows["gap_fraction"].fill_null(0.0).to_numpy()
    return np.asarray((gap > WARPED_GAP) | (rows["repeated_instants"].to_numpy() > 0))


def warped_deviation(trajectory: Array, centre: Array, spread: Array) -> Array:
    """Deviations along the path of dynamic time warping.

    Args:
        trajectory: (steps,) the phase.
        centre: (steps,) the golden trajectory.
        spread: (steps,) its spread, positive.

    Returns:
        Absolute deviation in spreads at every point of the path with the smallest sum of squares
        among those that warp progress by at most ``WINDOW`` steps (Sakoe & Chiba 1978, symmetric
        form without slope constraint).
    """
    n = len(trajectory)
    cost = ((trajectory[:, None] - centre) / spread) ** 2
    total = np.full((n + 1, n + 1), np.inf)
    total[0, 0] = 0.0
    for i in range(n):
        for j in range(max(i - WINDOW, 0), min(i + WINDOW + 1, n)):
            total[i + 1, j + 1] = cost[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    i, j, path = n, n, []
    while i > 0 and j > 0:
        path.append(cost[i - 1, j - 1])
        before = (total[i - 1, j - 1], total[i - 1, j], total[i, j - 1])
        step = int(np.argmin(before))
        i, j = i - (step != 2), j - (step != 1)
    return np.asarray(np.sqrt(np.array(path)))
