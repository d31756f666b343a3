"""Regression of a result that is sometimes only known to lie beyond a limit (censored normal).

A result below its reporting limit is not a measurement of the limit: read as one it pulls slopes
towards zero, left out it does so too, because what is left out depends on the result. Its
likelihood is the probability of lying beyond the limit, and each result may have a limit of its
own.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.clustered_regression import Slopes
from assets.statistics.regression.detrending import group_means

AT_LEAST, AT_MOST, MEASURED = 1, -1, 0
MOST_STEPS = 100
CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True)
class TobitFit:
    """A censored normal regression at its maximum of likelihood.

    Attributes:
        intercept: Expected result where every column is 0.
        slopes: Per column, with intervals over clusters.
        sigma: Standard deviation of the result around its expectation.
    """

    intercept: float
    slopes: Slopes
    sigma: float


def beyond_mean(
    bound: FloatArray, side: IntArray, mean: FloatArray, sigma: float
) -> tuple[FloatArray, FloatArray]:
    """Mean and variance of a normal quantity known to lie beyond a bound.

    Args:
        bound: Per row, the bound.
        side: Per row, 1 where the quantity is at least the bound, -1 where it is at most that.
        mean: Per row, of the quantity without that knowledge.
        sigma: Its standard deviation, above 0.

    Source: Johnson, Kotz & Balakrishnan (1994), ch. 13.10.

    Examples:
        >>> one = np.ones(1)
        >>> mean, variance = beyond_mean(0 * one, one, 0 * one, 1.0)  # half a normal
        >>> bool(np.isclose(mean[0], np.sqrt(2 / np.pi)) and np.isclose(variance[0], 1 - 2 / np.pi))
        True
    """
    z = side * (bound - mean) / sigma
    hazard = _hazard(z)
    return mean + side * sigma * hazard, sigma**2 * np.clip(1 - hazard * (hazard - z), 0.0, 1.0)


def completed_by_group(
    value: FloatArray,
    side: IntArray,
    group: IntArray,
    prior_batches: float = 5.0,
    train: IntArray | None = None,
) -> FloatArray:
    """Put in place of each censored result its expectation, given its group and its limit.

    No column but the group is looked at. A test of whether columns go with the results therefore
    stays a test: residuals so completed are those of the score test of the censored model.

    Args:
        value: Per row, the result, or the limit where it is censored; NaN where missing.
        side: Per row, 0 measured, 1 at least ``value``, -1 at most that.
        group: Per row, the code of its group (product and strength), from 0.
        prior_batches: Weight of the overall mean in each group's.
        train: Positions that say what is to be expected, of the others too; None for all.

    Source: Dempster, Laird & Rubin (1977), example 4.2; Chesher & Irish (1987) for the residuals.

    Examples:
        >>> value, side = np.array([1.0, 2.0, 3.0, 4.0, 4.0]), np.array([0, 0, 0, 0, 1])
        >>> found = completed_by_group(value, side, np.zeros(5, dtype=np.int64))
        >>> found[:4].tolist(), bool(4.5 < found[4] < 5.5)
        ([1.0, 2.0, 3.0, 4.0], True)
    """
    is_censored = (side != MEASURED) & np.isfinite(value)
    telling = np.arange(value.size) if train is None else train
    there = telling[np.isfinite(value[telling])]
    completed, spare = value.copy(), np.zeros(value.size)
    if not is_censored.any() or not there.size or value[there].std() == 0:
        return completed
    for _ in range(MOST_STEPS):
        mean = group_means(completed[:, None], group, there, prior_batches)[:, 0]
        sigma = float(np.sqrt(((completed - mean) ** 2 + spare)[there].mean()))
        before = completed[is_censored]
        completed[is_censored], spare[is_censored] = beyond_mean(
            value[is_censored], side[is_censored], mean[is_censored], max(sigma, 1e-12)
        )
        if np.abs(completed[is_censored] - before).max() <= 1e-6 * sigma:
            break
    return completed


def tobit(
    design: FloatArray, value: FloatArray, side: IntArray, cluster: IntArray, level: float = 0.95
) -> TobitFit:
    """Regress a result on columns by maximum likelihood, with the sandwich variance over clusters.

    Args:
        design: (rows, columns), no NaN; columns that say nothing get a slope of 0.
        value: Per row, the result, or the limit where it is censored; no NaN.
        side: Per row, 0 measured, 1 at least ``value``, -1 at most that.
        cluster: Per row, code of its cluster.
        level: Confidence level.

    Returns:
        The fit, with t intervals on clusters - 1 degrees of freedom; infinite with one cluster or
        where hardly more results are measured than there are columns.

    Source: Tobin (1958); Olsen (1978) for the parameters in which the likelihood has one maximum;
    Liang & Zeger (1986) for the variance, with the CR1 correction.

    Examples:
        >>> x = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
        >>> y = np.array([0.1, 0.9, 2.1, 2.9, 3.5, 3.5])  # rises by 1, reported up to 3.5
        >>> side = np.array([0, 0, 0, 0, 1, 1])
        >>> found = tobit(x[:, None], y, side, np.arange(6))
        >>> round(float(found.slopes.estimate[0]), 2), round(found.sigma, 2)
        (0.96, 0.09)
    """
    from scipy.special import stdtrit

    columns = design.shape[1]
    codes, position = np.unique(cluster, return_inverse=True)
    if codes.size < 2 or (side == MEASURED).sum() <= columns + 1:
        nothing = np.zeros(columns)
        unknown = np.full(columns, np.inf)
        return TobitFit(float("nan"), Slopes(nothing, -unknown, unknown), float("nan"))
    full = np.column_stack([np.ones(value.size), design])
    # Results of any size and place: the likelihood is climbed in standard ones.
    centre, scale = float(value.mean()), float(value.std()) or 1.0
    found = _maximum(full, (value - centre) / scale, side)
    gradients, curvature = _derivatives(found, full, (value - centre) / scale, side)
    bread = np.linalg.pinv(-curvature, hermitian=True)
    scores = np.zeros((codes.size, found.size))
    np.add.at(scores, position, gradients)
    correction = codes.size / (codes.size - 1) * (value.size - 1) / (value.size - full.shape[1])
    variance = correction * (bread @ (scores.T @ scores) @ bread)
    own, precision = found[:-1], found[-1]
    outer = np.column_stack([np.eye(own.size) / precision, -own / precision**2])
    spread = scale * np.sqrt(np.diag(outer @ variance @ outer.T).clip(0))[1:]
    estimate = scale * own / precision
    reach = float(stdtrit(codes.size - 1, 0.5 + level / 2)) * spread
    slopes = Slopes(estimate[1:], estimate[1:] - reach, estimate[1:] + reach)
    return TobitFit(centre + float(estimate[0]), slopes, scale / float(precision))


def _maximum(full: FloatArray, value: FloatArray, side: IntArray) -> FloatArray:
    """Coefficients over sigma and 1 / sigma, by Newton's steps, halved until they climb."""
    measured = side == MEASURED
    weights = np.linalg.lstsq(full, value, rcond=None)[0]
    sigma = max(float((value - full @ weights)[measured].std()), 1e-3)
    found = np.append(weights, 1.0) / sigma
    height = _likelihood(found, full, value, side)
    for _ in range(MOST_STEPS):
        gradients, curvature = _derivatives(found, full, value, side)
        slope = gradients.sum(axis=0)
        step = np.linalg.lstsq(-curvature, slope, rcond=None)[0]
        size = 1.0
        while size > 1e-8:
            higher = _likelihood(found + size * step, full, value, side)
            if higher >= height:
                break
            size /= 2
        else:
            break
        found, gained, height = found + size * step, higher - height, higher
        if gained <= CLOSE_ENOUGH and size == 1.0:
            break
    return found


def _likelihood(found: FloatArray, full: FloatArray, value: FloatArray, side: IntArray) -> float:
    from scipy.special import log_ndtr

    precision = found[-1]
    if precision <= 0:
        return -np.inf
    z = precision * value - full @ found[:-1]
    measured = side == MEASURED
    return float(
        measured.sum() * np.log(precision)
        - (z[measured] ** 2).sum() / 2
        + log_ndtr((-side * z)[~measured]).sum()
    )


def _derivatives(
    found: FloatArray, full: FloatArray, value: FloatArray, side: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Score of every row, and the sum of second derivatives."""
    precision = found[-1]
    z = precision * value - full @ found[:-1]
    measured = side == MEASURED
    hazard = _hazard(side * z)
    first = np.where(measured, -z, -side * hazard)
    second = np.where(measured, -1.0, -hazard * (hazard - side * z))
    moved = np.column_stack([-full, value])
    gradients = first[:, None] * moved
    gradients[measured, -1] += 1 / precision
    curvature = (moved * second[:, None]).T @ moved
    curvature[-1, -1] -= measured.sum() / precision**2
    return gradients, curvature


def _hazard(z: FloatArray) -> FloatArray:
    """Density of a standard normal over what lies beyond, also far out."""
    from scipy.special import log_ndtr

    return np.asarray(np.exp(-(z**2) / 2 - np.log(2 * np.pi) / 2 - log_ndtr(-z)))
