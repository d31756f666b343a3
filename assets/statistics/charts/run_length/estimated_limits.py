"""Limits that keep a promise although centre and sigma are estimated, for normal values.

Limits from fifty batches alarm more often than the tables say, and nobody knows how much more for
this very chart. Two promises can be kept. Expected: over many charts, false alarms come at the rate
promised. Guaranteed: with so much confidence this chart alarms at that rate or less.
"""

from functools import lru_cache
from math import sqrt
from typing import Literal

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtri, ndtri, stdtrit

from assets.statistics.array_types import FloatArray
from assets.statistics.charts.run_length.integral_equations import (
    NEVER,
    ewma_run_lengths,
    ewma_width,
)
from assets.statistics.tolerance_intervals import two_sided_factor

Promise = Literal["expected", "guaranteed"]
DRAWS = 1024
NODES = 40
GOLDEN = 0.6180339887498949


def shewhart_width(
    n: int, rate: float, promise: Promise = "expected", confidence: float = 0.9
) -> float:
    """Width of limits for single values, in standard deviations of the n values they rest on.

    Args:
        n: Values that mean and standard deviation (divisor n - 1) rest on, at least 2.
        rate: False alarms a point.
        promise: Kept on average over charts, or by this chart with confidence.
        confidence: Of the guarantee.

    Source: expected by Student's t, as a prediction interval; guaranteed by the two-sided tolerance
    factor (Odeh & Owen 1980): limits that hold a share 1 - rate of all values.

    Examples:
        >>> round(shewhart_width(50, 0.0027), 3), round(shewhart_width(50, 0.0027, "guaranteed"), 3)
        (3.192, 3.496)
    """
    if promise == "guaranteed":
        return two_sided_factor(n, 1 - rate, confidence)
    return float(-stdtrit(n - 1, rate / 2)) * sqrt(1 + 1 / n)


@lru_cache
def estimated_ewma_width(
    weight: float, rate: float, n: int, promise: Promise = "expected", confidence: float = 0.9
) -> float:
    """Width of steady EWMA limits, in standard deviations estimated from n values.

    Args:
        weight: Of the newest point, above 0, at most 1.
        rate: False alarms a point, one over the run length.
        n: Values that mean and standard deviation rest on, at least 5.
        promise: Mean rate over charts, or the rate of this chart with confidence.
        confidence: Of the guarantee.

    Source: Jones, Champ & Rigdon, Technometrics 43:156-167 (2001), the law of mean and standard
    deviation by a lattice; guaranteed after Gandy & Kvaloy, Scand J Stat 40:647-668 (2013).

    Examples:
        >>> round(estimated_ewma_width(0.2, 1 / 500, 100_000), 2)
        2.96
        >>> estimated_ewma_width(0.2, 1 / 500, 50) > 3.05
        True
    """
    shift, sigma = _estimates(n)

    def excess(width: float) -> float:
        wide = np.full(DRAWS, width)
        lengths = ewma_run_lengths(weight, wide, shift, sigma, nodes=NODES)
        # Where a chart all but never alarms the equations hold more than a double can.
        lengths = np.where((lengths >= 1) & (lengths < NEVER), lengths, NEVER)
        if promise == "expected":
            return float(np.log((1 / lengths).mean() / rate))
        return float(np.log(1 / np.quantile(lengths, 1 - confidence) / rate))

    low = 0.98 * ewma_width(weight, 1 / rate)
    high = low
    while excess(high) > 0:
        low, high = high, 1.1 * high
    return low if low == high else float(brentq(excess, low, high, xtol=1e-5))


def _estimates(n: int) -> tuple[FloatArray, FloatArray]:
    """Shift and sigma that charts with estimated levels see, evenly over their law."""
    at = (np.arange(DRAWS) + 0.5) / DRAWS
    other = (np.arange(DRAWS) * GOLDEN + 0.5) % 1.0
    sd = np.sqrt(chdtri(n - 1, at) / (n - 1))
    mean = ndtri(other) / sqrt(n)
    return -mean / sd, 1 / sd
