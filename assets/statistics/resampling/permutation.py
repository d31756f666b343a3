"""Permutation tests with fixed scores: outcomes move, whole clusters at a time, within blocks.

Scores made before the outcomes existed need no refit under the null. Outcomes of one lot or
campaign depend on each other, so they move together: the clusters of a block are laid end to end in
a random order over the block's batches. Many statistics of one run are judged together in
``multiplicity``, because all of them see the same draws.

Sources: Good (2005), ch. 3 (blocks); Phipson & Smyth (2010) (p-values never zero).
"""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import pairwise
from math import lgamma, log
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.statistics.array_types import FloatArray, IntArray

Positions = NDArray[np.unsignedinteger[Any]]
Array = NDArray[Any]
KEPT_BYTES = 80_000_000
POSITIONS_HELD, FEWEST_HELD, MOST_HELD = 2_000_000, 25, 1000


def cluster_keys(clusters: int, draws: int, seed: int, first: int = 0) -> FloatArray:
    """Random sort keys, one per cluster and draw, shared by every statistic of a run.

    Args:
        clusters: Number of clusters.
        draws: Number of permutations.
        seed: Of the draws.
        first: How many draws of the same seed come before, so that many can be made in parts.

    Returns:
        (draws, clusters), strictly between 0 and 1.

    Examples:
        >>> whole = cluster_keys(3, 5, seed=1)
        >>> np.array_equal(whole[2:], cluster_keys(3, 3, seed=1, first=2))
        True
    """
    rng = np.random.default_rng(seed)
    if first:
        # One number of the generator makes one key.
        rng.bit_generator.advance(first * clusters)  # type: ignore[attr-defined]
    return rng.uniform(1e-9, 1 - 1e-9, size=(draws, clusters))


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


def permuted(values: Array, block: IntArray, cluster: IntArray, draws: int, seed: int) -> Array:
    """Values dealt to other batches of their block, clusters kept together.

    Args:
        values: Per batch.
        block: As of :func:`permuted_positions`.
        cluster: Likewise; codes run from 0.
        draws: Number of permutations.
        seed: Of their sort keys.

    Returns:
        (draws, batches), of the type of the values.

    Examples:
        >>> dealt = permuted(np.array([1, 0, 0]), np.zeros(3, int), np.arange(3), 50, seed=1)
        >>> dealt.shape, dealt.sum(axis=1).tolist() == [1] * 50
        ((50, 3), True)
    """
    dealt = np.empty((draws, values.size), dtype=values.dtype)
    clusters = int(cluster.max(initial=0)) + 1
    step = draws_at_a_time(max(values.size, clusters))
    for first in range(0, draws, step):
        keys = cluster_keys(clusters, min(step, draws - first), seed, first)
        dealt[first : first + step] = values[permuted_positions(block, cluster, keys)]
    return dealt


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

    Ten thousand draws of ten thousand batches are a hundred million positions, so they are made
    and looked at in parts. What is small is kept for the next statistic over the same batches.

    Args:
        clusters: Number of clusters in the run; cluster codes run from 0.
        draws: Number of permutations.
        seed: Seed of the sort keys.
        kept_bytes: How much of the latest used is kept.

    Examples:
        >>> draws = SharedDraws(3, 100, 1)
        >>> block, lot = np.zeros(6, int), np.repeat([0, 1, 2], 2)
        >>> [part.shape for part in draws.parts(block, lot)]
        [(100, 6)]
    """

    def __init__(self, clusters: int, draws: int, seed: int, kept_bytes: int = KEPT_BYTES) -> None:
        self.draws = draws
        self._clusters, self._seed, self._kept_bytes = clusters, seed, kept_bytes
        self._lock = Lock()
        self._kept: OrderedDict[bytes, list[Positions]] = OrderedDict()

    def parts(self, block: IntArray, cluster: IntArray) -> Iterator[IntArray]:
        """Where each batch's outcome comes from, some draws at a time, in the order of the draws.

        Args:
            block: As of :func:`permuted_positions`.
            cluster: Likewise.

        Yields:
            (some draws, batches).
        """
        key = blake2b(block.tobytes() + b"|" + cluster.tobytes(), digest_size=32).digest()
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        for part in kept or self._made(key, block, cluster):
            yield part.astype(np.int64)

    def over(self, block: IntArray, cluster: IntArray, of: Callable[[IntArray], Array]) -> Array:
        """Work something out for every draw, without ever holding all draws.

        Args:
            block: As of :func:`permuted_positions`.
            cluster: Likewise.
            of: From the positions of some draws, what each of them gives, along the first axis.
        """
        return np.concatenate([of(part) for part in self.parts(block, cluster)])

    def _made(self, key: bytes, block: IntArray, cluster: IntArray) -> Iterator[Positions]:
        small: type[np.unsignedinteger[Any]] = (
            np.uint16 if block.size <= np.iinfo(np.uint16).max else np.uint32
        )
        is_kept = self.draws * block.size * np.dtype(small).itemsize <= self._kept_bytes // 2
        made: list[Positions] = []
        step = draws_at_a_time(max(block.size, self._clusters))
        for first in range(0, self.draws, step):
            number = min(step, self.draws - first)
            keys = cluster_keys(self._clusters, number, self._seed, first)
            part: Positions = permuted_positions(block, cluster, keys).astype(small)
            if is_kept:
                made.append(part)
            yield part
        if is_kept:
            self._keep(key, made)

    def _keep(self, key: bytes, made: list[Positions]) -> None:
        with self._lock:
            self._kept[key] = made
            held = [sum(part.nbytes for part in parts) for parts in self._kept.values()]
            while sum(held) > self._kept_bytes:
                self._kept.popitem(last=False)
                held.pop(0)


def draws_at_a_time(batches: int) -> int:
    """How many draws over so many batches are held at once, between 25 and 1,000.

    Examples:
        >>> [draws_at_a_time(batches) for batches in (600, 10_000, 1_000_000)]
        [1000, 200, 25]
    """
    return min(max(POSITIONS_HELD // max(batches, 1), FEWEST_HELD), MOST_HELD)


def log10_arrangements(block: IntArray, cluster: IntArray, outcome: FloatArray) -> float:
    """Number of distinct ways the clusters of outcomes can be laid out, as a power of ten.

    Strings with the same outcomes in the same order count once: a block of good lots has one
    arrangement however many lots it holds.

    Returns:
        log10 of the number, 0 for one arrangement, of no batches too.

    Examples:
        >>> one_bad_lot_of_ten = np.repeat([1.0, 0.0], [1, 9])
        >>> round(log10_arrangements(np.zeros(10, int), np.arange(10), one_bad_lot_of_ten), 6)
        1.0
    """
    if not block.size:
        return 0.0
    # Batches in the order of block and cluster, and of a cluster in that of the records.
    order = np.lexsort((np.arange(block.size), cluster, block))
    blocks, clusters, laid = block[order], cluster[order], outcome[order]
    is_first = np.r_[True, (blocks[1:] != blocks[:-1]) | (clusters[1:] != clusters[:-1])]
    starts = np.flatnonzero(is_first)
    patterns: dict[Any, Counter[bytes]] = {}
    for first, last in pairwise([*starts.tolist(), block.size]):
        patterns.setdefault(blocks[first], Counter())[laid[first:last].tobytes()] += 1
    total = 0.0
    for repeats in patterns.values():
        total += lgamma(repeats.total() + 1) - sum(
            lgamma(repeats[pattern] + 1) for pattern in sorted(repeats)
        )
    return total / log(10)


def p_value(observed: float, null: FloatArray) -> float:
    """Share of arrangements at least as large as the observed one, itself included.

    Examples:
        >>> p_value(3.0, np.array([1.0, 2.0, 3.0, 0.0]))  # itself and one of four
        0.4
    """
    tolerance = 1e-12 * max(1.0, abs(observed))
    return float((1 + np.count_nonzero(null >= observed - tolerance)) / (1 + null.size))
