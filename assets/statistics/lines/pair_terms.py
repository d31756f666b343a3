"""Products of two columns, and squares: what a line through each column alone cannot say.

Two settings that are worse together and a setting that is worse at both ends leave nothing for a
linear model. Pairs are looked for in what such a model leaves over, and only those beyond what the
best of all pairs would be by chance are kept.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.cross_products import weighted_products

MOST_PAIRS = 5
# Family-wise level of a run's search for pairs in one training window.
ADMITTED_BELOW = 0.05


@dataclass(frozen=True)
class PairTerms:
    """A sum of products of columns.

    Attributes:
        first: (pairs,) positions of one column, ``second`` of the other; equal for a square.
        second: Likewise.
        centre: (pairs,) training mean of the products.
        coefficients: (pairs,) of the centred products.

    Examples:
        >>> bend = PairTerms(np.array([0]), np.array([0]), np.array([1.0]), np.array([-2.0]))
        >>> bend.predict(np.array([[0.0], [2.0]])).tolist()
        [2.0, -6.0]
    """

    first: IntArray
    second: IntArray
    centre: FloatArray
    coefficients: FloatArray

    @classmethod
    def none(cls) -> "PairTerms":
        """No pair: predicts 0."""
        no_column: IntArray = np.empty(0, dtype=np.int64)
        return cls(no_column, no_column, np.empty(0), np.empty(0))

    def products(self, design: FloatArray) -> FloatArray:
        """(rows, pairs) centred products."""
        return np.asarray(design[:, self.first] * design[:, self.second] - self.centre)

    def predict(self, design: FloatArray) -> FloatArray:
        """What the pairs add, per row."""
        return np.asarray(self.products(design) @ self.coefficients)

    def contributions(self, design: FloatArray) -> FloatArray:
        """What each column adds to each row: half of every product it is in (Shapley 1953)."""
        halves = self.products(design) * self.coefficients / 2
        parts = np.zeros(design.shape)
        for pair in range(self.first.size):
            parts[:, self.first[pair]] += halves[:, pair]
            parts[:, self.second[pair]] += halves[:, pair]
        return parts

    def fitted(
        self, design: FloatArray, target: FloatArray, weights: FloatArray | None = None
    ) -> "PairTerms":
        """The same pairs with coefficients of least squares.

        Args:
            design: (rows, columns), no NaN.
            target: Per row, what other terms leave over.
            weights: Per row, how often it counts; None for once each.
        """
        if not self.first.size:
            return self
        counts = np.ones(target.size) if weights is None else weights
        products = design[:, self.first] * design[:, self.second]
        centre = np.asarray(counts @ products / counts.sum(), dtype=float)
        gram, moments = weighted_products(products, target, counts)
        gram[np.diag_indices_from(gram)] *= 1 + 1e-9
        coefficients = np.asarray(np.linalg.lstsq(gram, moments, rcond=None)[0], dtype=float)
        return PairTerms(self.first, self.second, centre, coefficients)


def found_pairs(design: FloatArray, residual: FloatArray) -> PairTerms:
    """Look for products of columns in what a linear model leaves over.

    Args:
        design: (rows, columns) of comparable scale, no NaN.
        residual: Per row, target less a prediction that did not see it.

    Returns:
        The pairs beyond chance (Bonferroni over all products), at most 5, one after another, each
        fitted by least squares beside those before it.

    Source: forward selection on score statistics (Rao 1948).

    Examples:
        >>> design = np.random.default_rng(1).normal(size=(400, 6))
        >>> found = found_pairs(design, design[:, 2] * design[:, 4])
        >>> found.first.tolist(), found.second.tolist(), found.coefficients.round(2).tolist()
        ([2], [4], [1.0])
    """
    from scipy.stats import norm

    columns, terms, left = design.shape[1], PairTerms.none(), residual
    if not columns or residual.size < 2:
        return terms
    limit = float(norm.isf(ADMITTED_BELOW / (columns * (columns + 1))))
    spread = _product_spread(design)
    # Where nothing but rounding is left over, pairs would be found in that.
    while terms.first.size < MOST_PAIRS and left.std() > 1e-6 * residual.std():
        scores = np.triu(np.abs(_scores(design, left, spread)))
        best = int(np.argmax(scores))
        if scores.flat[best] < limit:
            break
        place = np.array([best // columns]), np.array([best % columns])
        first = np.concatenate([terms.first, place[0]])
        second = np.concatenate([terms.second, place[1]])
        empty = np.zeros(first.size)
        terms = PairTerms(first, second, empty, empty).fitted(design, residual)
        left = residual - terms.predict(design)
    return terms


def _product_spread(design: FloatArray) -> FloatArray:
    """(columns, columns) standard deviation of every product, times the root of the rows."""
    rows = design.shape[0]
    squares = design**2
    variance = squares.T @ squares / rows - (design.T @ design / rows) ** 2
    return np.asarray(np.sqrt(np.maximum(variance, 0.0) * rows))


def _scores(design: FloatArray, left: FloatArray, spread: FloatArray) -> FloatArray:
    """(columns, columns) how clearly each product goes with a residual, in standard deviations."""
    centred = left - left.mean()
    moments = (design * centred[:, None]).T @ design
    scale = spread * max(float(centred.std()), 1e-12)
    return np.asarray(np.divide(moments, scale, out=np.zeros_like(moments), where=spread > 1e-9))
