"""Features that say the same thing, taken together.

A dozen statistics of one tag share whatever credit the tag deserves; ranked one by one they hide
it. Clusters are formed on features within product and relative to the past, so that a common drift
does not make two tags one.
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

CLOSEST = 0.7


def correlated_clusters(design: FloatArray, closest: float = CLOSEST) -> IntArray:
    """Group columns whose rank correlations are high, by average linkage.

    Args:
        design: (batches, columns).
        closest: Mean absolute Spearman correlation at which two clusters are one.

    Returns:
        Per column, the code of its cluster from 0, in order of first column.

    Source: Sokal & Michener (1958), average linkage on 1 - |rho|.
    """
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    columns = design.shape[1]
    if columns < 2:
        return np.zeros(columns, dtype=np.int64)
    distance = 1 - np.abs(rank_correlation(design))
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(np.clip((distance + distance.T) / 2, 0, 1), checks=False), "average")
    raw = fcluster(tree, 1 - closest, criterion="distance")
    _, first, inverse = np.unique(raw, return_index=True, return_inverse=True)
    place = np.empty(first.size, dtype=np.int64)
    place[np.argsort(first)] = np.arange(first.size)
    return place[inverse]


def levels_joined(cluster: IntArray, features: Sequence[str]) -> IntArray:
    """Make all levels of one category one cluster, with whatever goes with any of them.

    Args:
        cluster: Per column, the code of its cluster.
        features: Per column, the feature it stands for.

    Returns:
        Per column, the code of its cluster from 0, in order of first column.

    Examples:
        >>> levels_joined(np.array([0, 1, 2, 1]), ["shift", "force", "shift", "depth"]).tolist()
        [0, 1, 0, 1]
    """
    joined = cluster.copy()
    first: dict[str, int] = {}
    for column, feature in enumerate(features):
        own = first.setdefault(feature, column)
        joined[joined == joined[column]] = joined[own]
    _, place, inverse = np.unique(joined, return_index=True, return_inverse=True)
    order = np.empty(place.size, dtype=np.int64)
    order[np.argsort(place)] = np.arange(place.size)
    return order[inverse]


def rank_correlation(design: FloatArray) -> FloatArray:
    """Spearman correlation of every pair of columns; 0 for a constant column."""
    from scipy.stats import rankdata

    ranks = rankdata(design, axis=0)
    ranks = ranks - ranks.mean(axis=0)
    length = np.sqrt((ranks**2).sum(axis=0))
    unit = np.divide(ranks, length, out=np.zeros_like(ranks), where=length > 0)
    return np.asarray(unit.T @ unit)


def summed_by_cluster(contribution: FloatArray, cluster: IntArray) -> FloatArray:
    """Add the contributions of the columns of each cluster.

    Args:
        contribution: (batches, columns).
        cluster: Per column, its code.

    Returns:
        (batches, clusters).
    """
    member = cluster[:, None] == np.arange(int(cluster.max(initial=-1)) + 1)
    return np.asarray(contribution @ member.astype(float))
