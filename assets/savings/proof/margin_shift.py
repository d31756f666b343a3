"""What holding a window promises for the margins: their mean, their spread, and how fast both show.

The margins are those fitted for the window's effect on failures; every batch is predicted by the
model of the other half of the lots, as recorded and held, so that no batch promises for itself.
"""

from dataclasses import dataclass

import numpy as np

from assets.savings.windows.difference import HALVES, fitting, half_fits
from assets.savings.windows.policy import Window
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import FloatArray
from assets.statistics.regression.detrending import group_means


@dataclass(frozen=True)
class MarginShift:
    """What a window promises for the margin that it moves most.

    Attributes:
        quantity: Place of the margin among the outcome's.
        shift: Mean shift away from the limit if every batch is held, in units of the margin.
        spread: Standard deviation of the margin within product, as recorded.
        spread_held: The same with the window held.
        margin: (batches,) margin less its product's mean, in production order.
    """

    quantity: int
    shift: float
    spread: float
    spread_held: float
    margin: FloatArray


def margin_shift(records: WindowRecords, window: Window) -> MarginShift | None:
    """Return what holding a window promises for the margins.

    Args:
        records: The recorded batches of the parameter and outcome.
        window: The window.

    Returns:
        The margin it moves most, in its own spreads; None where it moves none away from its limit.
    """
    chosen = fitting(records, window)
    halves = half_fits(records, np.arange(records.batches), records.cluster, chosen)
    moved = np.zeros_like(records.margins)
    for half, other in zip(HALVES, reversed(halves), strict=True):
        rows = np.flatnonzero(records.half == half)
        own, design = records.taken(rows), chosen.design.taken(rows)
        held = other.law.held(own, window).value
        moved[rows] = (design.at(held) - design.at(own.value)) @ other.weights
    every = np.arange(records.batches)
    within, within_held = (
        margins - group_means(margins, records.product, every)
        for margins in (records.margins, records.margins + moved)
    )
    spread = within.std(axis=0)
    size = moved.mean(axis=0) / np.maximum(spread, 1e-12)
    most = int(size.argmax())
    if size[most] <= 0:
        return None
    return MarginShift(
        quantity=most,
        shift=float(moved[:, most].mean()),
        spread=float(spread[most]),
        spread_held=float(within_held[:, most].std()),
        margin=within[:, most],
    )
