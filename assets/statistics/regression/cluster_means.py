"""Cluster means beside a column: the effect within lots, free of whatever a whole lot shares.

A random intercept takes the lot's own effect to be independent of the column. Where a lot moves
both the column and the result, only the comparison of batches within a lot is fair.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

# Less variation than this within clusters tells next to nothing of an effect within them.
SMALLEST_WITHIN_SHARE = 0.2


def cluster_means(table: FloatArray, cluster: IntArray) -> FloatArray:
    """Return each row's mean over its cluster, (rows, columns).

    Args:
        table: (rows, columns), no NaN.
        cluster: (rows,) cluster codes, zero or more.

    Source: Mundlak (1978), Econometrica 46, 69.

    Examples:
        >>> cluster_means(np.array([[1.0], [3.0], [5.0]]), np.array([0, 0, 1])).tolist()
        [[2.0], [2.0], [5.0]]
    """
    sizes = np.maximum(np.bincount(cluster), 1)
    sums = [np.bincount(cluster, weights=column) for column in table.T]
    means = np.column_stack(sums) / sizes[:, None] if sums else np.empty((sizes.size, 0))
    return np.asarray(means[cluster])


def summed_by_group(values: FloatArray, group: IntArray) -> FloatArray:
    """Return the sums of values over each group.

    Args:
        values: (rows,) or (rows, columns), no NaN.
        group: (rows,) codes from 0, each in use.

    Examples:
        >>> summed_by_group(np.array([1.0, 3.0, 5.0]), np.array([0, 1, 0])).tolist()
        [6.0, 3.0]
    """
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(int(group.max(initial=-1)) + 1))
    if not starts.size:
        return np.empty((0, *values.shape[1:]))
    return np.asarray(np.add.reduceat(values[order], starts, axis=0))


def within_share(value: FloatArray, cluster: IntArray) -> float:
    """Return the share of a column's variance that lies within clusters, 0 to 1.

    Args:
        value: (rows,).
        cluster: (rows,) cluster codes, zero or more.

    Examples:
        >>> within_share(np.array([0.0, 2.0, 0.0, 2.0]), np.array([0, 0, 1, 1]))
        1.0
        >>> within_share(np.array([0.0, 2.0]), np.array([0, 1]))  # each its own cluster
        0.0
    """
    total = float(value.var())
    if not total:
        return 0.0
    means = cluster_means(value[:, None], cluster)[:, 0]
    return float(((value - means) ** 2).mean()) / total


def has_within(value: FloatArray, cluster: IntArray) -> bool:
    """Tell whether a column varies enough within clusters for an effect within them.

    Examples:
        >>> has_within(np.array([0.0, 2.0, 0.0, 2.0]), np.array([0, 0, 1, 1]))
        True
    """
    return within_share(value, cluster) >= SMALLEST_WITHIN_SHARE
