"""A linear model of one target, however its coefficients were found."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray


@dataclass(frozen=True)
class LineFit:
    """A linear model of one target.

    Attributes:
        coefficients: Per column; 0 for a column that was not chosen.
        intercept: Target at the mean of the training columns.
        centre: Per column, its training mean.
        residuals: Per training row, target minus the prediction of a fit without its block.

    Examples:
        >>> fit = LineFit(np.array([2.0]), 1.0, np.array([0.0]), np.empty(0))
        >>> fit.predict(np.array([[3.0]])).tolist()
        [7.0]
    """

    coefficients: FloatArray
    intercept: float
    centre: FloatArray
    residuals: FloatArray

    def predict(self, design: FloatArray) -> FloatArray:
        """Predicted target per row."""
        return np.asarray(self.intercept + (design - self.centre) @ self.coefficients)

    def contributions(self, design: FloatArray) -> FloatArray:
        """What each column adds to each row's prediction, relative to the training mean.

        Equal to SHAP values of a linear model under independent columns (Lundberg & Lee 2017,
        corollary 1).
        """
        return np.asarray((design - self.centre) * self.coefficients)


def mixed(first: LineFit, second: LineFit, share: float) -> LineFit:
    """The weighted mean of two fits of one target on the same rows, a line again.

    Args:
        first: Counts ``1 - share``.
        second: Counts ``share``.
        share: 0 to 1.

    Examples:
        >>> centre, residuals = np.zeros(1), np.array([1.0, -1.0])
        >>> steep = LineFit(np.array([4.0]), 1.0, centre, residuals)
        >>> flat = LineFit(np.array([0.0]), 1.0, centre, 3 * residuals)
        >>> mixed(steep, flat, 0.25).coefficients.tolist()
        [3.0]
        >>> mixed(steep, flat, 0.25).residuals.tolist()
        [1.5, -1.5]
    """
    return LineFit(
        (1 - share) * first.coefficients + share * second.coefficients,
        (1 - share) * first.intercept + share * second.intercept,
        first.centre,
        (1 - share) * first.residuals + share * second.residuals,
    )
