"""Limits for T2 and SPE: by theory, and by distances of rows that a fit did not see."""

import numpy as np
from scipy import special

from assets.statistics.array_types import FloatArray


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


def outlying(distances: FloatArray, level: float) -> FloatArray:
    """Return how many times each squared distance is the limit that most of them suggest.

    Args:
        distances: Some of which may be far out; they do not widen the limit.
        level: Probability with which an ordinary one keeps the limit, 0 to 1.

    Returns:
        Above 1 for those far out. Centre and spread of the cube roots are taken from median and
        median absolute deviation.

    Source: Wilson & Hilferty (1931); Rousseeuw & Croux (1993) on the two.

    Examples:
        >>> outlying(np.array([1.0, 1.2, 0.9, 1.1, 1.0, 40.0]), 0.999).round(1).tolist()[-1] > 5
        True
    """
    root = np.cbrt(distances)
    centre = np.median(root)
    spread = max(1.4826 * float(np.median(np.abs(root - centre))), 1e-12)
    limit = (centre + special.ndtri(level) * spread) ** 3
    return np.asarray(distances / limit)
