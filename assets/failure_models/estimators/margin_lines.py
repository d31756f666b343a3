"""Linear models of one margin: a line through few columns, beside one through all, and products.

A cause that a feature measures well stands alone among hundreds of idle columns, and a sparse line
finds it; a cause that thirty columns measure badly is their sum, and a dense line finds that. Which
share each has is told by blocks of training batches that neither had seen.
"""

from dataclasses import dataclass, replace

import numpy as np

from assets.failure_models.dataset.relative_view import RelativeView
from assets.failure_models.dataset.shared_fits import fingerprint
from assets.failure_models.dataset.task import Task
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.line_fit import LineFit, mixed
from assets.statistics.lines.pair_terms import PairTerms, found_pairs
from assets.statistics.lines.ridge import RidgeBasis, RidgeFit, weighted_coefficients
from assets.statistics.lines.sparse_lines import SparseBasis, SparseFit, weighted_sparse
from assets.statistics.lines.stacking import share_of


@dataclass(frozen=True)
class MarginFit:
    """Lines through one margin, and the products of columns that they leave over.

    Attributes:
        lines: The linear part.
        pairs: The products.
        residuals: Per training row, margin less a prediction by a fit without its block (of the
            products: without their choice).
        chosen: Positions of the columns that were chosen by themselves or in a product.
        threshold: Penalty that chose the sparse line, per row.
        penalty: Of the dense line.
        dense_share: Share of the dense line, 0 to 1.
    """

    lines: LineFit
    pairs: PairTerms
    residuals: FloatArray
    chosen: IntArray
    threshold: float
    penalty: float
    dense_share: float

    def predict(self, design: FloatArray) -> FloatArray:
        """Predicted margin per row."""
        return np.asarray(self.lines.predict(design) + self.pairs.predict(design))

    def contributions(self, design: FloatArray) -> FloatArray:
        """What each column adds to each row's prediction (SHAP values)."""
        return np.asarray(self.lines.contributions(design) + self.pairs.contributions(design))

    def refitted(self, design: FloatArray, target: FloatArray, weights: FloatArray) -> "MarginFit":
        """The same model on resampled rows: columns chosen anew, penalties and products as decided.

        Args:
            design: (rows, columns), no NaN.
            target: Per row, no NaN.
            weights: Per row, how often it counts.

        Returns:
            The fit; its residuals are those of the rows it was fitted on.
        """
        slopes = weighted_sparse(design, target, weights, self.threshold)
        if self.dense_share:
            dense = weighted_coefficients(design, target, weights, self.penalty)
            slopes = (1 - self.dense_share) * slopes + self.dense_share * dense
        total = weights.sum()
        centre, mean = weights @ design / total, float(weights @ target / total)
        lines = LineFit(slopes, mean, centre, target - mean - (design - centre) @ slopes)
        pairs = self.pairs.fitted(design, lines.residuals, weights)
        left = lines.residuals - pairs.predict(design)
        return replace(self, lines=lines, pairs=pairs, residuals=left)


def margin_fit(task: Task, view: RelativeView, rows: IntArray, target: FloatArray) -> MarginFit:
    """Fit one margin on some rows of a view, once for all tasks of the run that share both.

    Args:
        task: Whose fits are shared.
        view: Of the task.
        rows: Positions to fit on, in production order.
        target: Per row of ``rows``, no NaN.

    Returns:
        The fit.
    """

    def fitted() -> MarginFit:
        dense = ridge_fit(task, view, rows, target)
        sparse = _sparse_fit(task, view, rows, target)
        share = share_of(sparse.residuals - dense.residuals, sparse.residuals)
        lines = mixed(sparse, dense, share)
        pairs = found_pairs(view.design[rows], lines.residuals)
        chosen = np.unique(np.concatenate([sparse.chosen, pairs.first, pairs.second]))
        left = lines.residuals - pairs.predict(view.design[rows])
        return MarginFit(lines, pairs, left, chosen, sparse.threshold, dense.penalty, share)

    return task.fits.get_or_fit(fingerprint("margin", view.key, rows, target), fitted)


def ridge_fit(task: Task, view: RelativeView, rows: IntArray, target: FloatArray) -> RidgeFit:
    """Fit one target by a line through all columns, shared as :func:`margin_fit`."""

    def fitted() -> RidgeFit:
        basis = task.fits.get_or_fit_recent(
            fingerprint("basis", view.key, rows), lambda: RidgeBasis(view.design[rows])
        )
        return basis.fit(target)

    return task.fits.get_or_fit(fingerprint("ridge", view.key, rows, target), fitted)


def _sparse_fit(task: Task, view: RelativeView, rows: IntArray, target: FloatArray) -> SparseFit:
    basis = task.fits.get_or_fit_recent(
        fingerprint("sparse basis", view.key, rows), lambda: SparseBasis(view.design[rows])
    )
    return basis.fit(target)
