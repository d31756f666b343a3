"""A line through the few columns that matter: chosen by the lasso, fitted again without its bias.

Where hundreds of features are recorded and a handful matter, a fit on all of them spreads its
weight over the idle ones. The lasso chooses, but shrinks what it chooses; ridge on the chosen
columns alone gives them back their size. How many are chosen is decided on blocks of time left out.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.cross_products import weighted_products, without_block
from assets.statistics.lines.lasso_kernel import lasso_path
from assets.statistics.lines.line_fit import LineFit
from assets.statistics.resampling.folds import time_blocks

MOST_COLUMNS = 30
# Shares of the largest penalty, which lets no column in.
PENALTY_SHARES = np.logspace(0.0, np.log10(0.05), 25)
# Chosen columns are held back as by ten rows that say nothing.
SHRINKAGE = 10.0
# The sparsest choice is taken that is not worse than the best by more than half an error.
TOLERATED_ERRORS = 0.5


@dataclass(frozen=True)
class SparseFit(LineFit):
    """A line through chosen columns.

    Attributes:
        chosen: Positions of the columns with a coefficient, increasing.
        threshold: The penalty that chose them, per row.
    """

    chosen: IntArray
    threshold: float


@dataclass(frozen=True)
class _Block:
    """A block of time left out: its rows, and the cross products of the design without it."""

    rows: IntArray
    kept: int
    centre: FloatArray
    gram: FloatArray


class SparseBasis:
    """One design, ready to fit any number of targets.

    Args:
        design: (rows in time order, columns) of comparable scale, no NaN, at least 10 rows.

    Source: relaxed lasso (Meinshausen 2007; Hastie, Tibshirani & Tibshirani 2020), blocked
    cross-validation after Bergmeir & Benitez (2012).

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> design = rng.normal(size=(300, 80))
        >>> fit = SparseBasis(design).fit(design[:, [3, 40]] @ [2.0, -1.0] + rng.normal(size=300))
        >>> fit.chosen.tolist(), fit.coefficients[[3, 40]].round(1).tolist()
        ([3, 40], [1.9, -0.9])
    """

    def __init__(self, design: FloatArray) -> None:
        self._centre = design.mean(axis=0)
        self._centred = design - self._centre
        self._gram = self._centred.T @ self._centred
        self._blocks = [self._without(rows) for rows in time_blocks(design.shape[0])]

    def _without(self, rows: IntArray) -> _Block:
        centre, gram = without_block(self._centred, self._gram, rows)
        return _Block(rows, self._centred.shape[0] - rows.size, centre, gram)

    def fit(self, target: FloatArray) -> SparseFit:
        """Fit one target.

        Args:
            target: Per row, no NaN.

        Returns:
            The fit; no column is chosen where none predicts left-out blocks better than the mean.
        """
        mean = float(target.mean())
        centred = target - mean
        moments, total = self._centred.T @ centred, float(centred @ centred)
        largest = float(np.abs(moments).max(initial=0.0))
        penalties = largest * PENALTY_SHARES
        choices = _choices(self._gram, moments, total, penalties)
        left = self._left_out(centred, moments, total, penalties, len(choices))
        place = _sparsest(left)
        chosen = choices[place]
        return SparseFit(
            _refitted(self._gram, moments, chosen),
            mean,
            self._centre,
            left[:, place],
            chosen,
            float(penalties[place]) / target.size,
        )

    def _left_out(
        self,
        centred: FloatArray,
        moments: FloatArray,
        total: float,
        penalties: FloatArray,
        most: int,
    ) -> FloatArray:
        """(rows, penalties) target less the prediction without the row's block, chosen without it.

        As many penalties as every block's path reaches, at most ``most``.
        """
        left = np.empty((centred.size, most))
        for block in self._blocks:
            inside = centred[block.rows]
            mean = -float(inside.sum()) / block.kept
            own = moments - self._centred[block.rows].T @ inside - block.kept * mean * block.centre
            scaled = penalties[:most] * block.kept / centred.size
            design = self._centred[block.rows] - block.centre
            choices = _choices(block.gram, own, total, scaled)
            most = min(most, len(choices))
            last, predicted = choices[0][:0] - 1, np.zeros(inside.size)
            for step, chosen in enumerate(choices):
                if not np.array_equal(chosen, last):
                    predicted = design @ _refitted(block.gram, own, chosen)
                    last = chosen
                left[block.rows, step] = inside - mean - predicted
        return left[:, :most]


def weighted_sparse(
    design: FloatArray, target: FloatArray, weights: FloatArray, threshold: float
) -> FloatArray:
    """Coefficients on resampled rows, chosen anew at a penalty decided before.

    Args:
        design: (rows, columns), no NaN.
        target: Per row, no NaN.
        weights: Per row, how often it counts.
        threshold: As in :class:`SparseFit`.

    Returns:
        Per column; 0 where it is not chosen.

    Examples:
        >>> design, target = np.array([[-1.0], [0.0], [1.0]]), np.array([-2.0, 0.0, 2.0])
        >>> weighted_sparse(design, target, np.full(3, 5.0), 0.1).round(2).tolist()  # 20 / (10+10)
        [1.0]
        >>> weighted_sparse(design, target, np.full(3, 5.0), 1.5).tolist()
        [0.0]
    """
    gram, moments = weighted_products(design, target, weights)
    total = float(weights.sum())
    squares = float(weights @ (target - weights @ target / total) ** 2)
    choices = _choices(gram, moments, squares, np.array([threshold * total]))
    return _refitted(gram, moments, choices[-1])


def _choices(
    gram: FloatArray, moments: FloatArray, total: float, penalties: FloatArray
) -> list[IntArray]:
    path = lasso_path(gram, moments, total, penalties, MOST_COLUMNS)
    return [np.flatnonzero(coefficients) for coefficients in path]


def _refitted(gram: FloatArray, moments: FloatArray, chosen: IntArray) -> FloatArray:
    """Ridge on the chosen columns alone; 0 for the others."""
    coefficients = np.zeros(moments.size)
    if chosen.size:
        own = gram[np.ix_(chosen, chosen)]
        own[np.diag_indices_from(own)] += SHRINKAGE
        coefficients[chosen] = np.linalg.solve(own, moments[chosen])
    return coefficients


def _sparsest(left: FloatArray) -> int:
    """Place of the largest penalty whose left-out errors are not clearly worse than the best."""
    squares = np.array([(left[rows] ** 2).sum(axis=0) for rows in time_blocks(left.shape[0])])
    worse = squares - squares[:, [int(squares.sum(axis=0).argmin())]]
    error = worse.std(axis=0, ddof=1) * np.sqrt(worse.shape[0])
    tolerated = TOLERATED_ERRORS * error + 1e-12 * squares.sum(axis=0)
    return int(np.flatnonzero(worse.sum(axis=0) <= tolerated)[0])
