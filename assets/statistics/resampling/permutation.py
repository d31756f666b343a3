"""Permutation tests with fixed scores: outcomes move, whole strings at a time, within blocks.

Scores made before the outcomes existed need no refit under the null. Outcomes of one lot or
campaign depend on each other, so they move together: the strings of a block are laid end to end in
a random order over the block's batches. The maximum over all statistics of a run controls the
family-wise error, because every statistic sees the same draws.

Sources: Good (2005), ch. 3 (blocks); Westfall & Young (1993), ch. 2 (maximum statistic); Phipson &
Smyth (2010) (p-values never zero).
"""

from dataclasses import dataclass
from math import lgamma, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assets.statistics.array_types import FloatArray, IntArray


@dataclass(frozen=True)
class NullSummary:
    """One statistic against its permutation null.

    Attributes:
        observed: The statistic on the outcomes as they were.
        null_p50: Median of the null, likewise ``null_p95`` and ``null_p99``.
        p_value: Share of arrangements at least as extreme, this statistic alone.
        p_value_family: The same for the largest standardised statistic of the whole run.
    """

    observed: float
    null_p50: float
    null_p95: float
    null_p99: float
    p_value: float
    p_value_family: float


def string_keys(strings: int, draws: int, seed: int) -> FloatArray:
    """Random sort keys, one per string and draw, shared by every statistic of a run.

    Returns:
        (draws, strings), strictly between 0 and 1.

    Examples:
        >>> string_keys(3, 2, 1).shape
        (2, 3)
    """
    return np.random.default_rng(seed).uniform(1e-9, 1 - 1e-9, size=(draws, strings))


def permuted_positions(block: IntArray, string: IntArray, keys: FloatArray) -> IntArray:
    """Where each batch's outcome comes from, per draw.

    Args:
        block: Per batch in production order, the block inside which outcomes may move.
        string: Per batch, the string it belongs to (column of ``keys``). A string that reaches
            into two blocks is cut.
        keys: (draws, strings) from :func:`string_keys`.

    Returns:
        (draws, batches) positions; ``outcome[result]`` is the permuted outcome.

    Examples:
        >>> block, lot = np.zeros(4, int), np.array([0, 0, 1, 1])
        >>> permuted_positions(block, lot, np.array([[0.9, 0.1]])).tolist()  # later lot first
        [[2, 3, 0, 1]]
    """
    _, code = np.unique(block, return_inverse=True)
    _, first_seen, pair = np.unique(
        np.column_stack([code, string]), axis=0, return_index=True, return_inverse=True
    )
    first = first_seen[pair.ravel()]
    target = np.lexsort((np.arange(code.size), first, code))
    source = np.argsort(_places(code[target], string[target], keys), axis=1, kind="stable")
    permuted = np.empty(source.shape, dtype=np.int64)
    permuted[:, target] = target[source]
    return permuted


def _places(code: IntArray, string: IntArray, keys: FloatArray) -> NDArray[np.unsignedinteger[Any]]:
    """Per draw and batch the place of its string among those of its block, as small integers.

    Numbers of 16 bits sort in linear time, floating-point keys do not.
    """
    used, column = np.unique(string, return_inverse=True)
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
        strings: Number of strings in the run; string codes run from 0.
        draws: Number of permutations.
        seed: Seed of the sort keys.

    Examples:
        >>> draws = SharedDraws(3, 100, 1)
        >>> block, lot = np.zeros(6, int), np.repeat([0, 1, 2], 2)
        >>> draws.positions(block, lot).shape
        (100, 6)
    """

    def __init__(self, strings: int, draws: int, seed: int) -> None:
        self.draws = draws
        self._keys = string_keys(strings, draws, seed)
        self._known: dict[bytes, IntArray] = {}

    def positions(self, block: IntArray, string: IntArray) -> IntArray:
        """Where each batch's outcome comes from, per draw; computed once per set of batches."""
        key = block.tobytes() + string.tobytes()
        if key not in self._known:
            self._known[key] = permuted_positions(block, string, self._keys)
        return self._known[key]


def log10_arrangements(block: IntArray, string: IntArray, outcome: FloatArray) -> float:
    """Number of distinct ways the strings of outcomes can be laid out, as a power of ten.

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
        patterns = [outcome[inside & (string == s)].tobytes() for s in np.unique(string[inside])]
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


def family_p_values(observed: FloatArray, nulls: FloatArray) -> FloatArray:
    """p-values of the largest standardised statistic (Westfall-Young single step).

    Args:
        observed: Per statistic.
        nulls: (draws, statistics), every row one draw seen by all statistics.

    Returns:
        Per statistic, never below its own p-value's resolution.

    Examples:
        >>> nulls = np.random.default_rng(1).normal(size=(99, 2))
        >>> family_p_values(np.array([10.0, -10.0]), nulls).tolist()
        [0.01, 1.0]
    """
    if not observed.size:
        return np.empty(0)
    centre, spread = nulls.mean(axis=0), nulls.std(axis=0)
    scale = np.where(spread > 0, spread, np.inf)
    largest = ((nulls - centre) / scale).max(axis=1)
    return np.array([p_value(float(z), largest) for z in (observed - centre) / scale])


def summarise(observed: float, null: FloatArray, p_value_family: float) -> NullSummary:
    """Describe one statistic's null by its quantiles and p-values.

    Examples:
        >>> found = summarise(5.0, np.arange(5.0), p_value_family=0.3)
        >>> found.null_p50, found.p_value == 1 / 6
        (2.0, True)
    """
    p50, p95, p99 = (float(q) for q in np.quantile(null, [0.5, 0.95, 0.99]))
    return NullSummary(observed, p50, p95, p99, p_value(observed, null), p_value_family)
