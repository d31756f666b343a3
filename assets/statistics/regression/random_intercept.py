"""A random intercept per cluster: how much of the variance it holds, and how it is taken out.

Fitting by quasi-demeaning is generalised least squares with one variance between clusters and one
within; models with random slopes are not here.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

LARGEST_CORRELATION = 0.95


def intraclass_correlation(residual: FloatArray, cluster: IntArray) -> float:
    """Return the share of residual variance between clusters, by one-way analysis of variance.

    Args:
        residual: (n,) residuals.
        cluster: (n,) cluster codes, zero or more.

    Returns:
        Share, 0 to 0.95; 0 with one cluster, or where every value is a cluster of its own.

    Source: Donner (1986), A review of inference procedures for the intraclass correlation.

    Examples:
        >>> intraclass_correlation(np.array([1.0, 3.0, 5.0, 7.0]), np.array([0, 0, 1, 1]))
        0.7777777777777778
    """
    sizes = np.bincount(cluster)
    sums = np.bincount(cluster, weights=residual)
    used = sizes > 0
    groups, n = int(used.sum()), residual.size
    if groups < 2 or groups == n:
        return 0.0
    mean = np.divide(sums, sizes, out=np.zeros_like(sums), where=used)
    between = float((sizes * (mean - residual.mean()) ** 2)[used].sum()) / (groups - 1)
    within = float(((residual - mean[cluster]) ** 2).sum()) / (n - groups)
    typical = (n - float((sizes**2).sum()) / n) / (groups - 1)
    share = (between - within) / (between + (typical - 1) * within) if between > 0 else 0.0
    return float(np.clip(share, 0.0, LARGEST_CORRELATION))


def quasi_demeaned(table: FloatArray, cluster: IntArray, correlation: float) -> FloatArray:
    """Remove the part of each cluster's mean that a random intercept takes.

    Least squares on what is left is generalised least squares with that intercept.

    Args:
        table: (n, k).
        cluster: (n,) cluster codes, zero or more.
        correlation: Share of variance between clusters, 0 to below 1; 0 leaves the table as it is.

    Source: Wooldridge (2010), Econometric Analysis of Cross Section and Panel Data, section 10.4.

    Examples:
        A correlation of 0.6 among two takes half of their mean.

        >>> quasi_demeaned(np.array([[1.0], [3.0]]), np.array([0, 0]), 0.6).tolist()
        [[0.0], [2.0]]
    """
    if correlation == 0:
        return table
    sizes = np.bincount(cluster).astype(float)
    theta = 1 - np.sqrt((1 - correlation) / (1 - correlation + sizes * correlation))
    means = np.column_stack([np.bincount(cluster, weights=column) for column in table.T])
    means = means / np.maximum(sizes, 1)[:, None]
    return np.asarray(table - theta[cluster, None] * means[cluster], dtype=np.float64)
