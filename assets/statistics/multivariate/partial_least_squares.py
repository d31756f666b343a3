"""Partial least squares: the directions of a table that go along with results, gaps allowed."""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.latent_model import (
    LatentModel,
    explained_shares,
    positive_signs,
)
from assets.statistics.multivariate.nipals import GappedTable, partial_component


@dataclass(frozen=True)
class PartialLeastSquares:
    """A table and results in the same directions.

    Attributes:
        model: The table in these directions.
        weights: (columns, components), each of length one, of the table as left by those before.
        result_loadings: (results, components), slope of each result on each score.
        result_explained: Per component, share of the results' sum of squares.
    """

    model: LatentModel
    weights: FloatArray
    result_loadings: FloatArray
    result_explained: FloatArray

    def predicted(self, rows: FloatArray) -> FloatArray:
        """Return the results that go with rows; gaps as in ``LatentModel.projected``.

        Args:
            rows: (rows, columns), scaled as the table was, NaN where missing.
        """
        return np.asarray(self.model.projected(rows) @ self.result_loadings.T)

    def importance(self) -> FloatArray:
        """Return the variable importance in projection (VIP); its mean square is 1.

        Source: Wold, Johansson & Cocchi (1993); Chong & Jun (2005), equation 3.

        Examples:
            One direction, two columns, of which the first alone goes along with the result:

            >>> table = np.array([[-1.0, 1.0], [0.0, -2.0], [1.0, 1.0]])
            >>> fit = partial_least_squares(table, np.array([[-2.0], [0.0], [2.0]]), 1)
            >>> fit.importance().round(3).tolist()
            [1.414, 0.0]
        """
        share = self.result_explained / max(float(self.result_explained.sum()), 1e-300)
        return np.asarray(np.sqrt(len(self.weights) * (self.weights**2 @ share)))


def partial_least_squares(
    table: FloatArray, results: FloatArray, components: int
) -> PartialLeastSquares:
    """Fit partial least squares.

    Args:
        table: (rows, columns), centred, scaled as wanted, NaN where missing.
        results: (rows, results), likewise.
        components: How many.

    Returns:
        The fit, each loading's largest element positive. Complete tables go to scikit-learn, others
        to NIPALS.

    Source: Wold, Sjostrom & Eriksson (2001).

    Examples:
        >>> table = np.array([[-1.0, 1.0], [0.0, -2.0], [1.0, 1.0]])
        >>> found = partial_least_squares(table, np.array([[-2.0], [0.0], [2.0]]), 1)
        >>> found.predicted(np.array([[2.0, 0.0], [2.0, np.nan]])).round(6).tolist()
        [[4.0], [4.0]]
    """
    is_complete = bool(np.isfinite(table).all() and np.isfinite(results).all())
    parts = (_by_scikit_learn if is_complete else _by_nipals)(table, results, components)
    signs = positive_signs(parts[1])
    scores, loadings, weights, slopes = (part * signs for part in parts)
    rotation = weights @ np.linalg.pinv(loadings.T @ weights)
    model = LatentModel.of(table, scores, loadings, rotation)
    return PartialLeastSquares(model, weights, slopes, explained_shares(results, scores, slopes))


def _by_scikit_learn(
    table: FloatArray, results: FloatArray, components: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Scores, loadings, weights and slopes of the results."""
    from sklearn.cross_decomposition import PLSRegression

    fit = PLSRegression(components, scale=False, tol=1e-15, max_iter=2000).fit(table, results)
    return fit.x_scores_, fit.x_loadings_, fit.x_weights_, fit.y_loadings_


def _by_nipals(
    table: FloatArray, results: FloatArray, components: int
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    remaining, target, found = GappedTable.of(table), GappedTable.of(results), []
    for _ in range(components):
        one = partial_component(remaining, target)
        remaining = remaining.without(one.score, one.loading)
        target = target.without(one.score, one.target_loading)
        found.append(one)
    return (
        np.column_stack([one.score for one in found]),
        np.column_stack([one.loading for one in found]),
        np.column_stack([one.weight for one in found]),
        np.column_stack([one.target_loading for one in found]),
    )
