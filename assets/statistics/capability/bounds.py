"""Lower confidence bounds of capability indices: Bissell, Kushler & Hurley, and exact ones.

An index from thirty batches is a guess. Its lower bound is what the records support.
"""

from math import sqrt

from scipy.optimize import brentq
from scipy.special import chdtri, ndtri

from assets.statistics.capability.noncentral_t import noncentral_t_below, shift_of
from assets.statistics.intervals import Interval

CONFIDENCE = 0.95
FARTHER = tuple(4.0**step for step in range(-2, 12))  # estimates above a truth, looked at in turn


def bissell_bound(
    index: float, n: int, *, free: float | None = None, confidence: float = CONFIDENCE
) -> float:
    """Lower bound of Cpk or Ppk.

    Args:
        index: The estimate.
        n: Values the mean rests on, at least 2.
        free: Degrees of freedom of sigma; n - 1 if not given.
        confidence: One-sided.

    Source: Bissell, Appl Stat 39:331-340 (1990).

    Examples:
        >>> round(bissell_bound(1.33, 30), 3)
        1.026
    """
    z = float(ndtri(confidence))
    return index - z * sqrt(1 / (9 * n) + index**2 / (2 * (n - 1 if free is None else free)))


def bissell_interval(
    index: float, n: int, *, free: float | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """Two-sided interval of Cpk or Ppk, as ``bissell_bound``.

    Examples:
        >>> [round(end, 4) for end in bissell_interval(1.33, 20)]
        [0.8826, 1.7774]
    """
    low = bissell_bound(index, n, free=free, confidence=(1 + confidence) / 2)
    return (low, 2 * index - low)


def kushler_hurley_bound(index: float, n: int, *, confidence: float = CONFIDENCE) -> float:
    """Lower bound of Cpk without the doubt of the mean: simpler, and less conservative.

    Of an index below 0, a mean beyond its limit, the doubt of sigma counts the other way round.

    Source: Kushler & Hurley, J Qual Technol 24:188-195 (1992).

    Examples:
        >>> round(kushler_hurley_bound(1.33, 50), 3)
        1.109
    """
    return index - abs(index) * float(ndtri(confidence)) / sqrt(2 * n - 2)


def exact_one_sided_bound(
    index: float, n: int, *, free: float | None = None, confidence: float = CONFIDENCE
) -> float:
    """Exact lower bound of Cpu or Cpl; of Cpk it covers at least as often as it says.

    Args:
        index: The estimate, from the mean of n values and a sigma of its own.
        n: Values the mean rests on, at least 2.
        free: Degrees of freedom of sigma; n - 1 if not given.
        confidence: One-sided.

    Source: Chou, Owen & Borrego, J Qual Technol 22:223-229 (1990): the index times 3 root n follows
    a non-central t.

    Examples:
        >>> round(exact_one_sided_bound(1.33, 30), 3)
        1.022
        >>> round(exact_one_sided_bound(-3.0, 10), 3)  # the mean nine sigma beyond the limit
        -4.125
    """
    scale = 3 * sqrt(n)
    return shift_of(scale * index, n - 1 if free is None else free, confidence) / scale


def cp_interval(index: float, free: float, *, confidence: float = CONFIDENCE) -> Interval:
    """Two-sided interval of Cp or Pp, exact for a normal law.

    Args:
        index: The estimate.
        free: Degrees of freedom of sigma, n - 1 of a standard deviation.
        confidence: Two-sided.

    Source: Kane, J Qual Technol 18:41-52 (1986).

    Examples:
        >>> low, high = cp_interval(24 / 10.5, 19)
        >>> round(low, 4), round(high, 4)
        (1.5649, 3.0056)
    """
    tail = (1 - confidence) / 2
    # chdtri gives the point above which a chi-square has so much of its law.
    low, high = chdtri(free, 1 - tail), chdtri(free, tail)
    return (index * sqrt(float(low) / free), index * sqrt(float(high) / free))


def cpm_bound(index: float, n: int, offset: float, *, confidence: float = CONFIDENCE) -> float:
    """Lower bound of Cpm.

    Args:
        index: The estimate.
        n: Values it rests on.
        offset: Distance of the mean from the target in standard deviations.
        confidence: One-sided.

    Source: Boyles, J Qual Technol 23:17-26 (1991).

    Examples:
        >>> round(cpm_bound(1.33, 50, 0.0), 3)
        1.109
    """
    square = min(offset * offset, 1e100)  # a power may set limits further off than numbers reach
    degrees = n * (1 + square) ** 2 / (1 + 2 * square)
    return index * sqrt(float(chdtri(degrees, confidence)) / degrees)


def coverage_of_bound(true: float, n: int, bound: str = "bissell") -> float:
    """How often a lower bound of a one-sided index lies below the truth, by exact theory.

    Args:
        true: True Cpu or Cpl, below 0 where the mean lies beyond its limit.
        n: Values, at least 2.
        bound: ``bissell``, ``kushler_hurley`` or ``exact``.

    Examples:
        >>> round(coverage_of_bound(1.33, 30, "exact"), 3)
        0.95
    """
    rule = {
        "bissell": bissell_bound,
        "kushler_hurley": kushler_hurley_bound,
        "exact": exact_one_sided_bound,
    }[bound]

    def excess(seen: float) -> float:
        return rule(seen, n) - true

    # The bound grows with the estimate: it lies below the truth up to one estimate. Of two values
    # Bissell's and Kushler & Hurley's do not grow without end, and may lie below it always.
    above = next((true + reach for reach in FARTHER if excess(true + reach) > 0), None)
    if above is None:
        return 1.0
    meets = float(brentq(excess, true, above, xtol=1e-9))
    return noncentral_t_below(3 * sqrt(n) * meets, n - 1, 3 * sqrt(n) * true)
