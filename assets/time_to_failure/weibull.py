"""Weibull lives, left-truncated and right-censored: likelihood, estimates, intervals, resamples.

Everything is computed for many sets of weights at once, because the bootstrap needs a thousand fits
where lifelines needs a tenth of a second for one; tests hold the estimates to lifelines'. Survival
is R(t) = exp(-(t / scale) ** shape).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.time_to_failure.strata import Risk

MIN_SHAPE, MAX_SHAPE = 0.02, 50.0
HALVINGS = 60
CHI2_95 = 3.841458820694124  # 95th percentile of chi-squared with one degree of freedom


@dataclass(frozen=True)
class WeibullFit:
    """Estimates of one stratum with 95% profile-likelihood intervals.

    Attributes:
        shape: Above 1 the hazard rises with age (wear); at 1 it is constant.
        shape_low: Lower bound, at least ``MIN_SHAPE``.
        shape_high: Upper bound, at most ``MAX_SHAPE``.
        scale: Age by which 63.2% have had the event, in the unit of the scale of time.
        scale_low: Lower bound.
        scale_high: Upper bound; infinite where the records set none.
        p_value: Likelihood-ratio test against a constant hazard (shape 1).
    """

    shape: float
    shape_low: float
    shape_high: float
    scale: float
    scale_low: float
    scale_high: float
    p_value: float


def weibull_estimates(risk: Risk, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return maximum-likelihood estimates under each row of weights.

    With the shape k fixed the scale has the closed form scale ** k = sum w (t^k - e^k) / sum w d;
    k is the root of the profile score, found by bisection of log k.

    Args:
        risk: The spells, at least one event.
        weights: (draws, spells), positive.

    Returns:
        Shapes and scales per draw; a shape at ``MAX_SHAPE`` means that it has no finite estimate.

    Source: Kalbfleisch & Prentice (2002), section 3.4, with entry times as in section 3.2.
    """
    low = np.full(weights.shape[0], np.log(MIN_SHAPE))
    high = np.full(weights.shape[0], np.log(MAX_SHAPE))
    log_exit, log_entry = _logs(risk)
    events = weights @ risk.is_event.astype(float)
    mean_log = (weights * risk.is_event) @ log_exit / events
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        total, slope = _power_sums(np.exp(middle), log_exit, log_entry, weights)
        is_above = 1 / np.exp(middle) + mean_log - slope / total > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    shapes = np.exp((low + high) / 2)
    total, _ = _power_sums(shapes, log_exit, log_entry, weights)
    reach = log_exit.max()
    return shapes, np.exp(reach + np.log(total / events) / shapes)


def weibull_fit(risk: Risk) -> WeibullFit:
    """Return the estimates of a stratum with profile-likelihood intervals.

    Args:
        risk: The spells, at least two events at different ages.

    Source: Meeker & Escobar (1998), section 8.3, for profile intervals; they hold their level with
        few events, where those from the standard error do not.
    """
    from scipy.stats import chi2

    ones = np.ones((1, risk.exit.size))
    shapes, scales = weibull_estimates(risk, ones)
    shape, scale = float(shapes[0]), float(scales[0])
    peak = log_likelihood(risk, shape, scale)

    def shape_drop(log_shape: float) -> float:
        return 2 * (peak - profile_of_shape(risk, float(np.exp(log_shape)))) - CHI2_95

    def scale_drop(log_scale: float) -> float:
        return 2 * (peak - profile_of_scale(risk, float(np.exp(log_scale)), shape)) - CHI2_95

    bounds = _interval(shape_drop, np.log(shape), np.log(MIN_SHAPE), np.log(MAX_SHAPE))
    reach = 12.0
    edges = _interval(scale_drop, np.log(scale), np.log(scale) - reach, np.log(scale) + reach)
    is_open = edges[1] >= np.log(scale) + reach
    statistic = max(0.0, 2 * (peak - profile_of_shape(risk, 1.0)))
    return WeibullFit(
        shape,
        float(np.exp(bounds[0])),
        float(np.exp(bounds[1])),
        scale,
        float(np.exp(edges[0])),
        float("inf") if is_open else float(np.exp(edges[1])),
        float(chi2.sf(statistic, 1)),
    )


def log_likelihood(risk: Risk, shape: float, scale: float) -> float:
    """Return the log-likelihood of the spells."""
    log_exit, log_entry = _logs(risk)
    hazard = np.log(shape) + (shape - 1) * log_exit - shape * np.log(scale)
    with np.errstate(over="ignore"):
        grown = np.exp(shape * (log_exit - np.log(scale)))
        grown -= np.exp(shape * (log_entry - np.log(scale)))
    return float((hazard * risk.is_event - grown).sum())


def profile_of_shape(risk: Risk, shape: float) -> float:
    """Return the log-likelihood at a shape, the scale being at its best."""
    log_exit, log_entry = _logs(risk)
    total, _ = _power_sums(np.array([shape]), log_exit, log_entry, np.ones((1, log_exit.size)))
    scale = np.exp(log_exit.max() + np.log(total[0] / risk.events) / shape)
    return log_likelihood(risk, shape, float(scale))


def profile_of_scale(risk: Risk, scale: float, near: float) -> float:
    """Return the log-likelihood at a scale, the shape being at its best.

    Args:
        risk: The spells.
        scale: Scale held.
        near: Shape to start the search from.
    """
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_shape: -log_likelihood(risk, float(np.exp(log_shape)), scale),
        bracket=(np.log(near) - 0.2, np.log(near) + 0.2),
        method="brent",
        options={"xtol": 1e-9, "maxiter": 100},
    )
    return -float(found.fun)


def _logs(risk: Risk) -> tuple[FloatArray, FloatArray]:
    with np.errstate(divide="ignore"):
        return np.log(risk.exit), np.log(risk.entry)


def _power_sums(
    shapes: FloatArray, log_exit: FloatArray, log_entry: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Sums of w (t^k - e^k) and of its derivative in k, over the largest exit to the power of k."""
    reach = log_exit.max()
    to_exit = np.exp(np.outer(shapes, log_exit - reach))
    to_entry = np.exp(np.outer(shapes, log_entry - reach))
    entry_logs = np.where(np.isfinite(log_entry), log_entry, 0.0)
    total = (weights * (to_exit - to_entry)).sum(axis=1)
    slope = (weights * (to_exit * log_exit - to_entry * entry_logs)).sum(axis=1)
    return total, slope


def _interval(drop: object, peak: float, lowest: float, highest: float) -> tuple[float, float]:
    """Return where a profile has dropped by its critical value on either side of its peak."""
    from scipy.optimize import brentq

    assert callable(drop)
    low = lowest if drop(lowest) < 0 else brentq(drop, lowest, peak, xtol=1e-8)
    high = highest if drop(highest) < 0 else brentq(drop, peak, highest, xtol=1e-8)
    return float(low), float(high)
