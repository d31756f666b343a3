"""What a lever's parameter promises for the margins, between two set-points inside its window.

Holding a window moves few batches a little, so its mean effect takes years to show. What the saving
rests on is how the margin answers to the parameter, and that shows between two set-points: one at
the limit of the window, one far inside. Neither is riskier than what is made today. Every batch is
predicted by the margin model of the other half of the lots, so that no batch promises for itself.
"""

from dataclasses import dataclass

import numpy as np

from assets.savings.windows.difference import HALVES, HeldParameter, fitting, half_fits
from assets.savings.windows.policy import Window
from assets.savings.windows.records import WindowRecords
from assets.statistics.array_types import FloatArray
from assets.statistics.one_thread import one_thread
from assets.statistics.regression.detrending import group_means

FAR_SHARE = 0.1  # of recorded values lie beyond the far set-point


@dataclass(frozen=True)
class MarginShift:
    """What two set-points promise for the margin that answers most.

    Attributes:
        quantity: Place of the margin among the outcome's.
        near: Set-point at the limit of the window, on the recorded scale.
        far: Set-point far inside it.
        shift: Mean of the margin at ``far`` less that at ``near``, above 0, in its units.
        spread: Standard deviation of the margin within product, as recorded.
        margin: (batches,) margin less its product's mean, in production order.
    """

    quantity: int
    near: float
    far: float
    shift: float
    spread: float
    margin: FloatArray


def set_points(value: FloatArray, window: Window) -> list[tuple[float, float]]:
    """Return the pairs of set-points a trial could compare, near the limit and far inside.

    Args:
        value: Recorded values.
        window: The window; one open end leads far to the safe side, two limits to the middle.
    """
    if not np.isfinite(window.low):
        return [(window.high, float(np.quantile(value, FAR_SHARE)))]
    if not np.isfinite(window.high):
        return [(window.low, float(np.quantile(value, 1 - FAR_SHARE)))]
    inside = value[(value >= window.low) & (value <= window.high)]
    middle = float(np.median(inside)) if inside.size else (window.low + window.high) / 2
    return [(window.low, middle), (window.high, middle)]


@one_thread()
def margin_shift(records: WindowRecords, window: Window) -> MarginShift | None:
    """Return what the set-points of a window promise for the margins.

    Args:
        records: The recorded batches of the parameter and outcome.
        window: The window.

    Returns:
        The set-points and the margin that differ most, in the margin's own spreads; None where no
        margin is farther from its limit at the far set-point.
    """
    chosen = fitting(records, window)
    part = HeldParameter(records, chosen)
    halves = half_fits([part], np.arange(records.batches), records.cluster)
    every = np.arange(records.batches)
    within = records.margins - group_means(records.margins, records.product, every)
    spread = within.std(axis=0)
    found: MarginShift | None = None
    for near, far in set_points(records.value, window):
        moved = np.zeros_like(records.margins)
        for half, other in zip(HALVES, reversed(halves), strict=True):
            rows = np.flatnonzero(records.half == half)
            design = chosen.design.taken(rows)
            at_far, at_near = (design.at(np.full(rows.size, point)) for point in (far, near))
            moved[rows] = (at_far - at_near) @ other.weights[0]
        shift = moved.mean(axis=0)
        most = int((shift / np.maximum(spread, 1e-12)).argmax())
        if shift[most] <= 0 or (found and shift[most] / spread[most] <= found.shift / found.spread):
            continue
        found = MarginShift(
            most, near, far, float(shift[most]), float(spread[most]), within[:, most]
        )
    return found
