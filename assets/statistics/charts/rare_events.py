"""Charts of rare events: units between events (g) and time between events (t)."""

from collections.abc import Iterable
from dataclasses import replace
from math import log, log1p

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, silent
from assets.statistics.charts.individuals import individuals_chart

# Weibull times with shape 1 become nearly normal by this power (Nelson 1994).
TIME_POWER = 1 / 3.6
WITHIN_THREE_SIGMA = 0.00135


def g_chart(
    gaps: FloatArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
    by_probability: bool = False,
) -> ControlChart:
    """Units (batches, opportunities) between events; an event next to an event has the gap 0.

    Args:
        gaps: Per event in order, units without it since the last one, 0 or more.
        level: Fixed in phase I: centre is the mean gap, sigma its standard deviation.
        baseline: Per gap, whether the level rests on it; all if not given.
        rules: Names of run rules.
        by_probability: Limits at 0.135% and 99.865% of the geometric law instead of three sigma,
            whose lower limit is always 0: only then do events that come closer signal, and only
            where the mean gap is above 740, as below it even a gap of 0 is likelier than that.

    Source: Kaminsky et al. (1992); Benneyan, Health Care Manag Sci 4:305-318 (2001).

    Examples:
        >>> chart = g_chart(np.array([23.0, 39, 15, 34, 1, 49]))
        >>> f"{chart.centre[0]:.2f}, {chart.lower[0]:g} to {chart.upper[0]:.2f}"
        '26.83, 0 to 108.82'
    """
    taken = gaps if baseline is None else gaps[baseline]
    known = taken[np.isfinite(taken)]
    if (level is None and (known.size == 0 or known.mean() == 0)) or (level and level.centre <= 0):
        return silent("g", gaps, "no gap above 0 in the baseline")
    if level is None:
        mean = float(known.mean())
        level = Level(mean, float(np.sqrt(mean * (mean + 1))), "geometric law", known.size)
    limits = None
    if by_probability:
        fail = log1p(-1 / (level.centre + 1))  # logarithm of the chance of one more unit
        low = log1p(-WITHIN_THREE_SIGMA) / fail
        limits = (np.floor(low), np.ceil(log(WITHIN_THREE_SIGMA) / fail) - 1)
    return drawn("g", gaps, level, limits=limits, floor=0.0, rules=rules, baseline=baseline)


def t_chart(
    times: FloatArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
    places: int | None = None,
) -> ControlChart:
    """Time between events, made nearly normal by the power 1/3.6.

    Args:
        times: Per event in order, time since the last one; 0 for two at one instant.
        level: Fixed in phase I, of the times to the power 1/3.6.
        baseline: Per time, whether the level rests on it; all if not given.
        rules: Names of run rules.
        places: Decimals of d2, for limits as printed (3).

    Returns:
        The chart in the unit of the times; ``sigma`` and ``z`` are those of the power.

    Source: Nelson, J Qual Technol 26(3):239-241 (1994); Montgomery, example 7.6.

    Examples:
        >>> chart = t_chart(np.array([286.0, 948, 536, 124, 816, 729, 4, 143, 431, 8]), places=3)
        >>> f"{chart.centre[0]:.1f}, from {chart.lower[0]:g}"
        '250.1, from 0'
    """
    powered = np.where(times >= 0, times, np.nan) ** TIME_POWER
    chart = individuals_chart(
        powered, level=level, baseline=baseline, rules=rules, places=places
    ).location
    if chart.not_applicable:
        return replace(chart, kind="t", plotted=times)
    back = 1 / TIME_POWER
    return replace(
        chart,
        kind="t",
        plotted=times,
        centre=chart.centre**back,
        lower=np.maximum(chart.lower, 0.0) ** back,
        upper=chart.upper**back,
        sigma_method=f"{chart.sigma_method}, of times to the power 1/3.6",
    )
