"""Distance to the golden trajectory: how far a phase ran from where good batches run.

A trajectory is its mean reading over ``STEPS`` equal steps of the phase's progress. The golden one
is the median, step by step, of good batches known before the month in which the phase started, with
the robust spread between them; it is a version of that month, so that what comes later moves no
history.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.registry import STEPS

Array = np.ndarray[Any, np.dtype[Any]]
Courses = Callable[[Array], Array]

LEAST_BATCHES = 8
MOST_BATCHES = 60  # the latest good ones: a process is compared with what it has become
SETS_AT_ONCE = 128  # two megabytes of trajectories, which fit the processor's own memory
WARPED_GAP = 0.05
WINDOW = STEPS // 10  # Sakoe & Chiba 1978: how far progress may be warped
SERIES = ("unit_procedure", "phase", "tag")
KEY = ("batch_id", *SERIES)
COLUMNS = ("golden_distance", "golden_deviation_max", "golden_batches")
_NONE, _NO_NUMBER = np.empty(0, np.int64), np.empty(0)


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


@dataclass(frozen=True)
class GoldenSet:
    """The good batches that phases of one month are compared with: one tag, phase and product.

    Attributes:
        month: The month.
        names: Unit procedure, phase and tag.
        product: Product of the good batches; None where they are of any.
        good: Positions of their trajectories among all, by the instant they were known to be good.
        compared: Positions of the trajectories compared with them.
    """

    month: date
    names: tuple[str, ...]
    product: str | None
    good: Array
    compared: Array


def golden_sets(trajectories: pl.DataFrame, batches: pl.DataFrame) -> dict[date, list[GoldenSet]]:
    """Say for every month which good batches its phases are compared with.

    Args:
        trajectories: One row per batch, phase and tag with a trajectory: the key, ``month``,
            ``known_at``.
        batches: ``core.batches``: ``product``, ``disposition``, ``dispositioned_at``.

    Returns:
        The sets of each month; none where fewer than ``LEAST_BATCHES`` good batches were known.
    """
    usable = _with_release(trajectories, batches)
    good = _good_of_series(usable)
    ordered = usable.sort(*SERIES, "month", "product", "batch_id")
    positions = ordered["position"].to_numpy()
    found: dict[date, list[GoldenSet]] = {}
    for (*names, month, product), rows in _stretches(ordered, (*SERIES, "month", "product")):
        of_series = good.get(tuple(names))
        if of_series is None:
            continue
        chosen, of_product = of_series.known(month, product)
        if len(chosen) >= LEAST_BATCHES:
            golden = GoldenSet(month, tuple(names), of_product, chosen, positions[rows])
            found.setdefault(month, []).append(golden)
    return found


def golden_distances(
    trajectories: pl.DataFrame, sets: Sequence[GoldenSet], courses: Courses
) -> tuple[pl.DataFrame, list[Envelope]]:
    """Compare trajectories with the golden ones.

    Args:
        trajectories: As for ``golden_sets``, with ``gap_fraction`` and ``repeated_instants``.
        sets: What is to be compared with what.
        courses: Returns the trajectories at some positions: (positions, ``STEPS``), NaN for none.

    Returns:
        The key and the columns ``COLUMNS`` of what was compared; and the envelopes used.
    """
    compared, distance, largest, made_of = [_NONE], [_NO_NUMBER], [_NO_NUMBER], [_NONE]
    envelopes: list[Envelope] = []
    for start in range(0, len(sets), SETS_AT_ONCE):
        some = sets[start : start + SETS_AT_ONCE]
        of_some = golden_envelopes(some, courses)
        found = [one for one in of_some if one is not None]
        if not found:
            continue
        envelopes += found
        rows = [one.compared for one, e in zip(some, of_some, strict=True) if e is not None]
        positions, sizes = np.concatenate(rows), [len(each) for each in rows]
        warped = is_warped(trajectories[positions])
        of_rows = _distances(courses(positions), warped, found, np.repeat(range(len(rows)), sizes))
        compared.append(positions)
        distance.append(of_rows[0])
        largest.append(of_rows[1])
        made_of.append(np.repeat([envelope.batches for envelope in found], sizes))
    found_rows = trajectories.select(KEY)[np.concatenate(compared)].with_columns(
        pl.col(KEY).cast(pl.String),
        golden_distance=pl.Series(np.concatenate(distance)).fill_nan(None),
        golden_deviation_max=pl.Series(np.concatenate(largest)).fill_nan(None),
        golden_batches=pl.Series(np.concatenate(made_of)),
    )
    return found_rows, envelopes


@dataclass(frozen=True)
class _Good:
    """Good batches of one series in the order in which they were known to be good.

    Attributes:
        good_us: (batches,) when, in microseconds since 1970, ascending.
        positions: (batches,) where their trajectories stand among all.
        of_product: For each product, which of them are of it, ascending.
    """

    good_us: Array
    positions: Array
    of_product: dict[str | None, Array]

    def known(self, month: date, product: str | None) -> tuple[Array, str | None]:
        """Return the latest known before a month: of a product where enough are, else of any."""
        before = int(np.searchsorted(self.good_us, np.datetime64(month, "us").view(np.int64)))
        alike = self.of_product.get(product, _NONE)
        alike = alike[: int(np.searchsorted(alike, before))]
        if len(alike) >= LEAST_BATCHES:
            return self.positions[alike[-MOST_BATCHES:]], product
        return self.positions[max(before - MOST_BATCHES, 0) : before], None


def _with_release(trajectories: pl.DataFrame, batches: pl.DataFrame) -> pl.DataFrame:
    """Trajectories with the instant at which their batch was known to be good, null for never."""
    released_at = pl.when(pl.col("disposition") == "released").then(
        pl.max_horizontal("dispositioned_at", "known_at")
    )
    wanted = ["batch_id", "product", "disposition", "dispositioned_at"]
    return (
        trajectories.select(pl.col(KEY).cast(pl.Categorical), "month", "known_at")
        .with_columns(position=pl.int_range(pl.len()))
        .join(
            batches.select(wanted).with_columns(pl.col("batch_id").cast(pl.Categorical)),
            on="batch_id",
            how="left",
        )
        .select("position", *KEY, "month", "product", good_us=released_at.dt.epoch("us"))
    )


def _good_of_series(usable: pl.DataFrame) -> dict[tuple[Any, ...], _Good]:
    ordered = usable.filter(pl.col("good_us").is_not_null()).sort(*SERIES, "good_us", "batch_id")
    good_us, positions = ordered["good_us"].to_numpy(), ordered["position"].to_numpy()
    products = ordered["product"].to_numpy()
    found: dict[tuple[Any, ...], _Good] = {}
    for names, rows in _stretches(ordered, SERIES):
        here = products[rows]
        of_product = {name: np.flatnonzero(here == name) for name in set(here.tolist())}
        found[names] = _Good(good_us[rows], positions[rows], of_product)
    return found


def _stretches(ordered: pl.DataFrame, names: Sequence[str]) -> Iterator[tuple[Any, slice]]:
    """Yield the values of columns a frame is sorted by, and the rows in which they stand."""
    start = 0
    for *values, rows in ordered.group_by(names, maintain_order=True).len().iter_rows():
        yield tuple(values), slice(start, start + rows)
        start += rows


def golden_envelopes(sets: Sequence[GoldenSet], courses: Courses) -> list[Envelope | None]:
    """Make the golden trajectories of some sets, all at once.

    Args:
        sets: The good batches of each.
        courses: As for ``golden_distances``.

    Returns:
        One for each set; None where fewer than ``LEAST_BATCHES`` have a trajectory in numbers.
    """
    of_set = np.repeat(np.arange(len(sets)), [len(one.good) for one in sets])
    good = courses(np.concatenate([one.good for one in sets]))
    is_usable = ~np.isnan(good).any(axis=1)  # readings too large for a mean have none
    good, of_set = good[is_usable], of_set[is_usable]
    batches = np.bincount(of_set, minlength=len(sets))
    place = np.arange(len(of_set)) - np.repeat(np.cumsum(batches) - batches, batches)
    laid = np.zeros((len(sets), max(int(batches.max()), 1), STEPS))
    laid[of_set, place] = good
    is_there = np.arange(laid.shape[1]) < batches[:, None]
    centre = _medians(laid, is_there, batches)
    spread = 1.4826 * _medians(np.abs(laid - centre[:, None]), is_there, batches)
    # Readings in whole units agree to the last digit in most batches and steps: the floor keeps one
    # unit more from being a hundred spreads.
    deviation = _deviations(laid, is_there, batches).mean(axis=1)
    spread = np.maximum(spread, 0.2 * np.maximum(spread.mean(axis=1), deviation)[:, None])
    return [
        Envelope(one.month, one.names, one.product, n, centre[at], spread[at])
        if n >= LEAST_BATCHES
        else None
        for at, (one, n) in enumerate(zip(sets, batches.tolist(), strict=True))
    ]


def _medians(laid: Array, is_there: Array, batches: Array) -> Array:
    """Median over the batches of each set that are there: (sets, ``STEPS``)."""
    ordered = np.where(is_there[:, :, None], laid, np.inf).transpose(0, 2, 1).copy()
    ordered.sort(axis=2)
    sets, low = np.arange(len(laid)), np.maximum(batches - 1, 0) // 2
    high = np.minimum(batches // 2, laid.shape[1] - 1)
    return np.asarray((ordered[sets, :, low] + ordered[sets, :, high]) / 2)


def _deviations(laid: Array, is_there: Array, batches: Array) -> Array:
    """Standard deviation over the batches of each set that are there: (sets, ``STEPS``)."""
    n = np.maximum(batches, 1)[:, None]
    away = (laid - (laid.sum(axis=1) / n)[:, None]) * is_there[:, :, None]
    return np.asarray(np.sqrt((away**2).sum(axis=1) / n))


def _distances(
    courses: Array, warped: Array, envelopes: Sequence[Envelope], of_row: Array
) -> tuple[Array, Array]:
    """Root mean square and largest deviation, in spreads of good batches."""
    centre = np.stack([one.centre for one in envelopes])[of_row]
    spread = np.stack([one.spread for one in envelopes])[of_row]
    return deviations(courses, warped, centre, spread)


def deviations(courses: Array, warped: Array, centre: Array, spread: Array) -> tuple[Array, Array]:
    """Root mean square and largest deviation of trajectories from their golden ones.

    Args:
        courses: (rows, ``STEPS``).
        warped: Per row, as ``is_warped`` says.
        centre: (rows, ``STEPS``), the golden trajectory each is compared with.
        spread: Likewise; all 0 where good batches are alike, and there is no unit then.

    Returns:
        Per row, in spreads of good batches; NaN without a unit.
    """
    has_unit: Array = np.asarray(spread.any(axis=1))
    spread = np.where(has_unit[:, None], spread, np.nan)
    deviation = (courses - centre) / spread
    distance, largest = np.sqrt((deviation**2).mean(axis=1)), np.abs(deviation).max(axis=1)
    for row in np.flatnonzero(warped & ~np.isnan(spread[:, 0])):
        path = warped_deviation(courses[row], centre[row], spread[row])
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
