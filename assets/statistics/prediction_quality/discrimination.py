"""How well a score ranks failures above good batches: the area under the ROC curve, weighted.

Weights make one implementation serve the plain figure and every resample of it. Scores of several
models (one per fold) are compared within each model's own batches: between folds of different base
rate even a constant score would rank, and often backwards.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

AnyWeights = NDArray[np.number[Any]]
WEIGHTS_HELD = 4_000_000


def weighted_auc(
    score: FloatArray,
    is_failure: BoolArray,
    weights: AnyWeights,
    fold: IntArray | None = None,
) -> FloatArray:
    """Area under the ROC curve under each row of weights.

    Args:
        score: Per batch, higher for more likely failures.
        is_failure: Per batch.
        weights: (resamples, batches), how often each batch counts.
        fold: Per batch, the fold whose model scored it: only pairs of one fold are compared, and
            all pairs count alike. None where one model scored all.

    Returns:
        Per resample, 0 to 1; NaN where no pair has weight. Ties count one half.

    Source: the stratified Mann-Whitney statistic (van Elteren 1960).

    Examples:
        >>> score, failed = np.array([1.0, 2.0, 3.0]), np.array([False, True, False])
        >>> weighted_auc(score, failed, np.array([[1.0, 1.0, 1.0], [3.0, 1.0, 1.0]])).tolist()
        [0.5, 0.75]
        >>> score, failed = np.array([0.1, 0.1, 0.2, 0.2]), np.array([True, False, False, False])
        >>> constants, fold = np.ones((1, 4)), np.array([1, 1, 2, 2])  # a base rate per fold
        >>> weighted_auc(score, failed, constants, fold).tolist()
        [0.5]
    """
    won, pairs = np.zeros(weights.shape[0]), np.zeros(weights.shape[0])
    folds = np.zeros(score.size, dtype=np.int64) if fold is None else fold
    for each in np.unique(folds):
        own = np.flatnonzero(folds == each)
        step = max(WEIGHTS_HELD // max(own.size, 1), 1)
        for first in range(0, weights.shape[0], step):
            rows = slice(first, first + step)
            own_won, own_pairs = _pairs_won(score[own], is_failure[own], weights[rows, own])
            won[rows] += own_won
            pairs[rows] += own_pairs
    return np.asarray(np.divide(won, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0))


def _pairs_won(
    score: FloatArray, is_failure: BoolArray, weights: AnyWeights
) -> tuple[FloatArray, FloatArray]:
    """Per resample, the pairs of a failure and a good batch ranked rightly, and all pairs."""
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    failed = np.asarray(weights[:, order] * is_failure[order], dtype=float)
    good = np.asarray(weights[:, order] * ~is_failure[order], dtype=float)
    tie_start = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    failed = np.add.reduceat(failed, tie_start, axis=1)
    good = np.add.reduceat(good, tie_start, axis=1)
    below = np.cumsum(good, axis=1) - good / 2
    return (failed * below).sum(axis=1), failed.sum(axis=1) * good.sum(axis=1)


def auc(score: FloatArray, is_failure: BoolArray, fold: IntArray | None = None) -> float:
    """Area under the ROC curve; NaN where a class is missing. Ties count one half.

    Args:
        score: Per batch, higher for more likely failures.
        is_failure: Per batch.
        fold: As in :func:`weighted_auc`.

    Examples:
        >>> failed = np.array([False, False, True, True])
        >>> auc(np.array([1.0, 2.0, 2.0, 3.0]), failed)  # 3.5 of 4 pairs
        0.875
    """
    if not score.size:
        return float("nan")
    return float(weighted_auc(score, is_failure, np.ones((1, score.size)), fold)[0])


def column_aucs(values: FloatArray, is_failure: BoolArray) -> FloatArray:
    """Area under the ROC curve of each column as a score by itself.

    Args:
        values: (batches, features), no NaN.
        is_failure: Per batch.

    Returns:
        Per feature, 0 to 1, from mid-ranks (Mann & Whitney 1947); NaN where a class is missing.

    Examples:
        >>> values = np.array([[1.0, 4.0], [2.0, 3.0], [3.0, 2.0], [4.0, 1.0]])
        >>> column_aucs(values, np.array([False, False, True, True])).tolist()
        [1.0, 0.0]
    """
    from scipy.stats import rankdata

    failures = int(is_failure.sum())
    good = is_failure.size - failures
    if not failures or not good or not values.shape[1]:
        return np.full(values.shape[1], np.nan)
    ranks = rankdata(values, axis=0)
    won = ranks[is_failure].sum(axis=0) - failures * (failures + 1) / 2
    return np.asarray(won / (failures * good), dtype=float)


def rank_scores(values: FloatArray, is_failure: BoolArray) -> FloatArray:
    """How clearly each column tells failures apart, in standard deviations of chance.

    Args:
        values: (batches, features), no NaN.
        is_failure: Per batch.

    Returns:
        Per feature, above 0 where failures rank high; NaN where a class is missing.

    Source: normal approximation of Mann & Whitney (1947), ties ignored.

    Examples:
        >>> values = np.arange(10.0)[:, None]
        >>> rank_scores(values, np.arange(10) >= 8).round(2).tolist()  # the two largest failed
        [2.09]
    """
    failures = int(is_failure.sum())
    good = is_failure.size - failures
    if not failures or not good:
        return np.full(values.shape[1], np.nan)
    spread = np.sqrt((failures + good + 1) / (12 * failures * good))
    return np.asarray((column_aucs(values, is_failure) - 0.5) / spread)
