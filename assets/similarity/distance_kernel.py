"""The compiled distance of one batch from many, and the few that are nearest.

Most batches need not be measured to the end: with x the squares of a pair, of which the least k of
n count, their sum is at least sum(min(x, c)) - (n - k) c for any c. Where that lies above the
farthest of the nearest so far, the pair is left; the nearest are exact all the same.
"""

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

COUNTED = 0.8
TIED = 1e-6  # distances closer than this differ by rounding alone

compiled = njit(error_model="numpy", cache=True, nogil=True)
_in_lanes = njit(error_model="numpy", cache=True, nogil=True, fastmath={"reassoc", "contract"})


@_in_lanes
def _trait_squares(own: Array, other: Array, ends: Array, squares: Array) -> int:
    """Fill in the mean square difference per trait that both have; return how many these are."""
    number = 0
    for trait in range(len(ends) - 1):
        total, both = 0.0, 0
        for column in range(ends[trait], ends[trait + 1]):
            apart = own[column] - other[column]
            is_there = not np.isnan(apart)
            total += apart * apart if is_there else 0.0
            both += is_there
        if both:
            squares[number] = total / both
            number += 1
    return number


@_in_lanes
def _least_sum(squares: Array, cut: float) -> float:
    total = 0.0
    for square in squares:
        total += min(square, cut)
    return total


@compiled
def _counted(number: int) -> int:
    return int(np.ceil(COUNTED * number - 1e-9))


@compiled
def _mean_of_least(squares: Array, left_out: Array) -> tuple[float, float]:
    """The mean of the four fifths that are least, and the largest of them.

    The rest wait in ``left_out``, ascending: a fifth sorts sooner than the whole.
    """
    counted = _counted(len(squares))
    total, largest, held = 0.0, 0.0, 0
    for square in squares:
        least = square
        if held < len(squares) - counted:
            at, held = held, held + 1
            while at > 0 and left_out[at - 1] > square:
                left_out[at] = left_out[at - 1]
                at -= 1
            left_out[at] = square
            continue
        if held > 0 and square > left_out[0]:
            least, at = left_out[0], 1
            while at < held and left_out[at] < square:
                left_out[at - 1] = left_out[at]
                at += 1
            left_out[at - 1] = square
        total += least
        largest = max(largest, least)
    return total / counted, largest


@compiled
def measured(own: Array, rows: Array, places: Array, ends: Array) -> Array:
    """Distances from some batches.

    Args:
        own: (columns,) in spreads, NaN where missing.
        rows: (batches, columns) likewise.
        places: Rows to measure.
        ends: Where each trait begins among the columns, and the end of the last.

    Returns:
        (places,) the root mean square difference; NaN where nothing is in common.
    """
    found, squares = np.full(len(places), np.nan), np.empty(len(ends) - 1)
    left_out = np.empty(len(squares))
    for i, place in enumerate(places):
        number = _trait_squares(own, rows[place], ends, squares)
        if number:
            found[i] = np.sqrt(_mean_of_least(squares[:number], left_out)[0])
    return found


@compiled
def closest(own: Array, rows: Array, places: Array, ends: Array, top: int) -> tuple[Array, Array]:
    """Return the batches nearest to one, the nearest first.

    Args:
        own: (columns,) in spreads, NaN where missing.
        rows: (batches, columns) likewise.
        places: Candidates, ascending: of those equally near the first come first.
        ends: Where each trait begins among the columns, and the end of the last.
        top: How many.

    Returns:
        Their places and distances, each at most ``top`` long.
    """
    best, distance = np.empty(top, np.int64), np.empty(top)
    held, farthest, cut = 0, np.inf, np.inf
    squares, left_out = np.empty(len(ends) - 1), np.empty(len(ends) - 1)
    for place in places:
        number = _trait_squares(own, rows[place], ends, squares)
        counted = _counted(number)
        if number == 0:
            continue
        if held == top and cut < np.inf:
            least = _least_sum(squares[:number], cut) - (number - counted) * cut
            if least > farthest * counted:
                continue
        mean, cut = _mean_of_least(squares[:number], left_out)
        held = _held(best, distance, held, place, np.sqrt(mean))
        if held == top:
            farthest = (distance[top - 1] + 2 * TIED) ** 2
    return best[:held], distance[:held]


@compiled
def _held(best: Array, distance: Array, held: int, place: int, new: float) -> int:
    """Put a batch where it belongs, behind all that are as near; return how many are held."""
    at = held
    while at > 0 and np.rint(new / TIED) < np.rint(distance[at - 1] / TIED):
        at -= 1
    if at == len(best):
        return held
    held = min(held + 1, len(best))
    for behind in range(held - 1, at, -1):
        best[behind], distance[behind] = best[behind - 1], distance[behind - 1]
    best[at], distance[at] = place, new
    return held
