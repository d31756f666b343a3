"""Logistic regression with a ridge penalty that failures can afford.

The penalty is not searched for: it is set so that the model spends at most one effective degree of
freedom per five failures, which needs no label twice and stays stable when failures are few.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.principal_axes import PrincipalAxes, principal_axes
from assets.statistics.prediction_quality.calibration import expit, logit

FAILURES_PER_DEGREE = 5.0
# The smallest keeps a separated column finite where failures could afford it outright.
LARGEST_PENALTY, SMALLEST_PENALTY = 1e8, 0.5


@dataclass(frozen=True)
class LogisticFit:
    """A linear model of the log odds of failure.

    Attributes:
        centre: Per column, training mean (also what a missing value is replaced by).
        scale: Per column, training standard deviation; 0 for a constant column.
        coefficients: Per standardised column.
        intercept: Log odds at the training mean.

    Examples:
        >>> one = np.ones(1)
        >>> fit = LogisticFit(centre=0 * one, scale=one, coefficients=0 * one, intercept=0.0)
        >>> fit.predict(np.array([[5.0]])).tolist()
        [0.5]
    """

    centre: FloatArray
    scale: FloatArray
    coefficients: FloatArray
    intercept: float

    def log_odds(self, values: FloatArray, offset: FloatArray | float = 0.0) -> FloatArray:
        """Log odds of failure per row; NaN counts as the training mean."""
        scores = _standardised(values, self.centre, self.scale) @ self.coefficients
        return np.asarray(self.intercept + scores + offset)

    def contributions(self, values: FloatArray) -> FloatArray:
        """What each column adds to each row's log odds, relative to the training mean."""
        return np.asarray(_standardised(values, self.centre, self.scale) * self.coefficients)

    def predict(self, values: FloatArray, offset: FloatArray | float = 0.0) -> FloatArray:
        """Probability of failure per row."""
        return expit(self.log_odds(values, offset))


def fit_logistic(
    values: FloatArray,
    label: FloatArray,
    offset: FloatArray | float = 0.0,
    emphasis: FloatArray | None = None,
) -> LogisticFit:
    """Fit failures on columns of any scale.

    Args:
        values: (rows, columns), NaN where missing.
        label: Per row 0 or 1.
        offset: Log odds already known (of the product), per row.
        emphasis: As of :class:`LogisticDesign`.

    Returns:
        The fit; with one class only, the base rate (half a failure added on each side).

    Source: le Cessie & van Houwelingen (1992); events per degree of freedom after Harrell (2015).

    Examples:
        >>> values = np.linspace(-1, 1, 101)[:, None]
        >>> fit = fit_logistic(values, (values[:, 0] > 0.6).astype(float))
        >>> fit.predict(np.array([[-1.0], [np.nan], [1.0]])).round(2).tolist()
        [0.0, 0.01, 0.96]
    """
    return LogisticDesign(values, emphasis).fit(label, offset)


class LogisticDesign:
    """Columns made ready for any number of labels.

    Args:
        values: (rows, columns), NaN where missing.
        emphasis: Per column, 0 to 1, how freely it may speak beside the others: its penalty is the
            common one over the square of this, and 0 silences it. None where all are alike.

    Examples:
        >>> values = np.linspace(-1, 1, 101)
        >>> design = LogisticDesign(values[:, None])
        >>> labels = (values > 0.6).astype(float), (values < -0.6).astype(float)
        >>> [design.fit(label).coefficients.round(1).tolist() for label in labels]
        [[4.4], [-4.4]]
    """

    def __init__(self, values: FloatArray, emphasis: FloatArray | None = None) -> None:
        self._centre, self._scale = _moments(values)
        self._emphasis = np.ones(self._scale.size) if emphasis is None else emphasis
        self._speaks = (self._scale > 0) & (self._emphasis > 0)
        self._rotated: PrincipalAxes | None = None
        if self._speaks.any():
            own = self._speaks
            standard = _standardised(values[:, own], self._centre[own], self._scale[own])
            self._rotated = principal_axes(standard * self._emphasis[own])

    def fit(self, label: FloatArray, offset: FloatArray | float = 0.0) -> LogisticFit:
        """As :func:`fit_logistic`."""
        rate = (label.sum() + 0.5) / (label.size + 1)
        start = float(logit(np.array([rate]))[0] - np.mean(offset))
        failures = min(label.sum(), label.size - label.sum())
        rotated = self._rotated
        if failures < 1 or rotated is None:
            return LogisticFit(self._centre, self._scale, np.zeros(self._scale.size), start)
        # Effective degrees of freedom are those of the linearised fit, weight p(1-p) per row.
        penalty = _affordable_penalty(
            rotated.squares * rate * (1 - rate), failures / FAILURES_PER_DEGREE
        )
        intercept, slopes = _newton(rotated.scores, label, offset, start, penalty)
        coefficients = np.zeros(self._scale.size)
        coefficients[self._speaks] = self._emphasis[self._speaks] * (rotated.axes.T @ slopes)
        return LogisticFit(self._centre, self._scale, coefficients, intercept)


def _moments(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    defined = np.isfinite(values)
    counts = np.maximum(defined.sum(axis=0), 1)
    centre = np.where(defined, values, 0.0).sum(axis=0) / counts
    deviation = np.where(defined, values - centre, 0.0)
    scale = np.sqrt((deviation**2).mean(axis=0))
    return centre, np.where(scale > 1e-9 * np.maximum(1.0, np.abs(centre)), scale, 0.0)


def _standardised(values: FloatArray, centre: FloatArray, scale: FloatArray) -> FloatArray:
    centred = np.nan_to_num(values - centre)
    scaled = np.divide(centred, scale, out=np.zeros_like(centred), where=scale > 0)
    return np.asarray(np.clip(scaled, -5, 5))


def _affordable_penalty(information: FloatArray, degrees: float) -> float:
    low, high = np.log(SMALLEST_PENALTY), np.log(LARGEST_PENALTY)
    for _ in range(60):
        middle = (low + high) / 2
        spent = float((information / (information + np.exp(middle))).sum())
        low, high = (middle, high) if spent > degrees else (low, middle)
    return float(np.exp(high))


def _newton(
    scores: FloatArray,
    label: FloatArray,
    offset: FloatArray | float,
    start: float,
    penalty: float,
) -> tuple[float, FloatArray]:
    design = np.column_stack([np.ones(label.size), scores])
    ridge = np.r_[1e-9, np.full(scores.shape[1], penalty)]
    coefficients = np.r_[start, np.zeros(scores.shape[1])]

    def likelihood(at: FloatArray) -> float:
        odds = design @ at + offset
        return float((label * odds - np.logaddexp(0.0, odds)).sum() - ridge @ at**2 / 2)

    reached = likelihood(coefficients)
    for _ in range(40):
        fitted = expit(design @ coefficients + offset)
        weight = np.maximum(fitted * (1 - fitted), 1e-9)
        hessian = (design.T * weight) @ design
        hessian[np.diag_indices_from(hessian)] += ridge
        step = np.linalg.solve(hessian, design.T @ (label - fitted) - ridge * coefficients)
        # Steps are kept short where the curvature is nearly nil, and halved where they would lead
        # downhill: overshooting one way and back again, Newton never arrives.
        step = step * min(1.0, 3.0 / max(float(np.abs(step).max()), 1e-12))
        while (found := likelihood(coefficients + step)) < reached and np.abs(step).max() >= 1e-8:
            step = step / 2
        coefficients, reached = coefficients + step, found
        if np.abs(step).max() < 1e-8:
            break
    return float(coefficients[0]), coefficients[1:]
