"""Current-status data: all that is seen of a life is whether it had ended when looked at.

A Weibull life makes the complementary log-log of the share ended linear in the log of time; its
slope is the shape, and a slope of zero means that time does not matter.

Source: Sun (2006), The Statistical Analysis of Interval-censored Failure Time Data, section 5.3.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

STEPS, STEEPEST = 50, 5.0


@dataclass(frozen=True)
class CurrentStatusFit:
    """A Weibull shape from current-status data.

    Attributes:
        design_effect: Variance of the slope between clusters over that between independent
            observations, at least 1; likelihoods are divided by it.
        shape: Slope on the log of time.
        shape_low: Lower end of its 95% profile-likelihood interval.
        shape_high: Upper end.
        p_value: Likelihood-ratio test against a shape of zero.
    """

    design_effect: float
    shape: float
    shape_low: float
    shape_high: float
    p_value: float


def current_status_shape(
    log_time: FloatArray, has_ended: BoolArray, cluster: IntArray
) -> CurrentStatusFit | None:
    """Fit the shape of a Weibull life from current-status data.

    Args:
        log_time: Log of the time at which each life was looked at, varying.
        has_ended: Whether it had ended by then, at least one and not all.
        cluster: Code of its cluster of dependence, from 0.

    Returns:
        The fit; None where the likelihood has no maximum within a slope of 5 either way.

    Examples:
        Of ten lives looked at early one has ended, of ten looked at ten times later six:

        >>> looked_at = np.log(np.repeat([1.0, 10.0], 10))
        >>> has_ended = np.isin(np.arange(20), [0, 10, 11, 12, 13, 14, 15])
        >>> fit = current_status_shape(looked_at, has_ended, np.arange(20))
        >>> round(fit.shape, 3)  # (log(-log(0.4)) - log(-log(0.9))) / log(10)
        0.939
    """
    from scipy.optimize import brentq, minimize_scalar
    from scipy.stats import chi2

    centred = log_time - log_time.mean()

    def profile(shape: float) -> float:
        return _best_intercept(shape * centred, has_ended)[1]

    found = minimize_scalar(
        lambda shape: -profile(shape), bounds=(-STEEPEST, STEEPEST), method="bounded"
    )
    shape, peak = float(found.x), -float(found.fun)
    if abs(shape) > STEEPEST - 0.01:
        return None

    intercept = _best_intercept(shape * centred, has_ended)[0]
    deff = max(1.0, _design_effect(intercept + shape * centred, centred, has_ended, cluster))
    critical = float(chi2.ppf(0.95, 1))

    def drop(at: float) -> float:
        return 2 * (peak - profile(at)) / deff - critical

    low, high = (
        edge if drop(edge) < 0 else float(brentq(drop, *sorted((edge, shape)), xtol=1e-6))
        for edge in (shape - 2 * STEEPEST, shape + 2 * STEEPEST)
    )
    statistic = max(0.0, 2 * (peak - profile(0.0))) / deff
    return CurrentStatusFit(deff, shape, low, high, float(chi2.sf(statistic, 1)))


def _best_intercept(offset: FloatArray, has_ended: BoolArray) -> tuple[float, float]:
    """Best intercept at a slope, by Newton's method on a concave function; its log-likelihood."""
    share = has_ended.mean()
    intercept = float(np.log(-np.log1p(-share)))
    for _ in range(STEPS):
        hazard = np.exp(np.clip(intercept + offset, -30.0, 5.0))
        odds = hazard / np.expm1(np.clip(hazard, 1e-12, 50.0))
        gradient = float(np.where(has_ended, odds, -hazard).sum())
        bend = np.where(has_ended, odds * (1 - hazard - odds), -hazard)
        step = gradient / max(1e-9, -float(bend.sum()))
        intercept += float(np.clip(step, -1.0, 1.0))
        if abs(step) < 1e-9:
            break
    hazard = np.exp(np.clip(intercept + offset, -30.0, 5.0))
    likelihood = np.where(has_ended, np.log(-np.expm1(-hazard)), -hazard).sum()
    return intercept, float(likelihood)


def _design_effect(
    predictor: FloatArray, centred: FloatArray, has_ended: BoolArray, cluster: IntArray
) -> float:
    """Variance of the slope between clusters over that between independent observations."""
    hazard = np.exp(np.clip(predictor, -30.0, 5.0))
    residual = np.where(has_ended, hazard / np.expm1(hazard), -hazard)
    weight = hazard / hazard.sum()
    scores = residual * (centred - (weight * centred).sum())
    between = np.bincount(cluster, weights=scores)
    return float((between**2).sum() / (scores**2).sum())
