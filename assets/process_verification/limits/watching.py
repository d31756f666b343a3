"""What watches a chart: averages of scores, whose limits keep the promised false alarms."""

from dataclasses import dataclass

import numpy as np

from assets.process_verification.limits.promise import EVENT_WEIGHT, KeptPromise
from assets.process_verification.plan.series import EVENTS, GROUPED, Series
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.distribution_free import WEIGHT, restarted_ewma, watched_scores
from assets.statistics.charts.run_length.tabled_widths import ORDER
from assets.statistics.charts.sequential.gaps import gap_scores, time_scores


@dataclass(frozen=True)
class Watched:
    """What was watched after a baseline, one entry a point.

    Attributes:
        level: Weighted average of scores in steady standard deviations.
        level_alarm: Where it signals; it starts anew after.
        spread: The same of the spread; NaN where none is watched.
        spread_alarm: Where that signals.
    """

    level: FloatArray
    level_alarm: BoolArray
    spread: FloatArray
    spread_alarm: BoolArray


def watched(series: Series, part: slice, baseline: int, kept: KeptPromise) -> Watched | str:
    """Follow a part of a chart after its baseline.

    Args:
        series: The chart.
        part: From the first point of the baseline on.
        baseline: Points of the baseline.
        kept: Widths.

    Returns:
        What was seen, or why nothing can be.
    """
    value = series.value[part]
    if series.chart in EVENTS:
        scored = gap_scores(value) if series.chart == "g" else time_scores(np.maximum(value, 1e-9))
        path, alarm = _followed(scored[baseline:], EVENT_WEIGHT, kept.level_width)
        return Watched(path, alarm, *_nothing(path.size))
    # A result beyond its reporting limit lies beyond every result within it.
    ranked = _beyond(value, series.side[part])
    if np.ptp(ranked[:baseline]) == 0:
        return "all values of the baseline are equal"
    level, alarm = _followed(
        watched_scores(ranked, baseline, order=ORDER), WEIGHT, kept.level_width
    )
    spread = _spread(series, part, ranked, baseline, kept.spread_width or np.inf)
    return Watched(level, alarm, *spread)


def _beyond(value: FloatArray, side: IntArray) -> FloatArray:
    if not side.any():
        return value
    below, above = np.nextafter(value, -np.inf), np.nextafter(value, np.inf)
    return np.where(side < 0, below, np.where(side > 0, above, value))


def _spread(
    series: Series, part: slice, ranked: FloatArray, baseline: int, width: float
) -> tuple[FloatArray, BoolArray]:
    """The spread from batch to batch, or that of a batch's samples where there are several."""
    if series.chart not in GROUPED:
        scored = watched_scores(ranked, baseline, order=ORDER, watch="spread")
        return _followed(scored, WEIGHT, width)
    within = series.spread[part]
    usual = np.nanmedian(within[:baseline]) if np.isfinite(within[:baseline]).any() else np.nan
    within = np.where(np.isfinite(within), within, usual)
    if not np.isfinite(usual) or np.ptp(within[:baseline]) == 0:
        return _nothing(within.size - baseline)
    return _followed(watched_scores(within, baseline, order=ORDER), WEIGHT, width)


def _followed(scored: FloatArray, weight: float, width: float) -> tuple[FloatArray, BoolArray]:
    path, alarm = restarted_ewma(scored, weight, width)
    return path / np.sqrt(weight / (2 - weight)), alarm


def _nothing(size: int) -> tuple[FloatArray, BoolArray]:
    return np.full(size, np.nan), np.zeros(size, dtype=bool)
