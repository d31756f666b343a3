"""Shapiro and Wilk's W, quickly: what of it depends on the number of values alone is kept."""

from functools import lru_cache
from math import asin, exp, log, pi, sqrt

import numpy as np
from scipy.special import ndtr, ndtri

from assets.statistics.array_types import FloatArray

FEWEST_VALUES = 3
# Coefficients of Royston's polynomials, from the constant on.
_FIRST = (0.0, 0.221157, -0.147981, -2.071190, 4.434685, -2.706056)
_SECOND = (0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633)
_SMALL_END = (-2.273, 0.459)
_SMALL_MEAN, _SMALL_SD = (
    (0.5440, -0.39978, 0.025054, -6.714e-4),
    (1.3822, -0.77857, 0.062767, -0.0020322),
)
_MEAN, _SD = (-1.5861, -0.31082, -0.083751, 0.0038915), (-0.4803, -0.082676, 0.0030302)
_FEW = 11


def shapiro_wilk(ordered: FloatArray) -> tuple[float, float]:
    """W and its p-value: how nearly normal values are.

    Args:
        ordered: Values from the least to the largest, no NaN, at least 3 that differ.

    Returns:
        W between 0 and 1, 1 for values that lie as a normal law would have them, and the
        probability of a W as small under a normal law.

    Source: Shapiro & Wilk (1965); weights and p-value by Royston, Appl Stat 44:547-551 (1995),
    algorithm AS R94.

    Examples:
        >>> W, p = shapiro_wilk(np.sort([148, 154, 158, 160, 161, 162, 166, 170, 182, 195, 236.0]))
        >>> round(W, 4), round(p, 4)  # men's weights, Shapiro & Wilk's own example
        (0.7888, 0.0067)
    """
    w = float(straightness(ordered[None])[0])
    return w, _p_value(w, ordered.size)


def straightness(ordered: FloatArray) -> FloatArray:
    """W of many samples at once.

    Args:
        ordered: (samples, values from the least to the largest), as ``shapiro_wilk`` takes them.

    Examples:
        >>> straightness(np.array([[1.0, 2.0, 3.0], [1.0, 1.0, 4.0]])).round(2).tolist()
        [1.0, 0.75]
    """
    n = ordered.shape[1]
    away = ordered - ordered[:, n // 2, None]
    away /= away[:, -1:] - away[:, :1]
    away -= away.mean(axis=1, keepdims=True)
    w = (away @ _weights(n)) ** 2 / np.einsum("ij,ij->i", away, away)
    return np.asarray(np.minimum(w, 1.0))


def normality_p(values: FloatArray) -> float:
    """Return the p-value of Shapiro and Wilk's test, of values in any order.

    Examples:
        >>> round(normality_p(np.array([4.0, 1.0, 3.0, 2.0, 5.0])), 2)
        0.97
    """
    return shapiro_wilk(np.sort(values))[1]


@lru_cache
def _weights(n: int) -> FloatArray:
    """What each ordered value counts for: antisymmetric, of length 1."""
    if n == FEWEST_VALUES:
        half = np.array([sqrt(0.5)])
    else:
        score = ndtri((np.arange(1, n // 2 + 1) - 0.375) / (n + 0.25))
        squares = 2 * float(score @ score)
        root = 1 / sqrt(n)
        half = -score / sqrt(squares)
        half[0] += _polynomial(_FIRST, root)
        corrected = 1
        if n > 5:
            half[1] += _polynomial(_SECOND, root)
            corrected = 2
        ends = half[:corrected]
        left = squares - 2 * float(score[:corrected] @ score[:corrected])
        half[corrected:] = -score[corrected:] / sqrt(left / (1 - 2 * float(ends @ ends)))
    middle = np.zeros(n % 2)
    return np.concatenate([-half, middle, half[::-1]])


def _p_value(w: float, n: int) -> float:
    if n == FEWEST_VALUES:
        return max(6 / pi * (asin(sqrt(w)) - asin(sqrt(0.75))), 0.0)
    if w >= 1:
        return 1.0
    far = log(1 - w)
    if n <= _FEW:
        end = _polynomial(_SMALL_END, n)
        if far >= end:
            return 0.0
        far, mean, sd = -log(end - far), _polynomial(_SMALL_MEAN, n), exp(_polynomial(_SMALL_SD, n))
    else:
        mean, sd = _polynomial(_MEAN, log(n)), exp(_polynomial(_SD, log(n)))
    return float(ndtr((mean - far) / sd))


def _polynomial(coefficients: tuple[float, ...], at: float) -> float:
    return sum(each * at**power for power, each in enumerate(coefficients))
