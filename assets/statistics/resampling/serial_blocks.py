"""Consecutive batches taken together, where results of neighbours may depend on one another.

A test that deals single batches takes a stretch of related results for so many pieces of evidence.
Blocks of consecutive batches keep such a stretch whole; whole lots and campaigns stay together as
before.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

# Past results are taken away up to a memory of ten batches; what they miss lasts as long.
SHORTEST_BLOCK = 10
QUIET_LAGS = 5


def autocorrelation(values: FloatArray, lag: int) -> float:
    """Correlation of a series with itself some batches later; NaN is skipped, 0 where none is left.

    Examples:
        >>> round(autocorrelation(np.array([1.0, -1.0] * 10), 1), 2)
        -0.95
    """
    mean = np.nanmean(values) if np.isfinite(values).any() else 0.0
    centred = np.nan_to_num(values - mean)
    total = float(centred @ centred)
    return float(centred[lag:] @ centred[:-lag]) / total if 0 < lag < values.size and total else 0.0


def correlation_length(values: FloatArray) -> int:
    """Batches after which a series no longer remembers itself.

    Args:
        values: In production order, NaN where missing.

    Returns:
        The smallest lag after which five autocorrelations in a row are within chance; at most a
        tenth of the series.

    Source: Politis & White (2004), section 3.2, with c = 2.

    Examples:
        >>> noise = np.random.default_rng(1).normal(size=400)
        >>> correlation_length(noise), correlation_length(np.repeat(noise[:50], 8)) > 3
        (0, True)
    """
    limit = 2 * np.sqrt(np.log10(max(values.size, 2)) / max(values.size, 1))
    longest = values.size // 10
    found = [abs(autocorrelation(values, lag)) for lag in range(1, longest + QUIET_LAGS + 1)]
    for length in range(longest):
        if max(found[length : length + QUIET_LAGS], default=0.0) < limit:
            return length
    return longest


def block_lengths(series: FloatArray) -> list[int]:
    """How many batches should move together, the first choice first.

    Args:
        series: (batches, parts) what moves under the null, in production order, NaN where missing.

    Returns:
        At least ten batches, and twice the longest memory of a part where one is left; where none
        is, single lots and campaigns will do as well.

    Examples:
        >>> block_lengths(np.random.default_rng(1).normal(size=(400, 1)))
        [10, 1]
    """
    longest = max((correlation_length(part) for part in series.T), default=0)
    return [max(SHORTEST_BLOCK, 2 * longest)] if longest else [SHORTEST_BLOCK, 1]


def consecutive_blocks(block: IntArray, cluster: IntArray, length: int) -> IntArray:
    """Join clusters that follow one another until each has a number of batches.

    Args:
        block: Per batch in production order, what no cluster may reach across.
        cluster: Per batch, code of its lot or campaign; never cut inside a block.
        length: Fewest batches of a joined cluster; what is left at the end joins the one before.
            1 leaves clusters as they are.

    Returns:
        Per batch, the code of its joined cluster, from 0.

    Examples:
        >>> consecutive_blocks(np.zeros(7, int), np.array([4, 4, 4, 9, 9, 2, 2]), 3).tolist()
        [0, 0, 0, 1, 1, 1, 1]
    """
    if length <= 1:
        return cluster
    joined = np.zeros(block.size, dtype=np.int64)
    following = 0
    for code in np.unique(block):
        own = np.flatnonzero(block == code)
        _, first, place, sizes = np.unique(
            cluster[own], return_index=True, return_inverse=True, return_counts=True
        )
        order = np.argsort(first)
        number = np.empty(order.size, dtype=np.int64)
        number[order] = _numbers(sizes[order], length)
        joined[own] = following + number[place]
        following += int(number.max()) + 1
    return joined


def _numbers(sizes: IntArray, length: int) -> IntArray:
    """Per cluster in order, the number of the joined cluster it goes into."""
    number, current, filled = [], 0, 0
    for size in sizes:
        number.append(current)
        filled += int(size)
        if filled >= length:
            current, filled = current + 1, 0
    return np.minimum(number, max(current - 1, 0))
