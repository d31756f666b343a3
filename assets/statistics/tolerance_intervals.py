"""Tolerance intervals: limits that hold a share of all values with stated confidence."""

from functools import lru_cache
from math import log, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import bdtr, chdtrc, chdtri, nctdtrit, ndtr, ndtri

from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import Interval

NODES = 120


def one_sided_factor(n: int, content: float = 0.95, confidence: float = 0.95) -> float:
    """Standard deviations from the mean to a one-sided normal tolerance limit.

    Args:
        n: Values, at least 2.
        content: Share of all values to be held.
        confidence: That it is held.

    Source: Owen (1968), by the non-central t; exact.

    Examples:
        >>> round(one_sided_factor(10), 3)
        2.911
    """
    return float(nctdtrit(n - 1, sqrt(n) * float(ndtri(content)), confidence)) / sqrt(n)


@lru_cache
def two_sided_factor(
    n: int, content: float = 0.95, confidence: float = 0.95, free: float | None = None
) -> float:
    """Standard deviations from the mean to two-sided normal tolerance limits.

    Args:
        n: Values the mean rests on, at least 2.
        content: Share of all values to be held.
        confidence: That it is held.
        free: Degrees of freedom of the standard deviation; n - 1 if not given.

    Source: Odeh & Owen (1980), by quadrature over the mean; exact.

    Examples:
        >>> round(two_sided_factor(10), 3), round(two_sided_factor(43, 0.9, 0.99), 3)
        (3.393, 2.223)
    """
    degrees = n - 1 if free is None else free
    at, weight = _unit_nodes()
    mean = 9.0 / sqrt(n) * (at + 1) / 2
    chance = 9.0 / sqrt(n) * weight * np.exp(-n * mean**2 / 2) * sqrt(n / (2 * np.pi))
    radius = _radius(mean, content)

    def excess(factor: float) -> float:
        held = chdtrc(degrees, degrees * (radius / factor) ** 2)
        return float(chance @ held) - confidence

    # Few degrees of freedom take many standard deviations: the ends are looked for, not guessed.
    low = high = float(ndtri((1 + content) / 2))
    while excess(low) > 0:
        low /= 2
    while excess(high) <= 0:
        high *= 2
    return float(brentq(excess, low, high, xtol=1e-10))


@lru_cache
def _unit_nodes() -> tuple[FloatArray, FloatArray]:
    at, weight = np.polynomial.legendre.leggauss(NODES)
    return np.asarray(at), np.asarray(weight)


def _radius(mean: FloatArray, content: float) -> FloatArray:
    """Half width about each mean that holds the share of a standard normal law, by Newton."""
    radius = mean + float(ndtri((1 + content) / 2))
    for _ in range(50):
        missing = ndtr(mean + radius) - ndtr(mean - radius) - content
        slope = np.exp(-((mean + radius) ** 2) / 2) + np.exp(-((mean - radius) ** 2) / 2)
        # Above the root the share is concave in the radius: a full step may fall below it.
        step = missing / (slope / sqrt(2 * np.pi))
        radius = np.maximum(radius - np.clip(step, -0.5, 0.5), 1e-9)
        if np.abs(step).max() < 1e-12:
            break
    return np.asarray(radius)


def howe_factor(n: int, content: float = 0.95, confidence: float = 0.95) -> float:
    """The two-sided factor by Howe's approximation, as the NIST handbook computes it.

    Source: Howe, JASA 64:610-620 (1969); NIST/SEMATECH e-Handbook 7.2.6.3.

    Examples:
        >>> round(howe_factor(43, 0.9, 0.99), 6)
        2.217316
    """
    z = float(ndtri((1 + content) / 2))
    return z * sqrt((n - 1) * (1 + 1 / n) / float(chdtri(n - 1, confidence)))


def normal_tolerance_interval(
    values: FloatArray, content: float = 0.95, confidence: float = 0.95
) -> Interval:
    """Two-sided interval of a normal law; NaN for fewer than 2 values.

    Examples:
        >>> low, high = normal_tolerance_interval(np.array([9.0, 10.0, 11.0, 10.0]))
        >>> round(low, 2), round(high, 2)
        (4.82, 15.18)
    """
    known = values[np.isfinite(values)]
    if known.size < 2:
        return (float("nan"), float("nan"))
    half = two_sided_factor(known.size, content, confidence) * float(known.std(ddof=1))
    return (float(known.mean()) - half, float(known.mean()) + half)


def order_statistics_needed(content: float = 0.95, confidence: float = 0.95, sides: int = 2) -> int:
    """Values of which the extremes are a tolerance interval of any continuous law.

    Source: Wilks, Ann Math Stat 12:91-96 (1941).

    Examples:
        >>> order_statistics_needed(), order_statistics_needed(sides=1)
        (93, 59)
    """
    n = max(2, int(log(1 - confidence) / log(content)))
    while float(bdtr(n - sides, n, content)) < confidence:
        n += 1
    return n


def distribution_free_interval(
    values: FloatArray, content: float = 0.95, confidence: float = 0.95
) -> Interval:
    """Two-sided interval of any continuous law between order statistics, as narrow as they allow.

    Returns:
        NaN where there are too few values (``order_statistics_needed`` says how many).

    Source: Wilks (1941); Krishnamoorthy & Mathew (2009), section 8.6.

    Examples:
        >>> distribution_free_interval(np.arange(93.0))
        (0.0, 92.0)
        >>> distribution_free_interval(np.arange(92.0))
        (nan, nan)
    """
    known = np.sort(values[np.isfinite(values)])
    n = known.size
    left_out = _shares_left_out(n, content, confidence)
    if left_out is None:
        return (float("nan"), float("nan"))
    low = left_out // 2
    high = n - (left_out - low)
    return (float(known[low - 1]), float(known[high]))


@lru_cache
def _shares_left_out(n: int, content: float, confidence: float) -> int | None:
    """Of the n + 1 shares between order statistics, how many may go; None where not even two.

    Between order statistics r and s lie s - r of them.
    """
    left_out = 2
    if n < 2 or float(bdtr(n - left_out, n, content)) < confidence:
        return None
    while left_out < n - 1 and float(bdtr(n - left_out - 1, n, content)) >= confidence:
        left_out += 1
    return left_out
