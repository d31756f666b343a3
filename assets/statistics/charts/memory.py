"""Charts that remember: EWMA and tabular CUSUM, for moves too small for one point to show."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from scipy.signal import lfilter

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, lag_one, silent


@dataclass(frozen=True)
class CusumChart:
    """Both sides of a tabular CUSUM.

    Attributes:
        high: Per point, the sum of what lies above centre + k sigma, in the unit of the values.
        low: Per point, the sum of what lies below centre - k sigma, 0 or more.
        decision: Interval h sigma beyond which a sum signals.
        signals: ``cusum high`` and ``cusum low``: positions of the points beyond it.
        run_high: Per point, over how many recorded points the upper sum has been above 0 (N+).
        run_low: Per point, over how many recorded points the lower sum has been above 0 (N-).
        centre: In the unit of the values.
        sigma: In the unit of the values.
        sigma_method: How it was estimated, in words.
        reference: k sigma, in the unit of the values.
        n: Values the level rests on.
        not_applicable: Why the chart says nothing; None where it does.
    """

    high: FloatArray
    low: FloatArray
    decision: float
    run_high: IntArray
    run_low: IntArray
    centre: float
    sigma: float
    sigma_method: str
    reference: float
    signals: dict[str, IntArray] = field(default_factory=dict)
    n: int = 0
    not_applicable: str | None = None

    def new_mean(self, at: int, side: Literal["high", "low"]) -> float:
        """Where the mean lies since a sum left 0, as the points since then say.

        Args:
            at: Position of a point, usually one that signals.
            side: Which sum.

        Source: Montgomery, equation 9.5.

        Examples:
            >>> chart = cusum_chart(np.array([10.0, 12.0, 13.0]), Level(10.0, 1.0))
            >>> chart.new_mean(2, "high")
            12.5
        """
        if side == "high":
            return self.centre + self.reference + float(self.high[at] / max(self.run_high[at], 1))
        return self.centre - self.reference - float(self.low[at] / max(self.run_low[at], 1))


def ewma_path(z: FloatArray, weight: float, start: float = 0.0) -> FloatArray:
    """Exponentially weighted means, of many charts at once.

    Args:
        z: (..., points in order).
        weight: Of the newest point, above 0, at most 1.
        start: Value before the first point.

    Examples:
        >>> ewma_path(np.array([1.0, 1.0, 0.0]), 0.5).tolist()
        [0.5, 0.75, 0.375]
    """
    initial = np.full((*z.shape[:-1], 1), (1 - weight) * start)
    return np.asarray(lfilter([weight], [1.0, weight - 1.0], z, axis=-1, zi=initial)[0])


def cusum_path(z: FloatArray, reference: float, start: float = 0.0) -> FloatArray:
    """Upper one-sided sums ``max(0, S + z - k)``, of many charts at once.

    Args:
        z: (..., points in order); negated for the lower side.
        reference: k, in the unit of ``z``.
        start: Sum before the first point, 0 or more.

    Examples:
        >>> cusum_path(np.array([1.0, -3.0, 2.0, 1.0]), 0.5).tolist()
        [0.5, 0.0, 1.5, 2.0]
    """
    # The sum is a random walk less its running minimum: no loop over points is needed.
    walk = np.cumsum(z - reference, axis=-1)
    lowest = np.minimum(np.minimum.accumulate(walk, axis=-1), -start)
    return np.asarray(walk - lowest)


def ewma_chart(
    values: FloatArray,
    level: Level,
    *,
    weight: float = 0.2,
    width: float = 2.962,
    start: float | None = None,
    is_steady: bool = False,
) -> ControlChart:
    """EWMA of single values or subgroup means.

    Args:
        values: In production order, NaN skipped.
        level: Centre and sigma of the plotted values (of means: sigma over the root of the size).
        weight: Of the newest point, above 0, at most 1.
        width: Half width in standard deviations of the weighted mean; 2.962 with weight 0.2 gives a
            false alarm in 500 points.
        start: Value before the first point; the centre if not given.
        is_steady: Limits as after many points from the first one on.

    Returns:
        The chart; rule ``ewma`` holds the points beyond the limits.

    Source: Roberts (1959); Lucas & Saccucci, Technometrics 32:1-12 (1990); NIST/SEMATECH 6.3.2.4.

    Examples:
        >>> chart = ewma_chart(np.array([9.45, 7.99]), Level(10.0, 1.0), weight=0.1, width=2.7)
        >>> np.round(chart.plotted, 4).tolist(), np.round(chart.upper, 4).tolist()
        ([9.945, 9.7495], [10.27, 10.3632])
    """
    if not level.sigma > 0:
        return silent("EWMA", values, "sigma is 0: no spread to judge by")
    known = np.isfinite(values)
    plotted = np.full(values.shape, np.nan)
    first = level.centre if start is None else start
    plotted[known] = ewma_path(values[known] - level.centre, weight, first - level.centre)
    plotted[known] += level.centre
    age = np.cumsum(known)
    grown = 1.0 if is_steady else 1 - (1 - weight) ** (2 * np.maximum(age, 1))
    scale = np.sqrt(weight / (2 - weight) * grown)
    chart = drawn("EWMA", plotted, level, scale=scale, width=width)
    # Weighted means resemble each other by design: the autocorrelation told is that of the values.
    return replace(chart, signals={"ewma": chart.signals["we1"]}, autocorrelation=lag_one(values))


def cusum_chart(
    values: FloatArray,
    level: Level,
    *,
    k: float = 0.5,
    h: float = 5.0,
    head_start: float = 0.0,
) -> CusumChart:
    """Tabular CUSUM, both sides.

    Args:
        values: In production order, NaN skipped (a sum then stays as it is).
        level: Centre and sigma of the plotted values.
        k: Reference value in sigma, half the move to be found.
        h: Decision interval in sigma.
        head_start: Sum before the first point in sigma (fast initial response: h/2).

    Source: Page (1954); Montgomery, section 9.1; NIST/SEMATECH e-Handbook 6.3.2.3.

    Examples:
        >>> chart = cusum_chart(np.array([9.45, 11.66, 12.16]), Level(10.0, 1.0))
        >>> np.round(chart.high, 2).tolist(), chart.run_high.tolist()
        ([0.0, 1.16, 2.82], [0, 1, 2])
    """
    nothing, none = np.full(values.shape, np.nan), np.zeros(values.shape, dtype=np.int64)
    if not level.sigma > 0:
        why = "sigma is 0: no spread to judge by"
        return CusumChart(
            nothing, nothing, 0.0, none, none, level.centre, 0.0, level.method, 0.0,
            not_applicable=why,
        )  # fmt: skip
    known = np.isfinite(values)
    away = np.where(known, (values - level.centre) / level.sigma, k)
    high = cusum_path(away, k, head_start)
    low = cusum_path(np.where(known, -away, k), k, head_start)
    return CusumChart(
        high * level.sigma,
        low * level.sigma,
        h * level.sigma,
        _runs(high > 0, known),
        _runs(low > 0, known),
        level.centre,
        level.sigma,
        level.method,
        k * level.sigma,
        {
            "cusum high": np.flatnonzero(known & (high > h)),
            "cusum low": np.flatnonzero(known & (low > h)),
        },
        level.n,
    )


def _runs(is_up: BoolArray, known: BoolArray) -> IntArray:
    """Per point, how many recorded ones in a row up to it."""
    place = np.cumsum(known)
    return np.asarray(place - np.maximum.accumulate(np.where(is_up, 0, place)), dtype=np.int64)
