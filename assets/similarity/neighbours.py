"""The nearest batches of one: ranked, with what they share and in what they differ most."""

from dataclasses import dataclass

import numpy as np

from assets.similarity.distance_kernel import TIED
from assets.similarity.distances import distances, nearest_places
from assets.similarity.traits import Traits
from assets.statistics.array_types import BoolArray, FloatArray, IntArray

LEAST_SHARED = 0.5
UNUSUAL_SPREADS = 2.0
NAMED_TRAITS = 3
MOST_MEASURED = 2000


@dataclass(frozen=True)
class Neighbour:
    """A batch like the asked one.

    Attributes:
        batch: Place among the batches.
        rank: From 1; batches as near as one another have the same.
        distance: In spreads of good batches.
        shared: Share of what the asked batch has that both have, 0 to 1.
        alike: What is unusual about both in the same way, the most unusual first.
        different: In what they differ most: how many spreads the neighbour lies above or below.
    """

    batch: int
    rank: int
    distance: float
    shared: float
    alike: list[str]
    different: list[str]


@dataclass(frozen=True)
class Nearness:
    """Which batches may be near one.

    Attributes:
        places: Where they stand among all batches, ascending.
        shared: Per batch, the share of what the asked one has that both have.
    """

    places: IntArray
    shared: FloatArray

    @property
    def in_common(self) -> "Nearness":
        """Those that have at least half in common with it."""
        return self.of(self.shared >= LEAST_SHARED)

    def of(self, is_kept: BoolArray) -> "Nearness":
        """Some of them."""
        return Nearness(self.places[is_kept], self.shared[is_kept])


def usual_distance(own: int, traits: Traits, scaled: FloatArray, near: Nearness) -> float | None:
    """Median distance of a batch from those that have enough in common with it.

    Of more than two thousand, that many are measured, evenly apart in production order.

    Args:
        own: Its place among all batches.
        traits: Of all batches.
        scaled: (batches, columns) in spreads.
        near: The others.

    Returns:
        None where there are none.
    """
    may = near.in_common.places
    if not may.size:
        return None
    spaced = np.linspace(0, may.size - 1, min(may.size, MOST_MEASURED)).astype(np.int64)
    return float(np.median(distances(traits, scaled[own], scaled, may[spaced])))


def nearest(
    own: int, traits: Traits, scaled: FloatArray, near: Nearness, top: int
) -> list[Neighbour]:
    """Rank the batches nearest to one.

    Args:
        own: Its place among all batches.
        traits: Of all batches, in production order, which settles ties.
        scaled: (batches, columns) in spreads.
        near: The candidates.
        top: How many.

    Returns:
        Those nearest among candidates that have at least half in common with it.
    """
    may = near.in_common
    places, apart = nearest_places(traits, scaled[own], scaled, may.places, top)
    found: list[Neighbour] = []
    for position, (place, distance) in enumerate(zip(places, apart.tolist(), strict=True), start=1):
        batch = int(place)
        is_tied = bool(found) and distance - found[-1].distance < TIED
        alike, different = _contrast(traits, scaled[own], scaled[batch])
        rank = found[-1].rank if is_tied else position
        shared = float(may.shared[np.searchsorted(may.places, batch)])
        found.append(Neighbour(batch, rank, distance, shared, alike, different))
    return found


def _contrast(traits: Traits, own: FloatArray, other: FloatArray) -> tuple[list[str], list[str]]:
    """What two batches share and in what they differ, in words."""
    size, own_mean = _by_trait(traits, own, own)
    other_size, _ = _by_trait(traits, other, own)
    apart, apart_mean = _by_trait(traits, other - own, own)
    smaller = np.fmin(size, other_size)
    is_alike = (smaller >= UNUSUAL_SPREADS) & (apart <= smaller / 2)
    alike = [
        f"{traits.names[i]} ({size[i]:.1f} {_side(own_mean[i])} normal)"
        for i in np.argsort(-np.nan_to_num(smaller), kind="stable")[:NAMED_TRAITS]
        if is_alike[i]
    ]
    different = [
        f"{traits.names[i]} ({apart[i]:.1f} {_side(apart_mean[i])})"
        for i in np.argsort(-np.nan_to_num(apart), kind="stable")[:NAMED_TRAITS]
        if np.nan_to_num(apart[i]) > TIED
    ]
    return alike, different


def _by_trait(
    traits: Traits, values: FloatArray, beside: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Root mean square and mean per trait over the columns both have; NaN where there is none."""
    is_there = np.isfinite(values) & np.isfinite(beside)
    there, filled = is_there.astype(float), np.where(is_there, values, 0.0)
    height = len(traits.names)
    count = np.bincount(traits.trait, there, height)
    with np.errstate(invalid="ignore"):
        squares = np.bincount(traits.trait, filled**2, height) / count
        mean = np.bincount(traits.trait, filled, height) / count
    return np.sqrt(squares), mean


def _side(mean: float) -> str:
    return "above" if mean > 0 else "below"
