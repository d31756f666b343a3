"""Resampling whole clusters, so that batches of one lot or campaign stand or fall together.

A resample is a row of weights; every statistic that takes weights gets its interval from the same
rows, which keeps comparisons paired.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.intervals import Interval


def cluster_weights(cluster: IntArray, draws: int, rng: np.random.Generator) -> FloatArray:
    """Draw clusters with replacement and give each batch its cluster's count.

    Args:
        cluster: Per batch, the code of its cluster.
        draws: Number of resamples.
        rng: Source of the draws.

    Returns:
        (draws, batches) weights; every row draws as many clusters as there are.

    Source: Field & Welsh (2007), the cluster bootstrap.

    Examples:
        >>> weights = cluster_weights(np.array([7, 7, 9]), 4, np.random.default_rng(1))
        >>> (weights[:, 0] - weights[:, 1]).tolist(), (weights[:, 0] + weights[:, 2]).tolist()
        ([0.0, 0.0, 0.0, 0.0], [2.0, 2.0, 2.0, 2.0])
    """
    codes, position = np.unique(cluster, return_inverse=True)
    counts = rng.multinomial(codes.size, np.full(codes.size, 1 / codes.size), size=draws)
    return np.asarray(counts[:, position], dtype=float)


def weighted_ratio(
    numerator: FloatArray, denominator: FloatArray, weights: FloatArray
) -> FloatArray:
    """Ratio of weighted sums per resample; NaN where the denominator is zero.

    Args:
        numerator: Per batch.
        denominator: Per batch.
        weights: (resamples, batches).

    Returns:
        Per resample.

    Examples:
        >>> weights = np.array([[1.0, 1.0], [0.0, 2.0], [0.0, 0.0]])
        >>> weighted_ratio(np.array([1.0, 3.0]), np.array([2.0, 4.0]), weights).round(4).tolist()
        [0.6667, 0.75, nan]
    """
    below = weights @ denominator
    out = np.full(below.shape, np.nan)
    return np.asarray(np.divide(weights @ numerator, below, out=out, where=below != 0))


def percentile_interval(draws: FloatArray, level: float = 0.95) -> Interval:
    """Bounds between which the middle share of the resamples lies; NaN where none is defined.

    Examples:
        >>> percentile_interval(np.arange(101.0), level=0.5)
        (25.0, 75.0)
    """
    defined = draws[np.isfinite(draws)]
    if defined.size < 20:
        return float("nan"), float("nan")
    tail = (1 - level) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return float(low), float(high)
