"""Resampling whole clusters, so that batches of one lot or campaign stand or fall together.

A resample is a row of weights; every statistic that takes weights gets its interval from the same
rows, which keeps comparisons paired.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.intervals import Interval

Weights = NDArray[np.uint16]
AnyWeights = NDArray[np.number[Any]]
WEIGHTS_HELD = 4_000_000


def cluster_weights(cluster: IntArray, draws: int, rng: np.random.Generator) -> Weights:
    """Draw clusters with replacement and give each batch its cluster's count.

    Args:
        cluster: Per batch, the code of its cluster.
        draws: Number of resamples.
        rng: Source of the draws.

    Returns:
        (draws, batches) weights, as small integers because they are many; every row draws as many
        clusters as there are.

    Source: Field & Welsh (2007), the cluster bootstrap.

    Examples:
        >>> weights = cluster_weights(np.array([7, 7, 9]), 4, np.random.default_rng(1))
        >>> (weights[:, 0] == weights[:, 1]).all(), (weights[:, 0] + weights[:, 2]).tolist()
        (np.True_, [2, 2, 2, 2])
    """
    codes, position = np.unique(cluster, return_inverse=True)
    chance = np.full(codes.size, 1 / codes.size)
    # A count beyond 65,535 would need a cluster drawn 65,536 times as often as expected.
    weights = np.empty((draws, cluster.size), dtype=np.uint16)
    for rows in _at_a_time(weights):
        counts = rng.multinomial(codes.size, chance, size=weights[rows].shape[0])
        weights[rows] = counts.astype(np.uint16)[:, position]
    return weights


def weighted_sums(weights: AnyWeights, values: FloatArray) -> FloatArray:
    """Sums of values per resample, without the weights as floating-point numbers all at once.

    Args:
        weights: (resamples, batches), whole or not.
        values: (batches,) or (batches, columns).

    Returns:
        (resamples,) or (resamples, columns).

    Examples:
        >>> counts = np.array([[1, 1], [0, 2]], dtype=np.uint16)
        >>> weighted_sums(counts, np.array([0.5, 3.0])).tolist()
        [3.5, 6.0]
    """
    parts = [weights[rows].astype(float) @ values for rows in _at_a_time(weights)]
    return np.concatenate(parts)


def _at_a_time(weights: AnyWeights) -> Iterator[slice]:
    step = max(WEIGHTS_HELD // max(weights.shape[1], 1), 1)
    for first in range(0, weights.shape[0], step):
        yield slice(first, first + step)


def weighted_ratio(
    numerator: FloatArray, denominator: FloatArray, weights: AnyWeights
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
    below = weighted_sums(weights, denominator)
    out = np.full(below.shape, np.nan)
    above = weighted_sums(weights, numerator)
    return np.asarray(np.divide(above, below, out=out, where=below != 0))


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
