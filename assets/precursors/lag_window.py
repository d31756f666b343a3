"""The lag of one precursor: its window cut at full resolution, and how sure that is.

The search works on a coarse grid; here the window of a survivor is cut again at every lag the
records hold near the ends found, and the whole cut is repeated on resampled lots and campaigns.
"""

from dataclasses import dataclass

import numpy as np

from assets.precursors.lag_search import CUT_RATIO, EventExposure, deviance_root
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.resampling.cluster_bootstrap import cluster_weights

MOST_CUTS = 24
RESAMPLES = 200
LEVEL = 0.95


@dataclass(frozen=True)
class LagWindow:
    """The window of lags of one precursor, in hours.

    Attributes:
        from_h: Lags above this count; 0 includes lag 0.
        until_h: Lags up to this count.
        until_low_h: Interval of ``until_h`` over resampled clusters, likewise ``until_high_h``.
        typical_h: Median lag of the failures inside the window, each by its last event there.
        typical_low_h: Interval of ``typical_h``, likewise ``typical_high_h``.
        is_exposed: Per batch whether an event falls into the window.
    """

    from_h: float
    until_h: float
    until_low_h: float
    until_high_h: float
    typical_h: float
    typical_low_h: float
    typical_high_h: float
    is_exposed: BoolArray


def cut_window(
    exposure: EventExposure,
    pairs: tuple[IntArray, FloatArray],
    label: FloatArray,
    rate: FloatArray,
    cluster: IntArray,
    seed: int,
) -> LagWindow:
    """Cut a window at full resolution and give its interval.

    Args:
        exposure: The window the search found; its ``until_h`` is finite.
        pairs: Places of batches and lags in hours of this event type and scope.
        label: Per batch 1 for a failure.
        rate: Per batch the failure rate of its matched block.
        cluster: Per batch its lot or campaign, resampled whole.
        seed: Seed of the resampling.

    Returns:
        The window, with percentile intervals over ``RESAMPLES`` cluster bootstraps.
    """
    at, lag = pairs
    timed = ~np.isnan(lag)
    at, lag = at[timed], lag[timed]
    windows = _candidates(exposure, lag)
    exposed = _exposed(at, lag, windows, label.size)
    # First every batch once, then whole clusters resampled.
    drawn = cluster_weights(cluster, RESAMPLES, np.random.default_rng(seed))
    weights = np.vstack([np.ones(label.size), drawn])
    score = deviance_root(weights @ (exposed * label[:, None]),
                          np.maximum(weights @ (exposed * rate[:, None]), 1e-3))  # fmt: skip
    best = score.argmax(axis=1)
    until = windows[best, 1]
    typical = np.array(
        [_typical(at, lag, windows[b], w * label) for b, w in zip(best, weights, strict=True)]
    )
    tail = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    until_ends = np.quantile(until[1:], tail)
    typical_ends = np.nanquantile(typical, tail) if np.isfinite(typical).any() else [np.nan] * 2
    low, high = windows[best[0]]
    return LagWindow(
        float(low), float(high), float(min(until_ends[0], high)), float(max(until_ends[1], high)),
        float(typical[0]), float(typical_ends[0]), float(typical_ends[1]), exposed[:, best[0]],
    )  # fmt: skip


def _candidates(exposure: EventExposure, lag: FloatArray) -> FloatArray:
    def near(end: float, step: float) -> FloatArray:
        inside = np.unique(lag[(lag >= end / step) & (lag <= end * step)])
        if inside.size > MOST_CUTS:
            inside = inside[np.linspace(0, inside.size - 1, MOST_CUTS).astype(int)]
        return np.unique(np.append(inside, end))

    lows = near(exposure.from_h, CUT_RATIO) if exposure.from_h > 0 else np.array([0.0])
    highs = near(exposure.until_h, CUT_RATIO)
    pairs = [(exposure.from_h, exposure.until_h)]
    pairs += [(low, high) for low in lows for high in highs if low < high]
    return np.array(pairs)


def _exposed(at: IntArray, lag: FloatArray, windows: FloatArray, batches: int) -> BoolArray:
    exposed = np.zeros((batches, len(windows)), dtype=bool)
    for column, (low, high) in enumerate(windows):
        exposed[at[inside(lag, low, high)], column] = True
    return exposed


def inside(lag: FloatArray, low: float, high: float) -> BoolArray:
    """Tell which lags fall into a window: above its lower end (0 included), up to its upper."""
    return np.asarray(((lag > low) | ((low == 0.0) & (lag == 0.0))) & (lag <= high))


def _typical(at: IntArray, lag: FloatArray, window: FloatArray, weight: FloatArray) -> float:
    """Weighted median of the shortest lag of each failure inside the window."""
    chosen = inside(lag, window[0], window[1]) & (weight[at] > 0)
    if not chosen.any():
        return float("nan")
    order = np.lexsort((lag[chosen], at[chosen]))
    places, first = np.unique(at[chosen][order], return_index=True)
    shortest = lag[chosen][order][first]
    by_lag = np.argsort(shortest, kind="stable")
    cumulated = weight[places][by_lag].cumsum()
    return float(shortest[by_lag][np.searchsorted(cumulated, cumulated[-1] / 2)])
