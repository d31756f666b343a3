"""Limits in the unit of the values: fixed from a baseline, drawn for every point after it."""

from dataclasses import dataclass, replace

import numpy as np

from assets.process_verification.kept import NOTHING_KEPT
from assets.process_verification.plan.series import GROUPED, Series
from assets.statistics.array_types import FloatArray
from assets.statistics.charts.attributes import p_chart, u_chart
from assets.statistics.charts.autocorrelation import FEWEST_VALUES, autoregression
from assets.statistics.charts.censored import censored_chart
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, lag_one, silent
from assets.statistics.charts.rare_events import g_chart, t_chart
from assets.statistics.charts.run_length.estimated_limits import shewhart_width
from assets.statistics.charts.run_rules import NELSON
from warehouse.kept_results import KeptResults

# Points of an unchanged process beyond limits of single values: three sigma, had it been known.
RATE = 0.0027


@dataclass(frozen=True)
class UnitLimits:
    """One version's limits.

    Attributes:
        chart: Centre, limits and completed rules, a point each of the part that was given.
        baseline: The same of the points limits were fixed from.
        centre: Of the version.
        lower: At the size usual in the baseline; minus infinity where there is none.
        upper: At the size usual in the baseline.
    """

    chart: ControlChart
    baseline: ControlChart
    centre: float
    lower: float
    upper: float


def unit_limits(
    series: Series, baseline: slice, part: slice, kept: KeptResults = NOTHING_KEPT
) -> UnitLimits:
    """Fix limits from a baseline and draw them over a part of the chart.

    Args:
        series: The chart.
        baseline: Points limits are fixed from.
        part: Points they are drawn for.
        kept: Levels of baselines that were told before.

    Returns:
        Limits of single points: of an autoregression for values with memory, by likelihood where
        results are censored, Laney's for counts, by the law of gaps for events. Those of values
        are as wide as the next value of the same process needs, of a baseline of so many.

    Source: Hahn & Meeker (1991), section 4.8: a prediction interval by Student's t. Three sigma
    from twenty values are left by one value in 116, not by one in 370.
    """
    taken, drawn_for = _part(series, baseline), _part(series, part)
    drawn_of = _DRAWN.get(series.chart)
    if drawn_of is None:
        level = _level_of_values(taken, kept)
        chart, own = _values(taken, drawn_for, level, NELSON), _values(taken, taken, level, ())
    else:
        chart, own = drawn_of(taken, drawn_for), drawn_of(taken, taken)
        chart = replace(chart, autocorrelation=_correlation(taken.value))
    if chart.not_applicable:
        nan = float("nan")
        return UnitLimits(chart, own, nan, nan, nan)
    # Of the baseline's sizes: those of points to come would move what is frozen.
    usual = int(np.argmin(np.abs(taken.size - np.median(taken.size))))
    return UnitLimits(
        chart, own, float(own.centre[usual]), float(own.lower[usual]), float(own.upper[usual])
    )


def _censored(taken: Series, part: Series) -> ControlChart:
    of = censored_chart(taken.value, taken.side)
    level = _level(of)
    if level is None:
        return _quiet(of, part)
    return censored_chart(part.value, part.side, level=level, rules=NELSON)


def _gaps(taken: Series, part: Series) -> ControlChart:
    of = g_chart(taken.value)
    level = _level(of)
    return g_chart(part.value, level=level, rules=("nelson1",)) if level else _quiet(of, part)


def _level_of_values(taken: Series, kept: KeptResults) -> Level | None:
    """Single values, means of samples, or deviations from a product's past; None of equal ones."""
    value = taken.value
    if value.size < FEWEST_VALUES or np.ptp(value) == 0:
        return None

    def told() -> list[object]:
        fit = autoregression(value)
        return [fit.mean, fit.marginal_sd, fit.coefficients.size]

    mean, spread, order = kept.of("autoregression", value, make=told)
    if spread <= 0:
        return None
    method = f"single values of an autoregression of order {order}" if order else "single values"
    return Level(mean, spread, method, value.size)


def _values(
    taken: Series, part: Series, level: Level | None, rules: tuple[str, ...]
) -> ControlChart:
    kind = "means of samples" if taken.chart in GROUPED else "individuals"
    memory = _correlation(taken.value)
    if level is None:
        why = "all values of the baseline are equal"
        return replace(silent(kind, part.value, why), autocorrelation=memory)
    width = shewhart_width(level.n, RATE)
    return drawn(kind, part.value, level, rules=rules, width=width, autocorrelation=memory)


def _counts(taken: Series, part: Series) -> ControlChart:
    chart = p_chart if taken.chart == "laney_p" else u_chart
    of = chart(taken.value * taken.size, taken.size, laney=True)
    level = _level(of)
    if level is None:
        return _quiet(of, part)
    return chart(part.value * part.size, part.size, laney=True, level=level, rules=NELSON)


def _times(taken: Series, part: Series) -> ControlChart:
    both = np.concatenate([taken.value, part.value])
    is_baseline = np.arange(both.size) < taken.value.size
    chart = t_chart(both, baseline=is_baseline, rules=("nelson1",))
    cut = taken.value.size
    signals = {rule: at[at >= cut] - cut for rule, at in chart.signals.items()}
    return replace(
        chart,
        plotted=part.value,
        centre=chart.centre[cut:],
        lower=chart.lower[cut:],
        upper=chart.upper[cut:],
        z=chart.z[cut:],
        signals=signals,
    )


def _level(chart: ControlChart) -> Level | None:
    if chart.not_applicable:
        return None
    centre = float(chart.centre[np.isfinite(chart.centre)][0])
    return Level(centre, chart.sigma, chart.sigma_method, chart.n)


def _quiet(chart: ControlChart, part: Series) -> ControlChart:
    return silent(chart.kind, part.value, chart.not_applicable or "")


def _part(series: Series, part: slice) -> Series:
    return replace(
        series,
        batch=series.batch[part],
        known_at=series.known_at[part],
        value=series.value[part],
        side=series.side[part],
        spread=series.spread[part],
        size=series.size[part],
    )


def _correlation(values: FloatArray) -> float:
    return float(np.clip(lag_one(values), -1, 1))


_DRAWN = {
    "laney_p": _counts,
    "laney_u": _counts,
    "g": _gaps,
    "t": _times,
    "i_mr_censored": _censored,
}
