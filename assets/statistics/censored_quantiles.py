"""Quantiles of results of which some are only known to lie beyond a reporting limit."""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray


def kaplan_meier_quantiles(
    value: FloatArray, side: IntArray, shares: Sequence[float]
) -> list[float]:
    """Quantiles by the product-limit estimate, reversed where results lie below their limits.

    Args:
        value: Per result, as measured, or its own limit where it is censored; no NaN.
        side: Per result, 0 measured, 1 at least ``value``, -1 at most that; not both in one call.
        shares: Share of results at or below each quantile, 0 to 1.

    Returns:
        Per share, the smallest measured result that as many do not exceed; NaN where the quantile
        lies beyond the limits, so that nobody knows it.

    Raises:
        ValueError: Some results lie below and others above their limits.

    Source: Kaplan & Meier (1958); reversed for left-censored results after Ware & DeMets (1976),
    as Helsel (2012, ch. 6) recommends for reporting limits.

    Examples:
        >>> value, side = np.array([1.0, 1.0, 1.0, 2.0, 3.0]), np.array([-1, -1, 0, 0, 0])
        >>> kaplan_meier_quantiles(value, side, [0.2, 0.6, 0.8])  # two lie below 1
        [nan, 1.0, 2.0]
    """
    sides = {int(one) for one in np.unique(side)} - {0}
    if len(sides) > 1:
        raise ValueError("results below and above their limits have no product-limit estimate")
    # What lies at most at its limit is, turned round, a life longer than its observation.
    sign = -1.0 if sides == {-1} else 1.0
    times, inverse = np.unique(sign * value, return_inverse=True)
    events = np.bincount(inverse, weights=(side == 0).astype(float))
    leaving = np.bincount(inverse).astype(float)
    at_risk = np.cumsum(leaving[::-1])[::-1]
    beyond = np.cumprod(1 - events / at_risk)  # share of results later than each time
    measured = events > 0
    if sign > 0:
        points, below = times[measured], 1 - beyond[measured]
    else:
        before = np.append(1.0, beyond[:-1])
        points, below = -times[measured][::-1], before[measured][::-1]
    return [
        _first(points, below, share) if sign > 0 else _reversed(points, below, beyond, share)
        for share in shares
    ]


def _first(points: FloatArray, below: FloatArray, share: float) -> float:
    reached = np.flatnonzero(below >= share - 1e-12)
    return float(points[reached[0]]) if reached.size else float("nan")


def _reversed(points: FloatArray, below: FloatArray, beyond: FloatArray, share: float) -> float:
    """As :func:`_first`, but what lies below the smallest measured result is not told apart."""
    unknown = float(beyond[-1]) if points.size else 1.0
    return _first(points, below, share) if share > unknown + 1e-12 else float("nan")
