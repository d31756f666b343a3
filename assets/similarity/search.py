"""Search by example: from traits and results of all batches to the nearest ones of some.

Distances are told in spreads of the good batches of the asked batch's own product; where fewer than
eight are known, of all good batches that were compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from assets.similarity.distances import shared_parts
from assets.similarity.neighbours import Nearness, Neighbour, nearest, usual_distance
from assets.similarity.normal_spread import FEWEST_GOOD, NormalSpread, normal_spread
from assets.similarity.traits import Traits
from assets.statistics.array_types import BoolArray, FloatArray

_CELLS_AT_ONCE = 10_000_000


class ComparedBy(StrEnum):
    """What batches are compared by."""

    TRAJECTORY = "trajectory"
    FEATURES = "features"


class BatchResult(StrEnum):
    """What became of a batch, as far as a search asks."""

    FAILED = "failed"
    GOOD = "good"


@dataclass(frozen=True)
class FoundNeighbours:
    """What a search found for one batch.

    Attributes:
        batch: Place of the asked batch.
        traits: How many traits it has that can be measured in spreads.
        compared: Batches it was compared with.
        apart: Batches left out because they have less than half in common with it.
        good: Good batches that tell the normal spread.
        is_own_product: Whether these are of its own product alone.
        usual_distance: Median distance from the batches compared; None where there is none.
        neighbours: The nearest ones, by what became of them as it was asked for.
    """

    batch: int
    traits: int
    compared: int
    apart: int
    good: int
    is_own_product: bool
    usual_distance: float | None
    neighbours: dict[str, list[Neighbour]]


def similar(
    traits: Traits,
    asked: Sequence[int],
    product: Sequence[str | None],
    result: Sequence[str | None],
    is_compared: BoolArray,
    wanted: Sequence[str | None],
    top: int,
    *,
    of_any_product: bool = False,
) -> list[FoundNeighbours]:
    """Find the batches nearest to some.

    Args:
        traits: Of all batches, in production order.
        asked: Places of the batches asked about.
        product: Per batch.
        result: Per batch, ``failed``, ``good`` or anything else.
        is_compared: Per batch, whether it may be a neighbour: of the span asked for.
        wanted: Neighbours by what became of them, one list each; None for whatever became of them.
        top: Length of each list.
        of_any_product: Whether batches of other products are neighbours too.

    Returns:
        What was found for each, in the order asked; ``good`` is under eight where there are too few
        good batches for any spread, and then nobody is a neighbour.
    """
    products, results = np.array(product, dtype=object), np.array(result, dtype=object)
    found: dict[int, FoundNeighbours] = {}
    for own in dict.fromkeys(products[list(asked)]):
        is_own = products == own
        is_good = is_own & (results == BatchResult.GOOD)
        is_own_product = int(is_good.sum()) >= FEWEST_GOOD
        if not is_own_product:
            is_good = results == BatchResult.GOOD
        may = is_compared & (is_own | of_any_product)
        places = [place for place in asked if products[place] == own]
        normal = normal_spread(traits, is_good)
        for one in _of_product(traits, places, normal, results, may, wanted, top, is_own_product):
            found[one.batch] = one
    return [found[place] for place in asked]


def _of_product(
    traits: Traits,
    places: Sequence[int],
    normal: NormalSpread,
    results: np.ndarray,
    may: BoolArray,
    wanted: Sequence[str | None],
    top: int,
    is_own_product: bool,
) -> list[FoundNeighbours]:
    """Find the neighbours of batches that are measured in one spread."""
    # What good batches do not vary in has no unit; nor is there one where they are too few.
    has_unit = np.isfinite(normal.spread) & (normal.good >= FEWEST_GOOD)
    own = traits.of_columns(has_unit)
    scaled = normal.in_spreads(traits.values)[:, has_unit]
    others = np.flatnonzero(may)
    found = []
    at_once = max(1, _CELLS_AT_ONCE // max(1, others.size))
    for first in range(0, len(places), at_once):
        block = list(places[first : first + at_once])
        shared = shared_parts(own, scaled[block], scaled[others])
        for place, part in zip(block, shared, strict=True):
            is_other = others != place
            near = Nearness(others[is_other], part[is_other])
            compared = near.in_common.places.size
            found.append(
                FoundNeighbours(
                    batch=place,
                    traits=_traits_of(own, scaled[place]),
                    compared=compared,
                    apart=near.places.size - compared,
                    good=normal.good,
                    is_own_product=is_own_product,
                    usual_distance=usual_distance(place, own, scaled, near),
                    neighbours={
                        str(name or "any"): nearest(
                            place,
                            own,
                            scaled,
                            near if name is None else near.of(results[near.places] == name),
                            top,
                        )
                        for name in wanted
                    },
                )
            )
    return found


def _traits_of(traits: Traits, scaled: FloatArray) -> int:
    return int(np.unique(traits.trait[np.isfinite(scaled)]).size)
