"""What a study of this size could have detected, and how long until it could detect a given AUC.

These figures are displayed beside a verdict; they never decide one.
"""

from functools import lru_cache
from math import ceil, sqrt

import numpy as np

LARGEST_AUC = 0.999


def auc_standard_error(area: float, failures: float, good: float) -> float:
    """Standard error of an AUC (Hanley & McNeil 1982).

    Args:
        area: The AUC itself, 0 to 1.
        failures: Effective number of failures, above 0.
        good: Number of good batches, above 0.

    Examples:
        >>> round(1.96 * auc_standard_error(0.75, 6, 194), 2)  # six failures say little
        0.23
    """
    q1, q2 = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (failures - 1) * (q1 - area**2) + (good - 1) * (q2 - area**2)
    return sqrt(max(spread, 0.0) / (failures * good))


def _normal_sum(alpha: float, power: float) -> float:
    from scipy.stats import norm

    return float(norm.ppf(1 - alpha) + norm.ppf(power))


def detectable_auc_from_labels(
    failures: float, good: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Smallest AUC that labels alone would tell from 0.5, one-sided.

    Returns:
        0.5 to 1; NaN where a class is missing.

    Examples:
        >>> detectable_auc_from_labels(6, 194), detectable_auc_from_labels(60, 1940)
        (0.785, 0.6)
    """
    if failures <= 0 or good <= 0:
        return float("nan")
    reach = _normal_sum(alpha, power)
    for area in np.arange(0.51, LARGEST_AUC, 0.005):
        if area - 0.5 >= reach * auc_standard_error(float(area), failures, good):
            return round(float(area), 3)
    return 1.0


def detectable_auc_from_margins(
    batches: float, failure_rate: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Smallest AUC whose score would be told from noise by its correlation with the margin.

    A correlation r is seen in n independent batches when r sqrt(n) exceeds the sum of the two
    normal quantiles; its AUC follows from a normal margin that fails below the quantile of the
    failure rate.

    Args:
        batches: Effective number of scored batches.
        failure_rate: Share of failed batches, 0 to 1.
        alpha: One-sided error.
        power: Wanted probability of detection.

    Returns:
        0.5 to 1; NaN where it cannot be computed.

    Examples:
        >>> detectable_auc_from_margins(600, 0.03) < detectable_auc_from_labels(18, 582)
        True
    """
    if batches <= 3 or not 0 < failure_rate < 1:
        return float("nan")
    correlation = min(0.99, float(np.tanh(_normal_sum(alpha, power) / sqrt(batches - 3))))
    return round(auc_of_correlation(correlation, round(failure_rate, 4)), 3)


@lru_cache(maxsize=512)
def auc_of_correlation(correlation: float, failure_rate: float) -> float:
    """AUC of a normal score that correlates with a normal margin failing at a given rate.

    Examples:
        >>> round(auc_of_correlation(0.0, 0.05), 3), round(auc_of_correlation(0.4, 0.05), 3)
        (0.5, 0.739)
    """
    from scipy.stats import norm

    grid = np.linspace(-6, 6, 1201)
    density = norm.pdf(grid)
    limit = norm.ppf(failure_rate)
    # Score high means margin low: P(fail | score) for each score on the grid.
    fails = norm.cdf((limit + correlation * grid) / sqrt(1 - correlation**2))
    failed, good = density * fails, density * (1 - fails)
    below = np.cumsum(good) - good / 2
    return float((failed * below).sum() / (failed.sum() * good.sum()))


def batches_needed_from_labels(
    target_auc: float, failure_rate: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Number of scored batches after which labels alone would detect the target AUC.

    Examples:
        >>> needed = batches_needed_from_labels(0.75, 0.03)
        >>> detectable_auc_from_labels(0.03 * needed, 0.97 * needed) <= 0.755
        True
    """
    if not 0 < failure_rate < 1:
        return float("nan")
    reach = _normal_sum(alpha, power) / (target_auc - 0.5)
    unit = auc_standard_error(target_auc, 1e6 * failure_rate, 1e6 * (1 - failure_rate))
    return float(ceil(1e6 * (reach * unit) ** 2))


def batches_needed_from_margins(
    target_auc: float, failure_rate: float, alpha: float = 0.05, power: float = 0.8
) -> float:
    """Number of scored batches after which the margin would detect the target AUC.

    Examples:
        >>> batches_needed_from_margins(0.75, 0.03) < batches_needed_from_labels(0.75, 0.03)
        True
    """
    if not 0 < failure_rate < 1:
        return float("nan")
    for correlation in np.arange(0.01, 0.99, 0.01):
        if auc_of_correlation(round(float(correlation), 2), round(failure_rate, 4)) >= target_auc:
            reach = _normal_sum(alpha, power) / float(np.arctanh(correlation))
            return float(ceil(reach**2 + 3))
    return float("nan")
