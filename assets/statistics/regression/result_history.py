"""What past results foretell: of later results, and of settings that were moved in answer to them.

Results that wander (serial correlation, regimes) foretell one another, and operators move settings
after bad results. Both make a setting and a result go together although neither acts on the other.
What remains of both beside the results before is free of that: an innovation is not foretold by the
past, so nothing that the past decided goes with it.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.lines.ridge import RidgeBasis
from assets.statistics.regression.detrending import PAST_BATCHES, past_mean

SPANS = (1, 3, 10)


def history_columns(deviations: FloatArray, spans: tuple[int, ...] = SPANS) -> FloatArray:
    """The last result and its decaying means, beside the mean of the previous 40 batches.

    Args:
        deviations: (batches, series) results within product, in production order; NaN is skipped.
        spans: Of the means, in batches: weight 2 / (span + 1) on the latest.

    Returns:
        (batches, series x spans); nothing in a row depends on its own or on later results; 0 where
        there is no past.

    Examples:
        >>> columns = history_columns(np.r_[np.zeros(6), 2.0, 0.0][:, None], spans=(1, 3))
        >>> columns[6:].round(3).tolist()
        [[0.0, 0.0], [1.714, 0.714]]
    """
    recent = past_mean(deviations, PAST_BATCHES)
    columns = [each - recent for each in decaying_means(deviations, spans)]
    return np.nan_to_num(np.column_stack(columns)) if columns else np.empty((len(deviations), 0))


def decaying_means(values: FloatArray, spans: tuple[int, ...]) -> FloatArray:
    """Exponentially weighted means of the batches before each, per span and column; NaN without.

    Source: Roberts (1959).

    Examples:
        >>> decaying_means(np.array([[4.0], [0.0], [np.nan], [8.0]]), spans=(3,)).ravel().tolist()
        [nan, 4.0, 2.0, 2.0]
    """
    weight = 2 / (np.array(spans, dtype=float).reshape(-1, 1) + 1)
    found = np.full((len(spans), *values.shape), np.nan)
    state, is_known = found[:, 0].copy(), np.isfinite(values)
    for row in range(1, values.shape[0]):
        latest = values[row - 1]
        moved = np.where(np.isfinite(state), state + weight * (latest - state), latest)
        state = np.where(is_known[row - 1], moved, state)
        found[:, row] = state
    return found


class ResultHistory:
    """Past results as regressors, fitted on training batches and taken away from anything.

    Args:
        deviations: (batches, series) results within product, in production order.
        train: Positions fitted on.

    Source: prewhitening (Box & Jenkins 1970, ch. 11); both sides are taken beside the same columns
    (Frisch & Waugh 1933), so that a serially correlated cause keeps its slope.

    Examples:
        >>> steps = np.random.default_rng(1).normal(size=400)
        >>> result = np.cumsum(steps)[:, None]  # wanders: each batch begins where the last ended
        >>> history = ResultHistory(result, np.arange(300))
        >>> left = history.innovation(result[:, 0] - past_mean(result)[:, 0])
        >>> bool(np.corrcoef(left[300:], steps[300:])[0, 1] > 0.95)
        True
    """

    def __init__(self, deviations: FloatArray, train: IntArray) -> None:
        columns = history_columns(deviations)
        columns = columns - columns[train].mean(axis=0)
        spread = columns[train].std(axis=0)
        self._columns = columns[:, spread > 1e-9] / spread[spread > 1e-9]
        self._train = train
        self._basis = RidgeBasis(self._columns[train]) if self._columns.shape[1] else None

    def beside(self, values: FloatArray) -> FloatArray:
        """What past results do not foretell of columns that miss nothing, (batches, columns)."""
        if self._basis is None:
            return values
        slopes = self._basis.coefficients_of(values[self._train])
        return np.asarray(values - self._columns @ slopes)

    def innovation(self, result: FloatArray) -> FloatArray:
        """What past results do not foretell of one result; NaN where it is missing."""
        return np.asarray(result - self.foretold(result))

    def foretold(self, result: FloatArray, fewest: int = 30) -> FloatArray:
        """What past results foretell of one result beyond its mean, per batch; 0 without a past."""
        rows = self._train[np.isfinite(result[self._train])]
        if rows.size < fewest or self._basis is None:
            return np.zeros(result.size)
        basis = self._basis if rows.size == self._train.size else RidgeBasis(self._columns[rows])
        fit = basis.fit(result[rows])
        return np.asarray((self._columns - fit.centre) @ fit.coefficients)
