"""Distances between batches over what both have, in units of the normal spread.

A fifth of what both have does not count: that in which they differ most. A faulty sensor then does
not part two batches that ran alike, and a failed batch finds the good one that ran like it but for
its cause. What was left out of the distance is what is told as the difference.
"""

import numpy as np

from assets.similarity.distance_kernel import closest, measured
from assets.similarity.traits import Traits
from assets.statistics.array_types import FloatArray, IntArray


def shared_parts(traits: Traits, asked: FloatArray, others: FloatArray) -> FloatArray:
    """Return the share of what each asked batch has that each other has too: (asked, others).

    A trait counts once, each of its columns a part of it.

    Args:
        traits: Say which trait each column belongs to.
        asked: (asked, columns) NaN where missing.
        others: (others, columns) likewise.
    """
    is_own, is_other = np.isfinite(asked).astype(float), np.isfinite(others).astype(float)
    weighted = is_own * traits.weight
    with np.errstate(invalid="ignore"):
        parts = weighted @ is_other.T / weighted.sum(axis=1)[:, None]
    return np.asarray(np.round(np.nan_to_num(parts), 12))  # halves and wholes to the digit


def distances(
    traits: Traits, own: FloatArray, others: FloatArray, places: IntArray | None = None
) -> FloatArray:
    """Measure how far a batch is from others.

    Args:
        traits: Say which trait each column belongs to.
        own: (columns,) in spreads, NaN where missing.
        others: (others, columns) likewise.
        places: Which of the others; by default all.

    Returns:
        (places,) root mean square difference over the four fifths (rounded up) of the common
        traits in which they differ least, in spreads; NaN where nothing is in common.

    Examples:
        Three columns of two traits; the second batch lacks the second trait:

        >>> two = Traits(["a", "b"], ["x", "y"], np.array([0, 0, 1]), np.zeros((2, 3)), False)
        >>> here, there = np.array([0.0, 0, 0]), np.array([[3.0, 3, 4], [1, 1, np.nan]])
        >>> distances(two, here, there).round(3).tolist()
        [3.536, 1.0]
        >>> shared_parts(two, here[None], there).tolist()
        [[1.0, 0.5]]
    """
    every = np.arange(len(others)) if places is None else places
    return np.asarray(measured(own, others, every, traits.ends))


def nearest_places(
    traits: Traits, own: FloatArray, others: FloatArray, places: IntArray, top: int
) -> tuple[IntArray, FloatArray]:
    """Return the others nearest to a batch, and how far they are, the nearest first.

    Args:
        traits: Say which trait each column belongs to.
        own: (columns,) in spreads, NaN where missing.
        others: (others, columns) likewise.
        places: Which of the others may be it, ascending, which settles ties.
        top: How many.
    """
    return closest(own, others, places, traits.ends, top)  # type: ignore[no-any-return]
