"""Distances between batches over what both have, in units of the normal spread.

A fifth of what both have does not count: that in which they differ most. A faulty sensor then does
not part two batches that ran alike, and a failed batch finds the good one that ran like it but for
its cause. What was left out of the distance is what is told as the difference.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assets.similarity.traits import Traits
from assets.statistics.array_types import FloatArray

COUNTED = 0.8
_CELLS_AT_ONCE = 10_000_000


@dataclass(frozen=True)
class Distances:
    """Distances of some batches from others.

    Attributes:
        distance: (asked, others) root mean square difference over the four fifths (rounded up)
            of the common traits in which they differ least, in spreads; NaN without any.
        shared: (asked, others) the share of what the asked batch has that the other has too.
    """

    distance: FloatArray
    shared: FloatArray

    @property
    def both(self) -> tuple[FloatArray, FloatArray]:
        """Distance and shared part, in this order."""
        return self.distance, self.shared


def distances(traits: Traits, asked: FloatArray, others: FloatArray) -> Distances:
    """Measure how far batches are from others.

    Args:
        traits: Say which trait each column belongs to.
        asked: (asked, columns) in spreads, NaN where missing.
        others: (others, columns) likewise.

    Examples:
        Three columns of two traits; the second batch lacks the second trait:

        >>> two = Traits(["a", "b"], ["x", "y"], np.array([0, 0, 1]), np.zeros((2, 3)), False)
        >>> here, there = np.array([[0.0, 0, 0]]), np.array([[3.0, 3, 4], [1, 1, np.nan]])
        >>> found = distances(two, here, there)
        >>> found.distance.round(3).tolist(), found.shared.tolist()
        ([[3.536, 1.0]], [[1.0, 0.5]])
    """
    if not traits.names:
        shape = (len(asked), len(others))
        return Distances(np.full(shape, np.nan), np.zeros(shape))
    step = max(1, _CELLS_AT_ONCE // max(1, len(others) * len(traits.names)))
    parts = [_part(traits, asked[i : i + step], others) for i in range(0, len(asked), step)]
    empty = np.empty((0, len(others)))
    return Distances(
        np.vstack([empty, *(part.distance for part in parts)]),
        np.vstack([empty, *(part.shared for part in parts)]),
    )


def _part(traits: Traits, asked: FloatArray, others: FloatArray) -> Distances:
    squares, common = _by_trait(traits, asked, others)
    total = _column_counts(traits, np.isfinite(asked))
    width = np.bincount(traits.trait, minlength=len(traits.names))
    with np.errstate(invalid="ignore", divide="ignore"):
        shared = (common / width).sum(axis=2) / (total / width).sum(axis=1)[:, None]
        ordered = np.sort(squares, axis=2)  # what is not common is NaN, and last
        number = np.isfinite(squares).sum(axis=2)
        counted = np.ceil(COUNTED * number - 1e-9).astype(np.int64)
        summed = np.cumsum(np.nan_to_num(ordered), axis=2)
        last = np.maximum(counted - 1, 0)[:, :, None]
        apart = np.take_along_axis(summed, last, axis=2)[:, :, 0] / counted
    return Distances(np.sqrt(np.where(number > 0, apart, np.nan)), np.nan_to_num(shared))


def _by_trait(
    traits: Traits, asked: FloatArray, others: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """(asked, others, traits) mean square difference, and number of columns both have."""
    shape = (len(asked), len(others), len(traits.names))
    squares, common = np.full(shape, np.nan), np.zeros(shape)
    ends = np.searchsorted(traits.trait, np.arange(len(traits.names) + 1))
    for place, (first, last) in enumerate(pairwise(ends)):
        own, other = asked[:, first:last], others[:, first:last]
        is_own, is_other = np.isfinite(own).astype(float), np.isfinite(other).astype(float)
        own, other = np.nan_to_num(own), np.nan_to_num(other)
        both = is_own @ is_other.T
        summed = own**2 @ is_other.T + is_own @ (other**2).T - 2 * own @ other.T
        common[:, :, place] = both
        np.divide(np.maximum(summed, 0.0), both, out=squares[:, :, place], where=both > 0)
    return squares, common


def _column_counts(traits: Traits, is_there: np.ndarray) -> FloatArray:
    member = traits.trait[:, None] == np.arange(len(traits.names))
    return np.asarray(is_there.astype(float) @ member)
