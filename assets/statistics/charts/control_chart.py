"""What every chart returns, and the level its limits stand on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.run_rules import signals_by_rule

FEWEST_POINTS = 2


@dataclass(frozen=True)
class Level:
    """Where a process lies when nothing has happened, and how far single values scatter.

    A level is what a versioned limit keeps: drawn from one period, held against another.

    Attributes:
        centre: In the unit of the values.
        sigma: Standard deviation in the unit of the values, above 0.
        method: How sigma was estimated, in words.
        n: Values (subgroups, where there are any) it rests on.
    """

    centre: float
    sigma: float
    method: str = "given"
    n: int = 0


@dataclass(frozen=True)
class ControlChart:
    """One chart, point by point in order.

    Attributes:
        kind: The chart's name.
        plotted: Per point; NaN where nothing was recorded.
        centre: Per point.
        lower: Per point, the lower limit; minus infinity where there is none.
        upper: Per point, the upper limit.
        sigma: Standard deviation the limits stand on, in the unit of the values.
        sigma_method: How it was estimated, in words.
        z: Per point, distance from the centre in standard deviations of the point.
        signals: Per rule, the positions of the points that complete it.
        n: Values (subgroups) the level rests on.
        autocorrelation: At lag 1, of the points the level rests on; NaN for fewer than 3.
        not_applicable: Why the chart says nothing, in words; None where it does.
    """

    kind: str
    plotted: FloatArray
    centre: FloatArray
    lower: FloatArray
    upper: FloatArray
    sigma: float
    sigma_method: str
    z: FloatArray
    signals: Mapping[str, IntArray] = field(default_factory=dict)
    n: int = 0
    autocorrelation: float = float("nan")
    not_applicable: str | None = None


def lag_one(values: FloatArray) -> float:
    """Correlation of consecutive values, NaN skipped; NaN for fewer than 3 or a constant series.

    Examples:
        >>> round(lag_one(np.array([1.0, -1.0, 1.0, -1.0])), 2)
        -0.75
    """
    known = values[np.isfinite(values)]
    away = known - known.mean() if known.size else known
    total = float(away @ away)
    return float(away[1:] @ away[:-1]) / total if known.size >= 3 and total > 0 else float("nan")


def silent(kind: str, values: FloatArray, why: str) -> ControlChart:
    """A chart that cannot be drawn, with the reason; every array has the length of the values.

    Examples:
        >>> silent("individuals", np.array([4.0]), "1 value: 2 are needed").not_applicable
        '1 value: 2 are needed'
    """
    nothing = np.full(values.shape, np.nan)
    nan = float("nan")
    return ControlChart(
        kind, values, nothing, nothing, nothing, nan, "none", nothing, not_applicable=why
    )


def drawn(
    kind: str,
    plotted: FloatArray,
    level: Level,
    *,
    scale: FloatArray | float = 1.0,
    centre: FloatArray | None = None,
    limits: tuple[FloatArray | float, FloatArray | float] | None = None,
    floor: float = -np.inf,
    rules: Iterable[str] = ("we1",),
    baseline: BoolArray | None = None,
    width: float = 3.0,
    autocorrelation: float | None = None,
) -> ControlChart:
    """Draw points against a level.

    Args:
        kind: The chart's name.
        plotted: Per point in order, NaN where nothing was recorded.
        level: Centre and sigma; without a sigma above 0 the chart is silent, for limits of no width
            would call every point a signal.
        scale: Standard deviation of a point over the level's sigma, one or one per point.
        centre: Per point, where it differs from the level's.
        limits: Lower and upper limit, where they are not so many standard deviations away. A point
            beyond them signals, and ``we1`` and ``nelson1`` follow them.
        floor: Least value a lower limit may have, 0 for counts.
        rules: Names of rules.
        baseline: Per point, whether it had a part in the level; all if not given.
        width: Standard deviations from the centre to the limits.
        autocorrelation: Of the points the level rests on; computed if not given.

    Examples:
        >>> chart = drawn("individuals", np.array([9.0, 14.0]), Level(10.0, 1.0))
        >>> chart.upper.tolist(), chart.signals["we1"].tolist()
        ([13.0, 13.0], [1])
    """
    if not level.sigma > 0:
        return silent(kind, plotted, "sigma is 0: no spread to judge by")
    known = np.isfinite(plotted)
    middle = np.broadcast_to(level.centre if centre is None else centre, plotted.shape)
    sd = np.broadcast_to(np.asarray(scale, dtype=float) * level.sigma, plotted.shape)
    low, high = (middle - width * sd, middle + width * sd) if limits is None else limits
    low = np.broadcast_to(np.maximum(low, floor), plotted.shape)
    high = np.broadcast_to(high, plotted.shape)
    z = np.divide(plotted - middle, sd, out=np.full(plotted.shape, np.nan), where=sd > 0)
    # A run is of points next to each other: what was not recorded ends it.
    found = signals_by_rule(z, rules)
    for rule in {"we1", "nelson1"} & found.keys():
        found[rule] = np.flatnonzero(known & ((plotted > high) | (plotted < low)))
    if autocorrelation is None:
        autocorrelation = lag_one(plotted if baseline is None else plotted[baseline])
    return ControlChart(
        kind,
        plotted,
        np.array(middle),
        np.array(low),
        np.array(high),
        level.sigma,
        level.method,
        z,
        found,
        level.n,
        autocorrelation,
    )
