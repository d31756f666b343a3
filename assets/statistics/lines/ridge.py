"""Ridge regression in closed form, its penalty chosen on blocks of time.

Residuals come from the blocks left out, so that the spread of a target around its prediction is not
flattered by the fit. What depends on the design alone is computed once and serves every target.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.lines.cross_products import weighted_products, without_block
from assets.statistics.lines.line_fit import LineFit
from assets.statistics.multivariate.principal_axes import principal_axes
from assets.statistics.resampling.folds import time_blocks

PENALTY_GRID = 10.0 ** np.arange(0.0, 6.1, 0.5)


@dataclass(frozen=True)
class RidgeFit(LineFit):
    """A line through every column.

    Attributes:
        penalty: The chosen penalty, added to the sum of squares of every column.
    """

    penalty: float


@dataclass(frozen=True)
class _Block:
    """A block of time left out: its rows, and the spectrum of the design without it."""

    rows: np.ndarray
    rotated: FloatArray
    centre: FloatArray
    eigenvalues: FloatArray
    eigenvectors: FloatArray


class RidgeBasis:
    """One design, ready to fit any number of targets.

    Args:
        design: (rows in time order, columns) of comparable scale, no NaN, at least 10 rows.

    Source: Hoerl & Kennard (1970); blocked cross-validation after Bergmeir & Benitez (2012).

    Examples:
        >>> design = np.random.default_rng(1).normal(size=(60, 2))
        >>> fit = RidgeBasis(design).fit(3 + design @ [2.0, 0.0])
        >>> fit.coefficients.round(1).tolist()
        [2.0, 0.0]
        >>> fit.penalty, fit.predict(design[:1]).size
        (1.0, 1)
    """

    def __init__(self, design: FloatArray) -> None:
        self._centre = design.mean(axis=0)
        rotated = principal_axes(design - self._centre)
        self._scores, self._squares, self._axes = rotated.scores, rotated.squares, rotated.axes
        self._blocks = [self._without(rows) for rows in time_blocks(design.shape[0])]

    def _without(self, rows: np.ndarray) -> _Block:
        centre, gram = without_block(self._scores, np.diag(self._squares), rows)
        eigenvalues, eigenvectors = np.linalg.eigh(gram)
        rotated = (self._scores[rows] - centre) @ eigenvectors
        return _Block(rows, rotated, centre, np.maximum(eigenvalues, 0.0), eigenvectors)

    def fit(self, target: FloatArray) -> RidgeFit:
        """Fit one target.

        Args:
            target: Per row, no NaN.

        Returns:
            The fit whose penalty predicts left-out blocks best; ties go to the larger penalty.
        """
        predictions = self._left_out_predictions(target)
        errors = ((target[:, None] - predictions) ** 2).mean(axis=0)
        best = int(np.flatnonzero(errors <= errors.min() * (1 + 1e-9)).max())
        penalty, mean = float(PENALTY_GRID[best]), float(target.mean())
        shrunk = self._scores.T @ (target - mean) / (self._squares + penalty)
        return RidgeFit(
            self._axes.T @ shrunk, mean, self._centre, target - predictions[:, best], penalty
        )

    def coefficients_of(self, targets: FloatArray) -> FloatArray:
        """Coefficients of many targets, each at its own best penalty.

        Args:
            targets: (rows, targets), no NaN.

        Returns:
            (columns, targets).
        """
        moments, total = self._scores.T @ targets, targets.sum(axis=0)
        errors = np.zeros((PENALTY_GRID.size, targets.shape[1]))
        for block in self._blocks:
            inside, kept = targets[block.rows], targets.shape[0] - block.rows.size
            mean = (total - inside.sum(axis=0)) / kept
            own = (
                moments - self._scores[block.rows].T @ inside - kept * np.outer(block.centre, mean)
            )
            turned, centred = block.eigenvectors.T @ own, inside - mean
            for i, penalty in enumerate(PENALTY_GRID):
                predicted = block.rotated @ (turned / (block.eigenvalues + penalty)[:, None])
                errors[i] += ((centred - predicted) ** 2).sum(axis=0)
        is_best = errors <= errors.min(axis=0) * (1 + 1e-9)
        largest = (PENALTY_GRID[:, None] * is_best).max(axis=0)
        return np.asarray(self._axes.T @ (moments / (self._squares[:, None] + largest)))

    def _left_out_predictions(self, target: FloatArray) -> FloatArray:
        """Per row and penalty, the prediction of a fit without the row's block."""
        moment, total = self._scores.T @ target, float(target.sum())
        predictions = np.empty((target.size, PENALTY_GRID.size))
        for block in self._blocks:
            inside, kept = self._scores[block.rows], target.size - block.rows.size
            mean = (total - target[block.rows].sum()) / kept
            moments = moment - inside.T @ target[block.rows] - kept * mean * block.centre
            scale = block.eigenvalues[:, None] + PENALTY_GRID
            predictions[block.rows] = mean + block.rotated @ (
                (block.eigenvectors.T @ moments)[:, None] / scale
            )
        return predictions


def weighted_coefficients(
    design: FloatArray, target: FloatArray, weights: FloatArray, penalty: float
) -> FloatArray:
    """Ridge coefficients on resampled rows, at a penalty chosen before.

    Args:
        design: (rows, columns), no NaN.
        target: Per row, no NaN.
        weights: Per row, how often it counts.
        penalty: As in :class:`RidgeFit`.

    Returns:
        Per column.

    Examples:
        >>> design, target = np.array([[-1.0], [0.0], [1.0]]), np.array([-2.0, 0.0, 2.0])
        >>> weighted_coefficients(design, target, np.ones(3), 2.0).tolist()
        [1.0]
    """
    gram, moments = weighted_products(design, target, weights)
    gram[np.diag_indices_from(gram)] += penalty
    return np.asarray(np.linalg.solve(gram, moments))
