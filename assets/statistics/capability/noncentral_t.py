"""The non-central t of a bound, wherever it lies: scipy's own ends in NaN far out."""

from functools import lru_cache
from math import isfinite, sqrt

import numpy as np
from scipy.optimize import brentq
from scipy.special import chdtrc, chdtri, ndtr, ndtri

from assets.statistics.array_types import FloatArray

NODES = 160
NEAR = 1e-7  # of a shift: the step after one so small is smaller by as much again
MOST_STEPS = 8
FARTHEST = 9.0  # standard deviations of a normal law; beyond lies 1e-19
BEYOND = 1e-18  # share of a chi left out at either end


def noncentral_t_below(at: float, free: float, shift: float) -> float:
    """Probability that a non-central t lies at or below a point.

    Args:
        at: The point.
        free: Degrees of freedom, above 0, whole or not.
        shift: Non-centrality.

    Returns:
        0 to 1, to about 1e-10, for any point and shift. Of a sharp step in one of its two laws the
        other is summed up, in which the step is as wide as the law.

    Source: Owen (1968), Technometrics 10:445-478, the two integrals of its section 3.

    Examples:
        >>> round(noncentral_t_below(2.0, 9, 0.0), 6)  # Student's t
        0.961724
        >>> round(noncentral_t_below(-900.0, 9, -1000.0), 4)  # scipy has NaN
        0.7318
    """
    if at < 0:
        return 1.0 - noncentral_t_below(-at, free, -shift)
    if at * at < 2 * free:
        ratio, weight = _chi_nodes(free)
        return min(1.0, float(weight @ ndtr(at * ratio - shift)))
    # T <= at where the normal value is at most -shift, or else its ratio to at is below the chi's.
    first = max(-shift, -FARTHEST)
    if first >= FARTHEST:
        return 1.0
    z, weight = _legendre(first, FARTHEST)
    weight = weight * np.exp(-z * z / 2) / sqrt(2 * np.pi)
    return min(1.0, float(ndtr(first) + weight @ chdtrc(free, free * ((z + shift) / at) ** 2)))


def shift_of(at: float, free: float, below: float) -> float:
    """Non-centrality at which so large a share lies at or below a point.

    Args:
        at: The point, anywhere.
        free: Degrees of freedom, above 0.
        below: Share, above 0 and below 1.

    Examples:
        >>> round(noncentral_t_below(5.0, 19, shift_of(5.0, 19, 0.95)), 8)
        0.95
    """
    wanted = float(ndtri(below))
    # On the scale of a normal law the share is nearly a line in the shift: few steps meet it.
    slope = -1 / sqrt(1 + at * at / (2 * free))
    before = at + wanted / slope
    missed = float(ndtri(noncentral_t_below(at, free, before))) - wanted
    shift = before - missed / slope
    for _ in range(MOST_STEPS):
        left = float(ndtri(noncentral_t_below(at, free, shift))) - wanted
        if not isfinite(missed) or not isfinite(left) or left == missed:
            break
        step = left * (shift - before) / (left - missed)
        before, missed, shift = shift, left, shift - step
        if abs(step) < NEAR * (1 + abs(shift)):
            return shift
    return _looked_for(at, free, below)


def _looked_for(at: float, free: float, below: float) -> float:
    """The same far out or of a law like no normal one: between two ends that hold it."""
    ends = at * np.sqrt(chdtri(free, np.array([BEYOND, 1 - 1e-16])) / free)
    low, high = float(ends.min()) - FARTHEST, float(ends.max()) + FARTHEST

    def excess(shift: float) -> float:
        return noncentral_t_below(at, free, shift) - below

    return float(brentq(excess, low, high, xtol=1e-10, rtol=1e-14))


def _legendre(low: float, high: float) -> tuple[FloatArray, FloatArray]:
    at, weight = _unit_nodes()
    half = (high - low) / 2
    return low + half * (at + 1), half * weight


@lru_cache
def _unit_nodes() -> tuple[FloatArray, FloatArray]:
    at, weight = np.polynomial.legendre.leggauss(NODES)
    return np.asarray(at), np.asarray(weight)


@lru_cache
def _chi_nodes(free: float) -> tuple[FloatArray, FloatArray]:
    """Values of a chi over the root of its degrees of freedom, and their weights."""
    # Below one degree the density has a pole at 0, which a power of the variable takes away.
    power = 1.0 if free >= 1 else 4 / free
    low, high = np.sqrt(chdtri(free, np.array([1 - 1e-16, BEYOND])) / free) ** (1 / power)
    at, weight = _legendre(float(low), float(high))
    ratio = at**power
    log_density = (free - 1) * np.log(ratio) - free * ratio**2 / 2 + (power - 1) * np.log(at)
    weight = weight * np.exp(log_density - log_density.max())
    return ratio, np.asarray(weight / weight.sum())
