"""Limits for T2 and SPE: by theory, and by distances of rows that a fit did not see."""

from math import ceil

import numpy as np
from scipy import optimize, special

from assets.statistics.array_types import FloatArray

ROOT = 1 / 3  # under which a chi-square is nearly normal
LEAST_POWER = 1e-6  # no power but the logarithm: beyond, one far out passes for the end of a law
FEWEST_FOR_SHAPE = 30


def t2_limit(components: int, rows: int, level: float) -> float:
    """Return the limit that T2 of a new row keeps with some probability.

    Args:
        components: Of the model.
        rows: It was fitted on, more than components.
        level: Probability, 0 to 1.

    Source: Tracy, Young & Mason (1992), equation 15: a (n - 1)(n + 1) / (n (n - a)) F(a, n - a).

    Examples:
        >>> round(t2_limit(11, 500, 0.99), 3)
        25.69
    """
    factor = components * (rows - 1) * (rows + 1) / (rows * (rows - components))
    return float(factor * special.fdtri(components, rows - components, level))


def spe_limit(left_out: FloatArray, level: float) -> float:
    """Return the limit that SPE keeps, from the variances of the directions left out.

    Args:
        left_out: Eigenvalues of the covariance beyond the model's components.
        level: Probability, 0 to 1.

    Source: Jackson & Mudholkar (1979), equation 3.4.

    Examples:
        Twenty alike: near the chi-square with twenty degrees of freedom, whose limit is 31.41.

        >>> round(spe_limit(np.ones(20), 0.95), 1)
        31.4
    """
    one, two, three = (float((left_out**power).sum()) for power in (1, 2, 3))
    if one <= 0:
        return 0.0
    h0 = 1.0 - 2.0 * one * three / (3.0 * two**2)
    normal = float(special.ndtri(level))
    inside = normal * np.sqrt(2 * two * h0**2) / one + 1 + two * h0 * (h0 - 1) / one**2
    return float(one * max(inside, 0.0) ** (1 / h0))


def moment_limit(distances: FloatArray, level: float) -> float:
    """Return a limit for squared distances of few rows: a scaled chi-square of their moments.

    Args:
        distances: T2 or SPE of rows that the fit did not see, two at least.
        level: Probability, 0 to 1.

    Source: Box (1954); Nomikos & MacGregor (1995), equation 13: g chi-square with h degrees of
    freedom, g = v / 2m, h = 2 m^2 / v.

    Examples:
        Mean 2 and variance 4 are those of a chi-square with two degrees of freedom.

        >>> distances = 2.0 + np.sqrt(2.0) * np.array([-1.0, 1.0])
        >>> round(moment_limit(distances, 0.95), 3)
        5.991
    """
    mean, variance = float(distances.mean()), float(distances.var(ddof=1))
    if mean <= 0 or variance <= 0:
        return max(mean, 0.0)
    return float(variance / mean * special.gammaincinv(mean**2 / variance, level))


def prediction_limit(distances: FloatArray, level: float) -> float:
    """Return the limit that the next squared distance keeps, from few that no fit saw.

    The cube root of a scaled chi-square is nearly normal, and of few normal values the next one
    lies within a t interval; so few rows widen the limit, as they should.

    Args:
        distances: T2 or SPE of rows that the fit did not see, two at least.
        level: Probability, 0 to 1.

    Source: Wilson & Hilferty (1931); Hahn & Meeker (1991), section 4.8, one-sided.

    Examples:
        >>> drawn = np.random.default_rng(0).chisquare(5, 20_000)
        >>> round(prediction_limit(drawn, 0.99), 1)  # of that chi-square: 15.09
        15.1
        >>> prediction_limit(drawn[:8], 0.99) > prediction_limit(drawn[:100], 0.99)
        True
    """
    root, count = np.cbrt(distances), len(distances)
    width = special.stdtrit(count - 1, level) * np.sqrt(1 + 1 / count)
    return float(max(root.mean() + width * root.std(ddof=1), 0.0) ** 3)


def promised_limit(distances: FloatArray, level: float) -> float:
    """Return the limit that the next squared distance keeps, whatever law distances follow.

    Args:
        distances: T2 or SPE of rows that the fit did not see, two at least.
        level: Probability, 0 to 1.

    Returns:
        The larger of ``prediction_limit``, which rests on a law, and of the order statistic that
        the next of so many is above no more often than said; of fewer than 1 / (1 - level) - 1 the
        largest, which the next is above once in so many and one.

    Source: Vovk, Gammerman & Shafer (2005), section 2.2, on order statistics of alike values.

    Examples:
        >>> drawn = np.random.default_rng(0).standard_cauchy(1_000) ** 2
        >>> bool((drawn > promised_limit(drawn[:500], 0.99))[500:].mean() < 0.02)
        True
    """
    place = min(ceil((len(distances) + 1) * level), len(distances))
    return max(prediction_limit(distances, level), float(np.sort(distances)[place - 1]))


def outlying(distances: FloatArray, level: float) -> FloatArray:
    """Return how many times each squared distance is the limit that most of them suggest.

    Args:
        distances: Some of which may be far out; they do not widen the limit.
        level: Probability with which an ordinary one keeps the limit, 0 to 1.

    Returns:
        Above 1 for those far out. Centre and spread are median and median absolute deviation of
        cube roots, or of the power below, down to logarithms, under which the tenths at both ends
        are equally far from the middle: squared distances of skewed columns have a long end of
        their own. Fewer than thirty do not show it.

    Source: Wilson & Hilferty (1931) for the cube root; Hinkley (1977), Appl Stat 26:67-69, for the
    power by quantiles; Rousseeuw & Croux (1993) on the spread.

    Examples:
        >>> outlying(np.array([1.0, 1.2, 0.9, 1.1, 1.0, 40.0]), 0.999).round(1).tolist()[-1] > 5
        True
    """
    logs = np.log(np.maximum(distances, 1e-300))
    low, middle, high = np.quantile(logs, [0.1, 0.5, 0.9])
    few = len(distances) < FEWEST_FOR_SHAPE
    power = ROOT if few else _even_power(middle - low, high - middle)
    bent = np.expm1(power * (logs - middle)) / power
    spread = max(1.4826 * float(np.median(np.abs(bent))), 1e-12)
    reach = 1 + power * float(special.ndtri(level)) * spread
    return np.asarray(np.exp(logs - middle - np.log(reach) / power))


def _even_power(below: float, above: float) -> float:
    """The power under which logarithms so far below and above the middle are equally far."""

    def excess(power: float) -> float:
        return float((np.expm1(power * above) + np.expm1(-power * below)) / power)

    if excess(ROOT) <= 0:
        return ROOT
    if excess(LEAST_POWER) >= 0:
        return LEAST_POWER
    return float(optimize.brentq(excess, LEAST_POWER, ROOT, xtol=1e-6))
