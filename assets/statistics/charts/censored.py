"""Charts of results of which some are known only to lie below, or above, a reporting limit."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, silent
from assets.statistics.charts.run_rules import signals_by_rule

FEWEST_EXACT = 3


def censored_level(values: FloatArray, side: IntArray) -> Level:
    """Mean and sigma of a normal law by likelihood.

    Args:
        values: The result, or the limit it lies beyond; NaN skipped.
        side: Per value -1 below the limit, 0 exact, 1 above.

    Raises:
        ValueError: For fewer than 3 exact results, or none that differ.

    Source: Cohen (1959); Tobin (1958), in the concave form of Olsen, Econometrica 46:1211 (1978).

    Examples:
        >>> level = censored_level(np.array([1.0, 2.0, 3.0, 4.0, 1.0]), np.array([0, 0, 0, 0, -1]))
        >>> round(level.centre, 3), round(level.sigma, 3)
        (2.038, 1.394)
    """
    known = np.isfinite(values)
    x, s = values[known], side[known]
    exact = x[s == 0]
    if exact.size < FEWEST_EXACT or np.ptp(exact) == 0:
        raise ValueError(f"{exact.size} exact results do not tell the spread: give at least 3")
    shift, unit = float(exact.mean()), float(exact.std())
    y, low, high = (exact - shift) / unit, (x[s < 0] - shift) / unit, (x[s > 0] - shift) / unit

    def loss(at: FloatArray) -> float:
        slope, gain = at[0], np.exp(at[1])  # mean / sigma and 1 / sigma
        fit = -0.5 * float(((gain * y - slope) ** 2).sum()) + y.size * at[1]
        fit += float(log_ndtr(gain * low - slope).sum() + log_ndtr(slope - gain * high).sum())
        return float(-fit)

    found = minimize(loss, np.zeros(2), method="BFGS", options={"gtol": 1e-8})
    sigma = float(np.exp(-found.x[1]))
    centre = float(found.x[0]) * sigma
    return Level(shift + unit * centre, unit * sigma, "likelihood, normal, censored", x.size)


def censored_chart(
    values: FloatArray,
    side: IntArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
) -> ControlChart:
    """Single results, some beyond a reporting limit; a rule fires only where it surely holds.

    Args:
        values: In production order, the result or the limit it lies beyond, NaN where there is
            none; it is what is plotted.
        side: Per value -1 below the limit, 0 exact, 1 above.
        level: Fixed in phase I; by likelihood from the baseline if not given.
        baseline: Per value, whether the level rests on it; all if not given.
        rules: Names of run rules.

    Returns:
        The chart; not applicable, with the reason, where fewer than 3 results are exact. Its
        autocorrelation counts a censored result at its limit.

    Examples:
        >>> values, side = np.array([1.0, 2.0, 3.0, 2.5, 9.0]), np.array([-1, 0, 0, 0, 0])
        >>> chart = censored_chart(values, side, level=Level(2.0, 1.0))
        >>> chart.signals["we1"].tolist()
        [4]
    """
    taken = np.ones(values.shape, dtype=bool) if baseline is None else baseline
    exact = int((np.isfinite(values) & (side == 0) & taken).sum())
    if level is None:
        if exact < FEWEST_EXACT or np.ptp(values[np.isfinite(values) & (side == 0) & taken]) == 0:
            why = f"{exact} exact results in the baseline: 3 that differ are needed"
            return silent("individuals, censored", values, why)
        level = censored_level(values[taken], side[taken])
    chart = drawn("individuals, censored", values, level, rules=(), baseline=baseline)
    if chart.not_applicable:
        return chart
    known = np.isfinite(values)
    least = np.where((side < 0) & known, -np.inf, chart.z)
    most = np.where((side > 0) & known, np.inf, chart.z)
    return replace(chart, signals=signals_by_rule(least, rules, most))
