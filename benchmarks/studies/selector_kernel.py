"""The compiled exhaustive search over given selectors, and its null.

Every combination of up to three selectors is looked at. The batches a selector covers are a row of
bits; how many batches a combination covers does not change with the labels, so a draw of the null
looks at the bits of the failing batches alone. Everything compiled stays in this one module, as
numba's cache asks.

Source of the quality: Kloesgen (1996), (n / N)^a (p - p0), as in pysubgroup's ``StandardQF``.
"""

from typing import Any

import numpy as np
from numba import njit

from assets.rules.search.records import Array

_compiled = njit(cache=True, nogil=True, error_model="numpy")

NONE = -1
_M1, _M2 = np.uint64(0x5555555555555555), np.uint64(0x3333333333333333)
_M4, _H1 = np.uint64(0x0F0F0F0F0F0F0F0F), np.uint64(0x0101010101010101)
_ONE, _TWO, _FOUR, _TOP = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


@_compiled
def _ones(word: Any) -> Any:
    """Bits set in a word (Warren 2012, Hacker's Delight, fig. 5-2)."""
    word -= (word >> _ONE) & _M1
    word = (word & _M2) + ((word >> _TWO) & _M2)
    word = (word + (word >> _FOUR)) & _M4
    return (word * _H1) >> _TOP


@_compiled
def _common(one: Array, other: Array, into: Array) -> int:
    """Intersect two rows of bits and count what is left."""
    count = np.uint64(0)
    for k in range(one.size):
        word = one[k] & other[k]
        into[k] = word
        count += _ones(word)
    return int(count)


@_compiled
def _count(one: Array, other: Array) -> int:
    count = np.uint64(0)
    for k in range(one.size):
        count += _ones(one[k] & other[k])
    return int(count)


@_compiled
def cover_sizes(bits: Array, depth: int, sizes: Array) -> int:
    """Batches covered by every combination, in the order all searches go through them.

    Args:
        bits: (selectors, words) uint64.
        depth: Most selectors combined, 1 to 3.
        sizes: Filled in place; int32.

    Returns:
        Number of combinations.
    """
    place, pair, triple = 0, np.empty_like(bits[0]), np.empty_like(bits[0])
    for i in range(bits.shape[0]):
        sizes[place] = _common(bits[i], bits[i], pair)
        place += 1
        for j in range(i + 1, bits.shape[0] if depth > 1 else 0):
            sizes[place] = _common(bits[i], bits[j], pair)
            place += 1
            for k in range(j + 1, bits.shape[0] if depth > 2 else 0):
                sizes[place] = _common(pair, bits[k], triple)
                place += 1
    return place


@_compiled
def _offer(value: float, i: int, j: int, k: int, best: Array, which: Array) -> None:
    """Keep the best combinations, the earlier one first among equals."""
    place = best.size - 1
    if value <= best[place]:
        return
    while place > 0 and best[place - 1] < value:
        best[place], which[place] = best[place - 1], which[place - 1]
        place -= 1
    best[place] = value
    which[place, 0], which[place, 1], which[place, 2] = i, j, k


@_compiled
def best_combinations(
    bits: Array, depth: int, sizes: Array, worth: Array, rate: float, best: Array, which: Array
) -> None:
    """Search every combination.

    Args:
        bits: (selectors, words) uint64 of the failing batches alone.
        depth: As for the sizes.
        sizes: Batches covered by each combination.
        worth: (batches + 1,) of (n / N)^a / n; 0 for no batch.
        rate: Failure rate of all batches.
        best: Filled with the highest qualities, descending; starts at -inf.
        which: (best, 3) selectors of each; -1 where there is none.
    """
    place, pair = 0, np.empty_like(bits[0])
    for i in range(bits.shape[0]):
        failures, size = _count(bits[i], bits[i]), sizes[place]
        _offer((failures - rate * size) * worth[size], i, NONE, NONE, best, which)
        place += 1
        for j in range(i + 1, bits.shape[0] if depth > 1 else 0):
            failures, size = _common(bits[i], bits[j], pair), sizes[place]
            _offer((failures - rate * size) * worth[size], i, j, NONE, best, which)
            place += 1
            if depth < 3:
                continue
            rest = bits.shape[0] - j - 1
            if failures * worth[failures] * (1.0 - rate) > best[-1]:
                for k in range(j + 1, bits.shape[0]):
                    size = sizes[place + k - j - 1]
                    found = _count(pair, bits[k])
                    value = (found - rate * size) * worth[size]
                    if value > best[-1]:
                        _offer(value, i, j, k, best, which)
            place += rest


@_compiled
def null_best(
    bits: Array, depth: int, sizes: Array, worth: Array, rate: float, failing: Array, best: Array
) -> None:
    """Best quality under every draw of the null.

    Args:
        bits: (batches, selectors) bool, whether a selector covers a batch.
        depth: As for the sizes.
        sizes: Batches covered by each combination.
        worth: As for the records.
        rate: Failure rate, the same in every draw.
        failing: (draws, failures) positions of the failing batches.
        best: (draws,) filled in place.
    """
    words = (failing.shape[1] + 63) // 64
    packed = np.empty((bits.shape[1], words), dtype=np.uint64)
    top, which = np.empty(1), np.empty((1, 3), dtype=np.int32)
    for draw in range(failing.shape[0]):
        packed[:] = np.uint64(0)
        for place in range(failing.shape[1]):
            bit = _ONE << np.uint64(place % 64)
            for selector in range(bits.shape[1]):
                if bits[failing[draw, place], selector]:
                    packed[selector, place // 64] |= bit
        top[0] = -np.inf
        best_combinations(packed, depth, sizes, worth, rate, top, which)
        best[draw] = top[0]
