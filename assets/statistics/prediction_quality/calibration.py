"""Whether a stated probability of failure is the frequency that follows.

Intercept and slope on later data, and the Brier score against its parts. A perfectly calibrated
model has intercept 0 and slope 1.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray

SMALLEST_PROB = 1e-6
SMALLEST_SLOPE = 0.1
# Of a correction's intercept and slope: one over the squares of 1 and 1/2.
PRIOR_PRECISION = np.array([1.0, 4.0])


@dataclass(frozen=True)
class BrierParts:
    """The Brier score and what it is made of: reliability - resolution + uncertainty (+ binning).

    Attributes:
        score: Mean squared difference of probability and label.
        reliability: Squared distance of forecast and frequency within bins; smaller is better.
        resolution: Squared distance of bin frequencies from the base rate; larger is better.
        uncertainty: Base rate times one minus the base rate.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float


def logit(probability: FloatArray) -> FloatArray:
    """Log odds, with probabilities kept a millionth away from 0 and 1.

    Examples:
        >>> logit(np.array([0.5, 0.75])).round(4).tolist()  # log(1), log(3)
        [0.0, 1.0986]
    """
    kept = np.clip(probability, SMALLEST_PROB, 1 - SMALLEST_PROB)
    return np.asarray(np.log(kept / (1 - kept)))


def expit(log_odds: FloatArray) -> FloatArray:
    """Probability of log odds, without overflow.

    Examples:
        >>> expit(np.array([0.0, np.log(3), 1e6])).round(4).tolist()
        [0.5, 0.75, 1.0]
    """
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))


def log_score(probability: FloatArray, label: FloatArray) -> FloatArray:
    """Negative log likelihood per batch, in nats; smaller is better.

    Examples:
        >>> log_score(np.array([0.5, 0.25]), np.array([1.0, 0.0])).round(4).tolist()  # ln 2, ln 4/3
        [0.6931, 0.2877]
    """
    kept = np.clip(probability, SMALLEST_PROB, 1 - SMALLEST_PROB)
    return np.asarray(-(label * np.log(kept) + (1 - label) * np.log1p(-kept)))


def recalibration(probability: FloatArray, label: FloatArray) -> tuple[float, float]:
    """Intercept (at slope 1) and slope of labels on log odds (Cox 1958).

    Args:
        probability: Per batch, 0 to 1.
        label: Per batch, 0 or 1.

    Returns:
        (intercept, slope); NaN where a class is missing; the slope is NaN for a constant score.

    Examples:
        >>> stated = np.repeat([0.2, 0.8], 10)
        >>> label = np.r_[np.arange(10) < 2, np.arange(10) < 8].astype(float)  # 2 and 8 of 10 fail
        >>> intercept, slope = recalibration(stated, label)
        >>> round(abs(intercept), 6), round(slope, 6)
        (0.0, 1.0)
    """
    if label.min(initial=1) == label.max(initial=0):
        return float("nan"), float("nan")
    score = logit(probability)
    intercept = _newton(np.ones((label.size, 1)), label, offset=score)[0]
    if np.ptp(score) < 1e-9:
        return float(intercept), float("nan")
    slope = _newton(np.column_stack([np.ones(label.size), score]), label)[1]
    return float(intercept), float(slope)


def shrunken_recalibration(probability: FloatArray, label: FloatArray) -> tuple[float, float]:
    """Intercept and slope of labels on log odds, held towards 0 and 1 where labels say little.

    Args:
        probability: Per batch, 0 to 1.
        label: Per batch, 0 or 1; one class may be missing.

    Returns:
        (intercept, slope) of the correction; the slope is at least 0.1, so that no order turns.

    Source: logistic recalibration (Cox 1958; Platt 1999) with normal priors of spread 1 on the
    intercept and 1/2 on the slope.

    Examples:
        >>> label = (np.arange(1000) % 10 == 0).astype(float)  # one in ten fails
        >>> intercept, slope = shrunken_recalibration(np.full(1000, 0.2), label)
        >>> corrected = expit(intercept + slope * logit(np.array([0.2])))
        >>> corrected.round(2).tolist()
        [0.1]
        >>> shrunken_recalibration(np.empty(0), np.empty(0))
        (0.0, 1.0)
    """
    if not label.size:
        return 0.0, 1.0
    score = logit(probability)
    design = np.column_stack([np.ones(label.size), score])
    intercept, beyond = _newton(design, label, score, PRIOR_PRECISION)
    return float(intercept), max(float(1 + beyond), SMALLEST_SLOPE)


def shrunken_intercept(log_odds: FloatArray, label: FloatArray) -> float:
    """Intercept of labels beside log odds, held towards 0 where labels say little.

    Args:
        log_odds: Per batch.
        label: Per batch, 0 or 1; one class may be missing.

    Returns:
        What must be added to the log odds; its normal prior has spread 1.

    Examples:
        >>> label = (np.arange(1000) % 10 == 0).astype(float)  # one in ten fails
        >>> found = shrunken_intercept(logit(np.full(1000, 0.2)), label)
        >>> round(float(expit(found + logit(np.array([0.2])))[0]), 2)
        0.1
        >>> shrunken_intercept(np.empty(0), np.empty(0))
        0.0
    """
    if not label.size:
        return 0.0
    return float(_newton(np.ones((label.size, 1)), label, log_odds, PRIOR_PRECISION[:1])[0])


def _newton(
    design: FloatArray,
    label: FloatArray,
    offset: FloatArray | float = 0.0,
    precision: FloatArray | float = 1e-8,
) -> FloatArray:
    """Logistic coefficients; a whisper of prior precision keeps a separated fit finite."""
    coefficients = np.zeros(design.shape[1])
    prior = np.eye(design.shape[1]) * precision
    for _ in range(50):
        fitted = expit(design @ coefficients + offset)
        hessian = (design.T * (fitted * (1 - fitted))) @ design + prior
        step = np.linalg.solve(hessian, design.T @ (label - fitted) - prior @ coefficients)
        coefficients = coefficients + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    return np.asarray(coefficients)


def brier_parts(probability: FloatArray, label: FloatArray, bins: int = 10) -> BrierParts:
    """Brier score and its parts over bins of equal size (Murphy 1973).

    Args:
        probability: Per batch, 0 to 1.
        label: Per batch, 0 or 1.
        bins: Number of bins; ties stay in one bin.

    Returns:
        The parts, all NaN where there is no batch.

    Examples:
        >>> label = np.r_[np.arange(10) < 2, np.arange(10) < 8].astype(float)  # 2 and 8 of 10 fail
        >>> parts = brier_parts(np.repeat([0.1, 0.9], 10), label)
        >>> round(parts.reliability, 6), round(parts.resolution, 6), round(parts.uncertainty, 6)
        (0.01, 0.09, 0.25)
    """
    if not label.size:
        return BrierParts(*[float("nan")] * 4)
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    place = np.searchsorted(edges, probability, side="right")
    counts = np.bincount(place, minlength=edges.size + 1).astype(float)
    held = counts > 0
    forecast = np.bincount(place, weights=probability, minlength=counts.size)[held] / counts[held]
    frequency = np.bincount(place, weights=label, minlength=counts.size)[held] / counts[held]
    share, base = counts[held] / label.size, float(label.mean())
    return BrierParts(
        score=float(np.mean((probability - label) ** 2)),
        reliability=float((share * (forecast - frequency) ** 2).sum()),
        resolution=float((share * (frequency - base) ** 2).sum()),
        uncertainty=base * (1 - base),
    )
