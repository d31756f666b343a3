"""Values relative to the recent past, and values relative to their own product.

Both take away what a model could match without knowing anything about the process: a drift that
features and results share, and the level of each product. Neither looks ahead.
"""

from dataclasses import dataclass

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

    Examples:
        >>> past_mean(np.array([[1.0], [3.0], [8.0]]), window=2, fewest=2).ravel().tolist()
        [nan, nan, 2.0]
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
    """Subtract from each value the mean of the previous batches; NaN where there is no past.

    Examples:
        >>> relative_to_past(np.arange(7.0)[:, None])[5:].ravel().tolist()  # 5 less mean(0..4)
        [3.0, 3.5]
    """
    # Centring first keeps the running sums small, so that cumsum loses no digits.
    centred = values - np.nan_to_num(_column_mean(values))
    return np.asarray(centred - past_mean(centred, window))


def relative_to_own_past(
    values: FloatArray, rows: IntArray, window: int = PAST_BATCHES, fewest: int = 5
) -> FloatArray:
    """:func:`relative_to_past` of some rows, each by its own window alone.

    Running sums carry rounding from row to row; here a row is the same to the last digit whatever
    else is asked with it.

    Args:
        values: (batches, columns) in production order; NaN is skipped.
        rows: Positions asked for.
        window: Number of previous batches looked at.
        fewest: With fewer values than this in the window, the result is NaN.

    Returns:
        (rows, columns).

    Examples:
        >>> relative_to_own_past(np.arange(7.0)[:, None], np.array([6])).ravel().tolist()
        [3.5]
    """
    return np.asarray(values[rows] - own_past_mean(values, rows, window, fewest))


def own_past_mean(
    values: FloatArray, rows: IntArray, window: int = PAST_BATCHES, fewest: int = 5
) -> FloatArray:
    """Mean of the batches before each of some rows, by its own window alone.

    Args:
        values: (batches, columns) in production order; NaN is skipped.
        rows: Positions asked for.
        window: Number of previous batches looked at.
        fewest: With fewer values than this in the window, the result is NaN.

    Returns:
        (rows, columns).

    Examples:
        >>> own_past_mean(np.arange(7.0)[:, None], np.array([6])).ravel().tolist()
        [2.5]
    """
    sums = np.zeros((rows.size, values.shape[1]))
    counts = np.zeros_like(sums)
    for lag in range(1, window + 1):
        past = values[np.maximum(rows - lag, 0)]
        is_there = np.isfinite(past) & (rows >= lag)[:, None]
        sums += np.where(is_there, past, 0.0)
        counts += is_there
    mean = np.full(sums.shape, np.nan)
    np.divide(sums, counts, out=mean, where=counts >= fewest)
    return mean


def _column_mean(values: FloatArray) -> FloatArray:
    defined = np.isfinite(values)
    counts = defined.sum(axis=0)
    sums = np.where(defined, values, 0.0).sum(axis=0)
    out = np.full(counts.shape, np.nan)
    return np.asarray(np.divide(sums, counts, out=out, where=counts > 0))


@dataclass(frozen=True)
class GroupMeans:
    """Shrunken means of groups, ready to be looked up.

    Attributes:
        overall: Per column, NaN where there was no training value at all.
        departure: (groups, columns) shrunken distance of each group's mean from ``overall``.

    Examples:
        >>> means = GroupMeans(np.array([10.0]), np.array([[2.0], [-2.0]]))
        >>> means.of(np.array([0, 1, -1])).ravel().tolist()
        [12.0, 8.0, 10.0]
    """

    overall: FloatArray
    departure: FloatArray

    def of(self, group: IntArray) -> FloatArray:
        """(rows, columns) mean of each row's group; a group never seen (-1) is overall."""
        known = np.vstack([self.departure, np.zeros((1, self.overall.size))])
        return np.asarray(self.overall + known[group])


def fit_group_means(
    values: FloatArray, group: IntArray, groups: int, prior_batches: float = 5.0
) -> GroupMeans:
    """Take the mean of each group, shrunken towards the overall mean.

    Args:
        values: (training batches, columns); NaN is skipped.
        group: Per training batch, the code of its group (product and strength), from 0.
        groups: Number of groups, those without a training batch included.
        prior_batches: Weight of the overall mean, in batches: a product seen once is mostly
            overall, a product never seen is entirely.

    Source: James & Stein (1961) shrinkage with a fixed prior weight.

    Examples:
        >>> values, group = np.array([[1.0], [1.0], [4.0]]), np.array([0, 0, 1])  # overall mean 2
        >>> found = fit_group_means(values, group, groups=2, prior_batches=1.0)
        >>> found.departure.ravel().round(4).tolist()
        [-0.6667, 1.0]
    """
    overall = _column_mean(values)
    deviation = values - overall
    defined = np.isfinite(deviation)
    sums = np.zeros((groups, values.shape[1]))
    counts = np.zeros_like(sums)
    np.add.at(sums, group, np.where(defined, deviation, 0.0))
    np.add.at(counts, group, defined.astype(float))
    weight = counts + prior_batches
    # A group without a value is the overall mean, also where no prior holds it there.
    return GroupMeans(overall, np.divide(sums, weight, out=sums, where=weight > 0.0))


def group_means(
    values: FloatArray, group: IntArray, train: IntArray, prior_batches: float = 5.0
) -> FloatArray:
    """Each batch's group mean as training batches tell it, shrunken towards the overall mean.

    Args:
        values: (batches, columns); NaN is skipped.
        group: Per batch, the code of its group (product and strength), from 0.
        train: Positions the means are taken from.
        prior_batches: As in :func:`fit_group_means`.

    Returns:
        (batches, columns); NaN where a column has no training value at all.

    Examples:
        >>> values, group = np.array([[1.0], [1.0], [4.0], [9.0]]), np.array([0, 0, 1, 1])
        >>> group_means(values, group, np.arange(3), prior_batches=0.0).ravel().tolist()
        [1.0, 1.0, 4.0, 4.0]
    """
    groups = int(group.max(initial=0)) + 1
    return fit_group_means(values[train], group[train], groups, prior_batches).of(group)
