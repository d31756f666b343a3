"""What watches a chart: averages of scores, whose limits keep the promised false alarms."""

from dataclasses import dataclass

import numpy as np

from assets.process_verification.limits.promise import EVENT_WEIGHT, KeptPromise
from assets.process_verification.plan.series import EVENTS, GROUPED, Series
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.distribution_free import (
    WEIGHT,
    both_watched_scores,
    restarted_ewma,
    watched_scores,
)
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
    if series.chart in GROUPED:
        level = watched_scores(ranked, baseline, order=ORDER)
        spread = _within_scores(series.spread[part], baseline)
    else:  # the spread from batch to batch
        level, spread = both_watched_scores(ranked, baseline, order=ORDER)
    followed = _followed(level, WEIGHT, kept.level_width)
    if spread is None:
        return Watched(*followed, *_nothing(level.size))
    return Watched(*followed, *_followed(spread, WEIGHT, kept.spread_width or np.inf))


def _beyond(value: FloatArray, side: IntArray) -> FloatArray:
    if not side.any():
        return value
    below, above = np.nextafter(value, -np.inf), np.nextafter(value, np.inf)
    return np.where(side < 0, below, np.where(side > 0, above, value))


def _within_scores(within: FloatArray, baseline: int) -> FloatArray | None:
    """Scores of the spread of a batch's samples; None where nothing is known of it."""
    known = within[:baseline][np.isfinite(within[:baseline])]
    usual = np.median(known) if known.size else np.nan
    within = np.where(np.isfinite(within), within, usual)
    if not known.size or np.ptp(within[:baseline]) == 0:
        return None
    return watched_scores(within, baseline, order=ORDER)


def _followed(scored: FloatArray, weight: float, width: float) -> tuple[FloatArray, BoolArray]:
    path, alarm = restarted_ewma(scored, weight, width)
    return path / np.sqrt(weight / (2 - weight)), alarm


def _nothing(size: int) -> tuple[FloatArray, BoolArray]:
    return np.full(size, np.nan), np.zeros(size, dtype=bool)
