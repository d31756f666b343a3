"""Interrupted time series of counts: by what factor the rate changed at a date.

A log-linear model of counts per period with their exposure, a level that may change at the
interruption and, where the series is long enough, a trend running through it. The variance is
allowed to exceed the mean by a constant factor (quasi-Poisson), at least one.

Sources: Wagner et al. (2002), segmented regression; McCullagh & Nelder (1989), chapter 6; exact
conditional ratio of two Poisson rates, Przyborowski & Wilenski (1940).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.intervals import clopper_pearson

LEVEL = 0.95
FEWEST_PERIODS_FOR_TREND = (12, 6)  # before, after
FEWEST_COUNTS_FOR_TREND = 20
FEWEST_COUNTS_FOR_LEVEL = 5  # on either side
FEWEST_PERIODS = 3
MOST_STEPS = 50


@dataclass(frozen=True)
class CountSeries:
    """Counts per period.

    Attributes:
        period: Number of the period: below 0 before the interruption, from 0 after it.
        count: Events in the period.
        exposure: What they were counted over, such as batches started, above 0.

    Examples:
        >>> CountSeries(np.array([-1.0, 0.0]), np.array([3.0, 1.0]), np.ones(2)).is_after.tolist()
        [False, True]
    """

    period: FloatArray
    count: FloatArray
    exposure: FloatArray

    @property
    def is_after(self) -> BoolArray:
        """Which periods come after the interruption."""
        return np.asarray(self.period >= 0)


@dataclass(frozen=True)
class RateChange:
    """By what factor the rate changed.

    Attributes:
        ratio: Rate after over rate before; None where there was nothing before.
        low: Lower end of its 95% interval.
        high: Upper end; None where unbounded.
        overdispersion: Pearson dispersion, at least 1.
        method: level_and_trend, level, counts or none.
    """

    ratio: float | None
    low: float | None
    high: float | None
    overdispersion: float
    method: str


NO_CHANGE_ESTIMATED = RateChange(None, None, None, 1.0, "none")


def rate_change(series: CountSeries) -> RateChange:
    """Estimate the change of the rate at the interruption.

    Args:
        series: Counts before and after.

    Returns:
        The ratio with the richest method the series allows.

    Examples:
        Ten a month before and five a month after, of a hundred each:

        >>> counts = np.repeat([10.0, 5.0], 12)
        >>> change = rate_change(CountSeries(np.arange(-12.0, 12.0), counts, np.full(24, 100.0)))
        >>> round(change.ratio, 6), change.method
        (0.5, 'level_and_trend')
    """
    after = series.is_after
    periods = int((~after).sum()), int(after.sum())
    counts = float(series.count[~after].sum()), float(series.count[after].sum())
    if min(periods) < FEWEST_PERIODS or sum(counts) == 0:
        return NO_CHANGE_ESTIMATED
    if min(counts) < FEWEST_COUNTS_FOR_LEVEL:
        return _by_counts(series, counts)
    has_trend = (
        periods[0] >= FEWEST_PERIODS_FOR_TREND[0]
        and periods[1] >= FEWEST_PERIODS_FOR_TREND[1]
        and sum(counts) >= FEWEST_COUNTS_FOR_TREND
    )
    columns = [np.ones(after.size), after]
    if has_trend:
        columns.append(series.period / 12.0)
    return _by_regression(series, np.column_stack(columns), has_trend)


def _by_regression(series: CountSeries, design: FloatArray, has_trend: bool) -> RateChange:
    from scipy.special import stdtrit

    beta = np.zeros(design.shape[1])
    beta[0] = np.log(series.count.sum() / series.exposure.sum())
    for _ in range(MOST_STEPS):
        mean = series.exposure * np.exp(np.clip(design @ beta, -30, 30))
        step = np.linalg.solve(
            design.T @ (design * mean[:, None]), design.T @ (series.count - mean)
        )
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    mean = series.exposure * np.exp(np.clip(design @ beta, -30, 30))
    free = max(1, series.count.size - design.shape[1])
    spread = max(1.0, float(((series.count - mean) ** 2 / mean).sum() / free))
    variance = np.linalg.inv(design.T @ (design * mean[:, None])) * spread
    half = float(stdtrit(free, 0.5 + LEVEL / 2)) * float(np.sqrt(variance[1, 1]))
    low, ratio, high = (float(np.exp(beta[1] + x)) for x in (-half, 0.0, half))
    return RateChange(ratio, low, high, spread, "level_and_trend" if has_trend else "level")


def _by_counts(series: CountSeries, counts: tuple[float, float]) -> RateChange:
    after = series.is_after
    odds = float(series.exposure[~after].sum()) / float(series.exposure[after].sum())
    low_share, high_share = clopper_pearson(int(counts[1]), int(sum(counts)), LEVEL)
    return RateChange(
        counts[1] / counts[0] * odds if counts[0] else None,
        low_share / (1 - low_share) * odds if low_share < 1 else None,
        high_share / (1 - high_share) * odds if high_share < 1 else None,
        1.0,
        "counts",
    )
