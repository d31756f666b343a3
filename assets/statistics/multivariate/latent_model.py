"""A table in few directions, and what a row looks like in them: scores, T2, SPE, contributions.

What principal components and partial least squares have in common. A row with gaps is given the
scores that its known cells make most likely (trimmed score regression).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray


@dataclass(frozen=True)
class LatentModel:
    """Directions fitted on a scaled table.

    Attributes:
        scores: (rows, components) of the rows it was fitted on.
        loadings: (columns, components); ``scores @ loadings.T`` is what the model holds of a table.
        rotation: (columns, components); a complete row times it gives its scores.
        variance: Per component, of the scores, with n - 1.
        residuals: (rows, columns), what the model leaves of the table; 0 in a gap.
        explained: Per component, share of the table's sum of squares, in order.
    """

    scores: FloatArray
    loadings: FloatArray
    rotation: FloatArray
    variance: FloatArray
    residuals: FloatArray
    explained: FloatArray

    @classmethod
    def of(
        cls, table: FloatArray, scores: FloatArray, loadings: FloatArray, rotation: FloatArray
    ) -> "LatentModel":
        """Put a model together from the directions found in a table.

        Examples:
            One direction of two columns that go together; a row that has only one of them:

            >>> table = np.array([[3.0, 4.0], [-3.0, -4.0]])
            >>> along = np.array([[0.6], [0.8]])
            >>> model = LatentModel.of(table, table @ along, along, along)
            >>> model.projected(np.array([[3.0, 4.0], [3.0, np.nan]])).round(6).tolist()
            [[5.0], [5.0]]
            >>> model.explained.round(6).tolist()
            [1.0]
        """
        variance = (scores**2).sum(axis=0) / max(len(table) - 1, 1)
        return cls(
            scores,
            loadings,
            rotation,
            np.maximum(variance, 1e-12),
            np.nan_to_num(table - scores @ loadings.T),
            explained_shares(table, scores, loadings),
        )

    @property
    def components(self) -> int:
        """How many directions there are."""
        return int(self.loadings.shape[1])

    def projected(self, rows: FloatArray) -> FloatArray:
        """Return the scores of new rows.

        Args:
            rows: (rows, columns), scaled as the table was, NaN where missing.

        Returns:
            (rows, components). A complete row is rotated; one with gaps gets the regression of the
            scores on what its known cells alone would give; one without any known cell gets 0.

        Source: Arteaga & Ferrer (2002), trimmed score regression.
        """
        known = np.isfinite(rows)
        filled = np.where(known, rows, 0.0)
        found = filled @ self.rotation
        gapped = np.flatnonzero(~known.all(axis=1))
        if gapped.size:
            patterns, which = np.unique(known[gapped], axis=0, return_inverse=True)
            for place, pattern in enumerate(patterns):
                own = gapped[which.ravel() == place]
                found[own] = found[own] @ self._regression(pattern).T
        return found

    def _regression(self, pattern: BoolArray) -> FloatArray:
        """Scores on trimmed scores, for rows of which these columns are known."""
        rotation, loadings = self.rotation[pattern], self.loadings[pattern]
        across = loadings.T @ rotation
        left = self.residuals[:, pattern] @ rotation
        spread = self.variance[:, None] * across
        inner = across.T @ spread + left.T @ left / max(len(self.residuals) - 1, 1)
        return np.asarray(spread @ np.linalg.pinv(inner, rcond=1e-12, hermitian=True))

    def t2(self, scores: FloatArray) -> FloatArray:
        """Return Hotelling's T2 of rows from their scores.

        Source: Jackson & Mudholkar (1979).
        """
        return np.asarray((scores**2 / self.variance).sum(axis=1))

    def left_over(self, rows: FloatArray, scores: FloatArray) -> FloatArray:
        """Return what the model leaves of rows; NaN where a cell is missing."""
        return np.asarray(rows - scores @ self.loadings.T)

    def spe(self, rows: FloatArray, scores: FloatArray) -> FloatArray:
        """Return the squared prediction error of rows over the cells they have."""
        return np.asarray(np.nansum(self.left_over(rows, scores) ** 2, axis=1))

    def t2_parts(self, rows: FloatArray, scores: FloatArray) -> FloatArray:
        """Return what each cell adds to T2; may be negative, and adds up to T2 of complete rows.

        Source: Westerhuis, Gurden & Smilde (2000), complete decomposition contributions.
        """
        return np.asarray(np.nan_to_num(rows) * ((scores / self.variance) @ self.rotation.T))

    def spe_parts(self, rows: FloatArray, scores: FloatArray) -> FloatArray:
        """Return what each cell adds to SPE, under the sign of what is left of it; 0 in a gap."""
        left = np.nan_to_num(self.left_over(rows, scores))
        return np.asarray(np.sign(left) * left**2)


def positive_signs(loadings: FloatArray) -> FloatArray:
    """Return signs under which the largest element of each column is positive.

    Examples:
        >>> positive_signs(np.array([[0.1, 0.6], [-0.9, 0.8]])).tolist()
        [-1.0, 1.0]
    """
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(loadings.shape[1])]
    return np.where(largest < 0, -1.0, 1.0)


def explained_shares(table: FloatArray, scores: FloatArray, loadings: FloatArray) -> FloatArray:
    """Return which share of a table's sum of squares each component takes, in their order.

    Args:
        table: (rows, columns), NaN where missing.
        scores: (rows, components), orthogonal where the table is complete.
        loadings: (columns, components).

    Examples:
        >>> table = np.array([[3.0, 0.0], [0.0, 1.0]])
        >>> explained_shares(table, table, np.eye(2)).tolist()
        [0.9, 0.1]
    """
    total = max(float(np.nansum(table**2)), 1e-300)
    if np.isfinite(table).all():
        return np.asarray((scores**2).sum(axis=0) * (loadings**2).sum(axis=0) / total)
    left, shares = table, []
    for score, loading in zip(scores.T, loadings.T, strict=True):
        before, left = left, left - np.outer(score, loading)
        shares.append(float(np.nansum(before**2) - np.nansum(left**2)) / total)
    return np.array(shares)
