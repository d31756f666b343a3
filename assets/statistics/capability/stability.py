"""How much of the spread is drift: the stability ratio."""

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.special import fdtrc, fdtri

from assets.statistics.array_types import FloatArray
from assets.statistics.charts.levels import (
    MOVING_RANGE_WORTH,
    moving_range,
    moving_range_level,
)
from assets.statistics.intervals import Interval

FEWEST_VALUES = 10


@dataclass(frozen=True)
class StabilityRatio:
    """Variance of all values over the variance of neighbours.

    Attributes:
        ratio: 1 for a process that stays where it is, more the further it drifts.
        interval: 95%, two-sided.
        p_value: Of a ratio as large from a process that stays.
        n: Values.
        not_applicable: Why there is no ratio, in words; None where there is.
    """

    ratio: float
    interval: Interval
    p_value: float
    n: int
    not_applicable: str | None = None


def stability_ratio(values: FloatArray) -> StabilityRatio:
    """Compare the spread of all values with that of neighbours.

    Args:
        values: In production order, NaN where nothing was recorded, at least 10 recorded.

    Returns:
        The ratio with an interval and a test by F. Both variances come from the same values, so the
        interval, made as if they did not, is wider than need be.

    Source: Ramirez & Runger, Quality Engineering 18:53-68 (2006).

    Examples:
        >>> steady = np.random.default_rng(2).normal(size=100)
        >>> drifting = steady + np.linspace(0, 6, 100)
        >>> round(stability_ratio(steady).ratio, 1), round(stability_ratio(drifting).ratio, 1)
        (1.0, 4.0)
    """
    known = values[np.isfinite(values)]
    n = known.size
    if n < FEWEST_VALUES or np.ptp(known) == 0:
        why = f"{n} values: {FEWEST_VALUES} that differ are needed"
        return StabilityRatio(nan, (nan, nan), nan, n, why)
    ranges = int(np.isfinite(moving_range(values)).sum())
    sigma = moving_range_level(values).sigma if ranges else 0.0
    if sigma <= 0:
        why = f"{ranges} pairs of neighbours: some that differ are needed"
        return StabilityRatio(nan, (nan, nan), nan, n, why)
    ratio = float(known.var(ddof=1)) / sigma**2
    above, below = n - 1.0, MOVING_RANGE_WORTH * ranges
    interval = (
        ratio / float(fdtri(above, below, 0.975)),
        ratio / float(fdtri(above, below, 0.025)),
    )
    return StabilityRatio(ratio, interval, float(fdtrc(above, below, ratio)), n)
