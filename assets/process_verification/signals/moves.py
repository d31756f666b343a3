"""Which factors moved within the interval of an onset, and how surprising that is.

A lot changes every ten batches: that one changed within an interval of fifteen says nothing. A new
supplier, once in three years, does. So every factor is held against how often it moves, and all
factors of a signal against one another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma
from typing import Any

import numpy as np

from assets.process_verification.signals.factors import Factors
from assets.statistics.array_types import IntArray
from assets.statistics.resampling.multiplicity import holm

NOTABLE = 0.05
# Column of ``finding.chart_moves`` -> what of a move stands in it.
MOVE_COLUMNS = {
    "factor": "factor",
    "moved": "moved",
    "moves": "moves",
    "moves_in_interval": "within",
    "batches": "batches",
    "interval_batches": "interval",
    "p_value": "p_value",
    "p_adjusted": "p_adjusted",
}


@dataclass(frozen=True)
class Move:
    """One factor over the batches of a signal.

    Attributes:
        factor: Its name.
        moved: From what to what nearest to the onset; None where it did not move in the interval.
        moves: Over all batches looked at.
        within: In the interval.
        batches: Looked at.
        interval: Batches of the interval.
        p_value: Chance that one that moves so often moves in an interval as long.
        p_adjusted: Over all factors of the signal.
    """

    factor: str
    moved: str | None
    moves: int
    within: int
    batches: int
    interval: int
    p_value: float
    p_adjusted: float


def chance_of_a_move(places: int, moves: int, interval: int) -> float:
    """Chance that at least one of some moves falls into an interval.

    Args:
        places: Where a move can be.
        moves: How many there are.
        interval: Places of the interval.

    Source: hypergeometric; exact where every placing of the moves is as likely.

    Examples:
        >>> round(chance_of_a_move(100, 1, 5), 4), round(chance_of_a_move(100, 2, 5), 4)
        (0.05, 0.098)
    """
    if moves <= 0:
        return 1.0
    if moves + interval > places:
        return 1.0
    left = places - interval
    # Ways to place all moves outside the interval, over all ways.
    missed = lgamma(left + 1) - lgamma(left - moves + 1) - lgamma(places + 1)
    return min(max(1.0 - exp(missed + lgamma(places - moves + 1)), 0.0), 1.0)


def moves(
    factors: Factors, batch: np.ndarray, made_at: np.ndarray, low: int, middle: int, high: int
) -> list[Move]:
    """Look at every factor of a signal.

    Args:
        factors: Of all batches.
        batch: Of the chart, in order up to the signal.
        made_at: When each of the same was made: an event is held against what was made before and
            after it, however late results came.
        low: Place of the first batch of the interval.
        middle: Place at its middle.
        high: Place of its last batch.

    Returns:
        Factors that moved at all, in the order of their adjusted p-values.
    """
    at = factors.places(batch)
    found = []
    for factor, (codes, names) in factors.levels.items():
        looked = _of_levels(factor, codes[at], names, low, middle, high)
        if looked is not None:
            found.append(looked)
    used = factors.used_on(batch)
    for (equipment, event), instants in factors.events.items():
        if equipment in used:
            looked = _of_events(f"{event} of {equipment}", instants, made_at, low, high)
            if looked is not None:
                found.append(looked)
    adjusted = holm(np.array([move.p_value for move in found]))
    ranked = [
        Move(**{**vars(move), "p_adjusted": float(p)})
        for move, p in zip(found, adjusted, strict=True)
    ]
    return sorted(ranked, key=lambda move: (move.p_adjusted, move.p_value, move.factor))


def told(found: list[Move]) -> str | None:
    """Say what moved beyond chance, None for nothing.

    Examples:
        >>> told([Move("line", "L1 to L2", 1, 1, 300, 4, 0.013, 0.03)])
        'line (L1 to L2)'
    """
    notable = [move for move in found if move.p_adjusted <= NOTABLE and move.moved]
    return "; ".join(f"{move.factor} ({move.moved})" for move in notable) or None


def as_columns(found: Sequence[Move]) -> dict[str, list[Any]]:
    """Return moves as columns of ``finding.chart_moves``, in which a night keeps them.

    Examples:
        >>> as_columns([Move("line", "L1 to L2", 1, 1, 300, 4, 0.013, 0.03)])["interval_batches"]
        [4]
    """
    return {name: [getattr(move, of) for move in found] for name, of in MOVE_COLUMNS.items()}


def _of_levels(
    factor: str, codes: IntArray, names: Sequence[str], low: int, middle: int, high: int
) -> Move | None:
    known = np.flatnonzero(codes >= 0)
    if known.size < 2:
        return None
    own = codes[known]
    changed = np.flatnonzero(own[1:] != own[:-1]) + 1
    if not changed.size:
        return None
    # A change shows on the first batch after it, among batches of which the factor is known.
    begin, end = int(np.searchsorted(known, low)), int(np.searchsorted(known, high, side="right"))
    inside = changed[(changed >= begin) & (changed < end)]
    places = known.size - 1
    interval = min(max(end - max(begin, 1), 0), places)
    moved = None
    if inside.size:
        nearest = int(inside[np.argmin(np.abs(known[inside] - middle))])
        moved = f"{names[own[nearest - 1]]} to {names[own[nearest]]}"
    return _move(factor, moved, changed.size, inside.size, places, interval)


def _of_events(
    factor: str, instants: np.ndarray, made_at: np.ndarray, low: int, high: int
) -> Move | None:
    """Events between batches: places are the gaps between one batch and the next."""
    if np.isnat(made_at).any() or made_at.size < 2:
        return None
    # Points stand in the order in which they became known: after an event is what is made later.
    made = np.maximum.accumulate(made_at)
    gap = np.searchsorted(made, instants)
    gap = np.unique(gap[(gap > 0) & (gap < made.size)])
    if not gap.size:
        return None
    inside = gap[(gap >= low) & (gap <= high)]
    places = made.size - 1
    moved = None
    if inside.size:
        on = instants[np.searchsorted(made, instants) == inside[-1]][-1]
        moved = f"on {str(on)[:10]}"
    interval = min(high - max(low, 1) + 1, places)
    return _move(factor, moved, gap.size, inside.size, places, interval)


def _move(
    factor: str, moved: str | None, every: int, inside: int, places: int, interval: int
) -> Move:
    p_value = chance_of_a_move(places, every, interval) if inside else 1.0
    return Move(factor, moved, every, inside, places + 1, interval, p_value, 1.0)
