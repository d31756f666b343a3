"""Values relative to the recent past, and values relative to their own product.

Both take away what a model could match without knowing anything about the process: a drift that
features and results share, and the level of each product. Neither looks ahead.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

PAST_BATCHES = 40


def past_mean(values: FloatArray, window: int = PAST_BATCHES, fewest: int = 5) -> FloatArray:
    """Mean of the previous batches, per column, the batch itself left out.

    Args:
        values: (batches, columns) in production order; NaN is skipped.
        window: Number of previous batches looked at.
        fewest: With fewer values than this in the window, the result is NaN.

    Returns:
        (batches, columns).
    """
    defined = np.isfinite(values)
    sums = _window_sum(np.where(defined, values, 0.0), window)
    counts = _window_sum(defined.astype(float), window)
    out = np.full(values.shape, np.nan)
    return np.asarray(np.divide(sums, counts, out=out, where=counts >= fewest))


def _window_sum(values: FloatArray, window: int) -> FloatArray:
    total = np.vstack([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    last = np.arange(values.shape[0])
    return np.asarray(total[last] - total[np.maximum(last - window, 0)])


def relative_to_past(values: FloatArray, window: int = PAST_BATCHES) -> FloatArray:
    """Subtract from each value the mean of the previous batches; NaN where there is no past."""
    # Centring first keeps the running sums small, so that cumsum loses no digits.
    centred = values - np.nan_to_num(_column_mean(values))
    return np.asarray(centred - past_mean(centred, window))


def _column_mean(values: FloatArray) -> FloatArray:
    defined = np.isfinite(values)
    counts = defined.sum(axis=0)
    sums = np.where(defined, values, 0.0).sum(axis=0)
    out = np.full(counts.shape, np.nan)
    return np.asarray(np.divide(sums, counts, out=out, where=counts > 0))


def group_means(
    values: FloatArray, group: IntArray, train: IntArray, prior_batches: float = 5.0
) -> FloatArray:
    """Each batch's group mean as training batches tell it, shrunken towards the overall mean.

    Args:
        values: (batches, columns); NaN is skipped.
        group: Per batch, the code of its group (product and strength), from 0.
        train: Positions the means are taken from.
        prior_batches: Weight of the overall mean, in batches: a product seen once is mostly
            overall, a product never seen is entirely.

    Returns:
        (batches, columns); NaN where a column has no training value at all.

    Source: James & Stein (1961) shrinkage with a fixed prior weight.
    """
    overall = _column_mean(values[train])
    deviation = values[train] - overall
    defined = np.isfinite(deviation)
    sums = np.zeros((int(group.max(initial=0)) + 1, values.shape[1]))
    counts = np.zeros_like(sums)
    np.add.at(sums, group[train], np.where(defined, deviation, 0.0))
    np.add.at(counts, group[train], defined.astype(float))
    return np.asarray(overall + (sums / (counts + prior_batches))[group])
