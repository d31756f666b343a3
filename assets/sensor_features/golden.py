"""Distance to the golden trajectory: how far a phase ran from where good batches run.

A trajectory is its mean reading over ``STEPS`` equal steps of the phase's progress. The golden one
is the median, step by step, of good batches known before the month in which the phase started, with
the robust spread between them; it is a version of that month, so that what comes later moves no
history.
"""

from collections.abc import Iterator
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
    judged = trajectories.join(
        batches.select("batch_id", "product", "disposition", "dispositioned_at"),
        on="batch_id",
        how="left",
    ).with_columns(
        good_at=pl.when(pl.col("disposition") == "released").then(
            pl.max_horizontal("dispositioned_at", "known_at")
        )
    )
    found: list[pl.DataFrame] = []
    envelopes: list[Envelope] = []
    usable = judged.filter(pl.col("trajectory").is_not_null())
    for _, series in sorted(usable.partition_by(SERIES, as_dict=True).items()):
        for month_rows, envelope in _by_month(series.sort("month", "batch_id")):
            envelopes.append(envelope)
            found.append(_distances(month_rows, envelope))
    nothing = trajectories.select(*KEY).clear().with_columns(
        golden_distance=pl.lit(None, pl.Float64),
        golden_deviation_max=pl.lit(None, pl.Float64),
        golden_batches=pl.lit(None, pl.Int64),
    )  # fmt: skip
    return pl.concat([nothing, *found]), envelopes


def _by_month(series: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, Envelope]]:
    """Yield the rows of a month and product with the envelope they are compared with."""
    good = series.filter(pl.col("good_at").is_not_null()).sort("good_at", "batch_id")
    trajectories = np.array(good["trajectory"].to_list(), np.float64).reshape(-1, STEPS)
    good_at = good["good_at"].to_numpy()
    product = good["product"].to_numpy()
    for (month,), rows in series.partition_by("month", as_dict=True, maintain_order=True).items():
        is_known = good_at < np.datetime64(month, "us")
        if is_known.sum() < LEAST_BATCHES:
            continue
        for (name,), same in rows.partition_by(
            "product", as_dict=True, maintain_order=True
        ).items():
            is_alike = is_known & (product == name)
            is_enough = is_alike.sum() >= LEAST_BATCHES
            chosen = trajectories[is_alike if is_enough else is_known][-MOST_BATCHES:]
            yield same, _envelope(month, same, name if is_enough else None, chosen)


def _envelope(month: Any, rows: pl.DataFrame, product: str | None, chosen: Array) -> Envelope:
    centre = np.median(chosen, axis=0)
    spread = 1.4826 * np.median(np.abs(chosen - centre), axis=0)
    # Readings in whole units agree to the last digit in most batches and steps: the floor keeps one
    # unit more from being a hundred spreads.
    floor = 0.2 * max(float(spread.mean()), float(chosen.std(axis=0).mean()))
    names = tuple(rows.select(SERIES).row(0))
    return Envelope(month, names, product, len(chosen), centre, np.maximum(spread, floor))


def _distances(rows: pl.DataFrame, envelope: Envelope) -> pl.DataFrame:
    """Root mean square and largest deviation, in spreads of good batches."""
    trajectories = np.array(rows["trajectory"].to_list(), np.float64).reshape(-1, STEPS)
    if not envelope.spread.any():  # good batches all alike: no unit to measure in
        distance = largest = np.full(rows.height, np.nan)
    else:
        deviation = (trajectories - envelope.centre) / envelope.spread
        distance, largest = np.sqrt((deviation**2).mean(axis=1)), np.abs(deviation).max(axis=1)
        for row in np.flatnonzero(is_warped(rows)):
            path = warped_deviation(trajectories[row], envelope.centre, envelope.spread)
            distance[row], largest[row] = np.sqrt((path**2).mean()), path.max()
    return rows.select(*KEY).with_columns(
        golden_distance=pl.Series(distance).fill_nan(None),
        golden_deviation_max=pl.Series(largest).fill_nan(None),
        golden_batches=pl.lit(envelope.batches, pl.Int64),
    )


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
