"""NIPALS: components one after the other, by regressions that pass over what is missing.

Each number of a component is a least-squares slope through the origin over the cells that are
there. With no gap it is the power method, and ends in the singular value decomposition.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray

TOLERANCE = float(np.sqrt(np.finfo(float).eps))
MOST_ITERATIONS = 500


@dataclass(frozen=True)
class GappedTable:
    """A table whose gaps are zeros that carry no weight.

    Attributes:
        values: (rows, columns), 0 where missing.
        known: (rows, columns), whether the cell is there.
    """

    values: FloatArray
    known: BoolArray

    @classmethod
    def of(cls, rows: FloatArray) -> "GappedTable":
        """Take a table with NaN where missing.

        Examples:
            >>> table = GappedTable.of(np.array([[1.0, 2.0], [2.0, np.nan]]))
            >>> table.on_columns(np.array([1.0, 2.0])).tolist()
            [1.0, 2.0]
        """
        known = np.isfinite(rows)
        return cls(np.where(known, rows, 0.0), known)

    @property
    def widest(self) -> FloatArray:
        """The column with the greatest sum of squares."""
        return self.values[:, int(np.argmax((self.values**2).sum(axis=0)))]

    def on_columns(self, score: FloatArray) -> FloatArray:
        """Slope of every column on a score, over the rows that have the column."""
        return _slopes(self.values.T @ score, self.known.T @ score**2, score)

    def on_rows(self, loading: FloatArray) -> FloatArray:
        """Slope of every row on a loading, over the columns that the row has."""
        return _slopes(self.values @ loading, self.known @ loading**2, loading)

    def without(self, score: FloatArray, loading: FloatArray) -> "GappedTable":
        """Take one component out; gaps stay gaps."""
        return GappedTable(
            np.where(self.known, self.values - np.outer(score, loading), 0.0), self.known
        )


@dataclass(frozen=True)
class Component:
    """One component of two tables; of one table, if it explains itself.

    Attributes:
        score: Per row.
        weight: Per column of the first table, of length one; makes the score of complete rows.
        loading: Per column of the first table, its slope on the score.
        target_loading: Per column of the second table, its slope on the score.
        iterations: How many it took; ``MOST_ITERATIONS`` if it did not settle.
    """

    score: FloatArray
    weight: FloatArray
    loading: FloatArray
    target_loading: FloatArray
    iterations: int


def _slopes(product: FloatArray, square: FloatArray, along: FloatArray) -> FloatArray:
    """Slopes; 0 where next to nothing of the regressor is seen."""
    enough = square > TOLERANCE * float(along @ along)
    return np.divide(product, square, out=np.zeros_like(product), where=enough)


def _unit(vector: FloatArray) -> FloatArray:
    length = float(np.linalg.norm(vector))
    return vector / length if length > 0 else vector


def _settled(before: FloatArray, now: FloatArray) -> bool:
    return float(np.linalg.norm(before - now)) < TOLERANCE * max(float(np.linalg.norm(now)), 1e-300)


def principal_component(table: GappedTable) -> Component:
    """Find the direction in which a table varies most.

    Args:
        table: Centred.

    Source: Wold (1966); Nelson, Taylor & MacGregor (1996), section 2, on missing cells.

    Examples:
        >>> found = principal_component(GappedTable.of(np.array([[3.0, 4.0], [-3.0, -4.0]])))
        >>> found.loading.round(6).tolist(), found.score.round(6).tolist()
        ([0.6, 0.8], [5.0, -5.0])
    """
    score = table.widest + 1.0
    loading = np.zeros(table.values.shape[1])
    iterations = 0
    while iterations < MOST_ITERATIONS:
        before = score
        loading = _unit(table.on_columns(score))
        score = table.on_rows(loading)
        iterations += 1
        if _settled(before, score):
            break
    return Component(score, loading, loading, loading, iterations)


def partial_component(table: GappedTable, target: GappedTable) -> Component:
    """Find the direction of a table that goes along with another one most.

    Args:
        table: Centred.
        target: Centred, of the same rows.

    Source: Wold, Sjostrom & Eriksson (2001), section 3; mode A, target scores not normed.

    Examples:
        >>> table = GappedTable.of(np.array([[-1.0, 1.0], [0.0, -2.0], [1.0, 1.0]]))
        >>> found = partial_component(table, GappedTable.of(np.array([[-2.0], [0.0], [2.0]])))
        >>> found.weight.round(6).tolist(), found.target_loading.round(6).tolist()
        ([1.0, 0.0], [2.0])
    """
    target_score = target.widest + 1.0
    score = weight = target_loading = np.zeros(0)
    iterations = 0
    while iterations < MOST_ITERATIONS:
        before = target_score
        weight = _unit(table.on_columns(target_score))
        score = table.on_rows(weight)
        target_loading = target.on_columns(score)
        target_score = target.on_rows(target_loading)
        iterations += 1
        if _settled(before, target_score):
            break
    return Component(score, weight, table.on_columns(score), target_loading, iterations)
