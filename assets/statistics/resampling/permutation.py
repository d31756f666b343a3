"""Permutation tests with fixed scores: outcomes move, whole clusters at a time, within blocks.

Scores made before the outcomes existed need no refit under the null. Outcomes of one lot or
campaign depend on each other, so they move together: the clusters of a block are laid end to end in
a random order over the block's batches. Many statistics of one run are judged together in
``multiplicity``, because all of them see the same draws.

Sources: Good (2005), ch. 3 (blocks); Phipson & Smyth (2010) (p-values never zero).
"""

from math import lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.statistics.array_types import FloatArray, IntArray


def cluster_keys(clusters: int, draws: int, seed: int) -> FloatArray:
    """Random sort keys, one per cluster and draw, shared by every statistic of a run.

    Returns:
        (draws, clusters), strictly between 0 and 1.

    Examples:
        >>> cluster_keys(3, 2, 1).shape
        (2, 3)
    """
    return np.random.default_rng(seed).uniform(1e-9, 1 - 1e-9, size=(draws, clusters))


def permuted_positions(block: IntArray, cluster: IntArray, keys: FloatArray) -> IntArray:
    """Where each batch's outcome comes from, per draw.

    Args:
        block: Per batch in production order, the block inside which outcomes may move.
        cluster: Per batch, the cluster it belongs to (column of ``keys``). A cluster that reaches
            into two blocks is cut.
        keys: (draws, clusters) from :func:`cluster_keys`.

    Returns:
        (draws, batches) positions; ``outcome[result]`` is the permuted outcome.

    Examples:
        >>> block, lot = np.zeros(4, int), np.array([0, 0, 1, 1])
        >>> permuted_positions(block, lot, np.array([[0.9, 0.1]])).tolist()  # later lot first
        [[2, 3, 0, 1]]
    """
    _, code = np.unique(block, return_inverse=True)
    _, first_seen, pair = np.unique(
        np.column_stack([code, cluster]), axis=0, return_index=True, return_inverse=True
    )
    first = first_seen[pair.ravel()]
    target = np.lexsort((np.arange(code.size), first, code))
    source = np.argsort(_places(code[target], cluster[target], keys), axis=1, kind="stable")
    permuted = np.empty(source.shape, dtype=np.int64)
    permuted[:, target] = target[source]
    return permuted


def _places(
    code: IntArray, cluster: IntArray, keys: FloatArray
) -> NDArray[np.unsignedinteger[Any]]:
    """Per draw and batch the place of its cluster among those of its block, as small integers.

    Numbers of 16 bits sort in linear time, floating-point keys do not.
    """
    used, column = np.unique(cluster, return_inverse=True)
    largest = int(code.max(initial=0) + 1) * used.size
    number = np.uint16 if largest <= np.iinfo(np.uint16).max else np.uint32
    rank = np.empty((keys.shape[0], used.size), dtype=number)
    np.put_along_axis(
        rank, np.argsort(keys[:, used], axis=1), np.arange(used.size, dtype=number)[None], axis=1
    )
    return np.asarray(rank[:, column] + (code * used.size).astype(number))


class SharedDraws:
    """The draws of one run: every statistic over the same batches and blocks sees the same ones.

    Args:
        clusters: Number of clusters in the run; cluster codes run from 0.
        draws: Number of permutations.
        seed: Seed of the sort keys.

    Examples:
        >>> draws = SharedDraws(3, 100, 1)
        >>> block, lot = np.zeros(6, int), np.repeat([0, 1, 2], 2)
        >>> draws.positions(block, lot).shape
        (100, 6)
    """

    def __init__(self, clusters: int, draws: int, seed: int) -> None:
        self.draws = draws
        self._keys = cluster_keys(clusters, draws, seed)
        self._known: dict[bytes, IntArray] = {}

    def positions(self, block: IntArray, cluster: IntArray) -> IntArray:
        """Where each batch's outcome comes from, per draw; computed once per set of batches."""
        key = block.tobytes() + cluster.tobytes()
        if key not in self._known:
            self._known[key] = permuted_positions(block, cluster, self._keys)
        return self._known[key]


def log10_arrangements(block: IntArray, cluster: IntArray, outcome: FloatArray) -> float:
    """Number of distinct ways the clusters of outcomes can be laid out, as a power of ten.

    Strings with the same outcomes in the same order count once: a block of good lots has one
    arrangement however many lots it holds.

    Returns:
        log10 of the number, 0 for one arrangement.

    Examples:
        >>> one_bad_lot_of_ten = np.repeat([1.0, 0.0], [1, 9])
        >>> round(log10_arrangements(np.zeros(10, int), np.arange(10), one_bad_lot_of_ten), 6)
        1.0
    """
    total = 0.0
    for code in np.unique(block):
        inside = block == code
        patterns = [outcome[inside & (cluster == c)].tobytes() for c in np.unique(cluster[inside])]
        repeats = np.unique(np.array(patterns, dtype=object), return_counts=True)[1]
        total += lgamma(len(patterns) + 1) - sum(lgamma(count + 1) for count in repeats)
    return total / log(10)


def p_value(observed: float, null: FloatArray) -> float:
    """Share of arrangements at least as large as the observed one, itself included.

    Examples:
        >>> p_value(3.0, np.array([1.0, 2.0, 3.0, 0.0]))  # itself and one of four
        0.4
    """
    tolerance = 1e-12 * max(1.0, abs(observed))
    return float((1 + np.count_nonzero(null >= observed - tolerance)) / (1 + null.size))
