"""The stretch of a driver in which predicted risk stays below the base rate, and no further.

Read from out-of-time predictions only, in groups of equal size. Where the stretch reaches the last
group on a side, nothing is said of values beyond what was recorded.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray

# The outermost twentieth on each side holds too few batches to promise anything.
GUARD = 0.05
FEWEST_GROUPS = 2


@dataclass(frozen=True)
class OperatingWindow:
    """A window of one parameter.

    Attributes:
        low: Lower end, in the parameter's unit; never below the recorded range it rests on.
        high: Upper end, likewise.
        is_open_low: Whether risk is still below the base rate at the lower end: what lies beyond
            was not recorded often enough to say.
        is_open_high: The same at the upper end.
        failure_prob: Mean predicted probability inside.
        base_rate: Mean predicted probability of all batches.
        batches: Out-of-time batches inside.
    """

    low: float
    high: float
    is_open_low: bool
    is_open_high: bool
    failure_prob: float
    base_rate: float
    batches: int


def operating_window(value: FloatArray, risk: FloatArray, groups: int) -> OperatingWindow | None:
    """Find the longest run of neighbouring groups whose risk stays below the mean.

    Args:
        value: Per out-of-time batch, the parameter; NaN where missing.
        risk: Per batch, predicted probability of failure.
        groups: Number of groups of equal size.

    Returns:
        The window; None where no two neighbouring groups stay below, or all do.
    """
    recorded = np.flatnonzero(np.isfinite(value))
    if recorded.size < 5 * groups:
        return None
    own, chance = value[recorded], risk[recorded]
    edges = np.unique(np.quantile(own, np.linspace(0, 1, groups + 1)[1:-1]))
    place = np.searchsorted(edges, own, side="right")
    base = float(chance.mean())
    counts = np.bincount(place, minlength=edges.size + 1)
    mean = np.bincount(place, weights=chance, minlength=counts.size) / np.maximum(counts, 1)
    first, last = _longest_run((mean < base) & (counts > 0))
    if last - first < FEWEST_GROUPS or last - first == counts.size:
        return None
    run = own[(place >= first) & (place < last)]
    guard_low, guard_high = np.quantile(own, [GUARD, 1 - GUARD])
    low, high = float(max(run.min(), guard_low)), float(min(run.max(), guard_high))
    # What is said of a window is said of the batches in it, not of those beyond the guard.
    inside = (own >= low) & (own <= high)
    return OperatingWindow(
        low=low,
        high=high,
        is_open_low=first == 0,
        is_open_high=last == counts.size,
        failure_prob=float(chance[inside].mean()),
        base_rate=base,
        batches=int(inside.sum()),
    )


def _longest_run(is_below: np.ndarray) -> tuple[int, int]:
    """First and one-past-last place of the longest run; (0, 0) where there is none."""
    edges = np.flatnonzero(np.diff(np.r_[False, is_below, False].astype(int)))
    starts, ends = edges[::2], edges[1::2]
    if not starts.size:
        return 0, 0
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest])
