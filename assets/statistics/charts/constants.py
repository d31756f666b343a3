"""Control chart constants c4, d2 and d3 of samples from a normal law, computed and not typed."""

from dataclasses import dataclass
from functools import cache
from math import exp, lgamma, sqrt

import numpy as np
from scipy.special import ndtr

# Beyond 9 standard deviations a normal law has 1e-19 left: nothing that a double could add.
REACH = 9.0
NODES = 240


@dataclass(frozen=True)
class ChartFactors:
    """Factors of one subgroup size, as the standard tables name them.

    Attributes:
        c4: Mean of the standard deviation over sigma.
        d2: Mean of the range over sigma.
        d3: Standard deviation of the range over sigma.
        a2: Half width of X-bar limits over the mean range.
        a3: Half width of X-bar limits over the mean standard deviation.
        b3: Lower limit of S over its mean, at least 0.
        b4: Upper limit of S over its mean.
        d3_low: Lower limit of R over its mean (printed as D3), at least 0.
        d4_high: Upper limit of R over its mean (printed as D4).
    """

    c4: float
    d2: float
    d3: float
    a2: float
    a3: float
    b3: float
    b4: float
    d3_low: float
    d4_high: float


@cache
def c4(size: int) -> float:
    """Mean of the standard deviation of ``size`` normal values, over sigma; at least 2 values.

    Source: ASTM E2587; exact by the gamma function.

    Examples:
        >>> round(c4(5), 6), round(c4(25), 6)
        (0.939986, 0.98964)
    """
    return sqrt(2 / (size - 1)) * exp(lgamma(size / 2) - lgamma((size - 1) / 2))


@cache
def d2(size: int) -> float:
    """Mean of the range of ``size`` normal values, over sigma; at least 2 values.

    Source: Tippett (1925), by Gauss-Legendre quadrature.

    Examples:
        >>> round(d2(2), 6), round(d2(5), 4)
        (1.128379, 2.3259)
    """
    at, weight = np.polynomial.legendre.leggauss(NODES)
    below = ndtr(REACH * at)
    return float(REACH * weight @ (1 - below**size - (1 - below) ** size))


@cache
def d3(size: int) -> float:
    """Standard deviation of the range of ``size`` normal values, over sigma; at least 2 values.

    Source: Tippett (1925), by Gauss-Legendre quadrature over both ends of the range.

    Examples:
        >>> round(d3(2), 4), round(d3(5), 4)
        (0.8525, 0.8641)
    """
    at, weight = np.polynomial.legendre.leggauss(NODES)
    high = REACH * at
    half = (high + REACH) / 2  # the lower end runs from -REACH to the upper end
    low = -REACH + half[:, None] * (at + 1)
    top, bottom = ndtr(high)[:, None], ndtr(low)
    inside = 1 - top**size - (1 - bottom) ** size + np.maximum(top - bottom, 0.0) ** size
    square = 2 * float((REACH * weight) @ (half * (inside @ weight)))
    return sqrt(square - d2(size) ** 2)


@cache
def chart_factors(size: int, places: int | None = None) -> ChartFactors:
    """Every factor of a subgroup size.

    Args:
        size: Values in a subgroup, at least 2.
        places: Decimals to round each factor to, for limits equal to those of a printed table;
            exact if not given.

    Raises:
        ValueError: If the size is below 2.

    Source: ASTM E2587; Montgomery, Introduction to Statistical Quality Control, appendix VI.

    Examples:
        >>> five = chart_factors(5, places=3)
        >>> five.a2, five.d4_high, five.b4
        (0.577, 2.114, 2.089)
    """
    if size < 2:
        raise ValueError(f"a subgroup of {size} has no spread: give at least 2 values")
    mean_sd, mean_range, sd_range = c4(size), d2(size), d3(size)
    sd_half = 3 * sqrt(1 - mean_sd**2) / mean_sd
    range_half = 3 * sd_range / mean_range
    exact = {
        "c4": mean_sd,
        "d2": mean_range,
        "d3": sd_range,
        "a2": 3 / (mean_range * sqrt(size)),
        "a3": 3 / (mean_sd * sqrt(size)),
        "b3": max(0.0, 1 - sd_half),
        "b4": 1 + sd_half,
        "d3_low": max(0.0, 1 - range_half),
        "d4_high": 1 + range_half,
    }
    if places is not None:
        exact = {name: round(value, places) for name, value in exact.items()}
    return ChartFactors(**exact)
