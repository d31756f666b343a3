"""How well a score ranks failures above good batches: the area under the ROC curve, weighted.

Weights make one implementation serve the plain figure and every resample of it.
"""

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray


def weighted_auc(score: FloatArray, is_failure: BoolArray, weights: FloatArray) -> FloatArray:
    """Area under the ROC curve under each row of weights.

    Args:
        score: Per batch, higher for more likely failures.
        is_failure: Per batch.
        weights: (resamples, batches), how often each batch counts.

    Returns:
        Per resample, 0 to 1; NaN where a class has no weight. Ties count one half.

    Examples:
        >>> score, failed = np.array([1.0, 2.0, 3.0]), np.array([False, True, False])
        >>> weighted_auc(score, failed, np.array([[1.0, 1.0, 1.0], [3.0, 1.0, 1.0]])).tolist()
        [0.5, 0.75]
    """
    order = np.argsort(score, kind="stable")
    ordered = score[order]
    failed = np.asarray(weights[:, order] * is_failure[order], dtype=float)
    good = np.asarray(weights[:, order] * ~is_failure[order], dtype=float)
    tie_start = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    failed = np.add.reduceat(failed, tie_start, axis=1)
    good = np.add.reduceat(good, tie_start, axis=1)
    below = np.cumsum(good, axis=1) - good / 2
    pairs = failed.sum(axis=1) * good.sum(axis=1)
    won = (failed * below).sum(axis=1)
    return np.asarray(np.divide(won, pairs, out=np.full(pairs.shape, np.nan), where=pairs > 0))


def auc(score: FloatArray, is_failure: BoolArray) -> float:
    """Area under the ROC curve; NaN where a class is missing. Ties count one half.

    Examples:
        >>> failed = np.array([False, False, True, True])
        >>> auc(np.array([1.0, 2.0, 2.0, 3.0]), failed)  # 3.5 of 4 pairs
        0.875
    """
    if not score.size:
        return float("nan")
    return float(weighted_auc(score, is_failure, np.ones((1, score.size)))[0])


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
