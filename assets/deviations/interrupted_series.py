"""Interrupted time series of counts: by what factor the rate changed at a date.

A log-linear model of counts per period with the number of batches as exposure, a level that may
change at the interruption and, where the series is long enough, a trend running through it. The
variance is allowed to exceed the mean by a constant factor (quasi-Poisson), at least one.

Sources: Wagner et al. (2002), segmented regression; McCullagh & Nelder (1989), chapter 6; exact
conditional ratio of two Poisson rates, Przyborowski & Wilenski (1940).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import clopper_pearson

LEVEL = 0.95
FEWEST_PERIODS_FOR_TREND = (12, 6)  # before, after
FEWEST_COUNTS_FOR_TREND = 20
FEWEST_COUNTS_FOR_LEVEL = 5  # on either side
FEWEST_PERIODS = 3
MOST_STEPS = 50


@dataclass(frozen=True)
class Series:
    """Counts per period.

    Attributes:
        period: Number of the period: below 0 before the interruption, from 0 after it.
        count: Events in the period.
        exposure: Batches started in the period, above 0.
    """

    period: FloatArray
    count: FloatArray
    exposure: FloatArray

    @property
    def is_after(self) -> FloatArray:
        """1 for periods after the interruption."""
        return np.asarray(self.period >= 0, dtype=np.float64)


@dataclass(frozen=True)
class Change:
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


NO_CHANGE_ESTIMATED = Change(None, None, None, 1.0, "none")


def rate_change(series: Series) -> Change:
    """Estimate the change of the rate at the interruption.

    Args:
        series: Counts before and after.

    Returns:
        The ratio with the richest method the series allows.
    """
    after = series.is_after == 1
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
    columns = [np.ones(after.size), series.is_after]
    if has_trend:
        columns.append(series.period / 12.0)
    return _by_regression(series, np.column_stack(columns), has_trend)


def _by_regression(series: Series, design: FloatArray, has_trend: bool) -> Change:
    from scipy.stats import t as student

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
    half = float(student.ppf(0.5 + LEVEL / 2, free)) * float(np.sqrt(variance[1, 1]))
    low, ratio, high = (float(np.exp(beta[1] + x)) for x in (-half, 0.0, half))
    return Change(ratio, low, high, spread, "level_and_trend" if has_trend else "level")


def _by_counts(series: Series, counts: tuple[float, float]) -> Change:
    after = series.is_after == 1
    batches = float(series.exposure[~after].sum()), float(series.exposure[after].sum())
    odds = batches[0] / batches[1]
    low_share, high_share = clopper_pearson(int(counts[1]), int(sum(counts)), LEVEL)
    return Change(
        counts[1] / counts[0] * odds if counts[0] else None,
        low_share / (1 - low_share) * odds if low_share < 1 else None,
        high_share / (1 - high_share) * odds if high_share < 1 else None,
        1.0,
        "counts",
    )
