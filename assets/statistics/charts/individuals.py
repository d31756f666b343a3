"""Charts of single values: individuals and moving range."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.charts.constants import chart_factors
from assets.statistics.charts.control_chart import FEWEST_POINTS, ControlChart, Level, drawn, silent
from assets.statistics.charts.levels import moving_range_level


@dataclass(frozen=True)
class LocationAndSpread:
    """Two charts of the same values: where they lie and how far they scatter."""

    location: ControlChart
    spread: ControlChart


def moving_range(values: FloatArray) -> FloatArray:
    """Distance of each value from the last recorded one before it; NaN for the first.

    Examples:
        >>> moving_range(np.array([4.0, np.nan, 7.0, 5.0])).tolist()
        [nan, nan, 3.0, 2.0]
    """
    ranges = np.full(values.shape, np.nan)
    known = np.flatnonzero(np.isfinite(values))
    ranges[known[1:]] = np.abs(np.diff(values[known]))
    return ranges


def individuals_chart(
    values: FloatArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
    places: int | None = None,
) -> LocationAndSpread:
    """I-MR: single values against three sigma, sigma from the moving range, and the moving ranges.

    Args:
        values: In production order, NaN where nothing was recorded.
        level: The level fixed in phase I; estimated from the baseline if not given.
        baseline: Per value, whether the level rests on it; all if not given.
        rules: Names of run rules, for the chart of single values.
        places: Decimals of the constants, for limits equal to those of a printed table (3).

    Returns:
        Both charts; not applicable, with the reason, for fewer than 2 values or no spread.

    Source: Montgomery, section 6.4; NIST/SEMATECH e-Handbook 6.3.2.2.

    Examples:
        >>> flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
        >>> chart = individuals_chart(np.array(flow), places=3).location
        >>> f"{chart.lower[0]:.4f} to {chart.upper[0]:.4f}"
        '45.8159 to 55.8041'
    """
    taken = values if baseline is None else values[baseline]
    known = int(np.isfinite(taken).sum())
    if level is None and known < FEWEST_POINTS:
        why = f"{known} recorded values in the baseline: {FEWEST_POINTS} are needed"
        return LocationAndSpread(
            silent("individuals", values, why), silent("moving range", moving_range(values), why)
        )
    level = level or moving_range_level(taken, places=places)
    ranges = moving_range(values)
    if level.sigma <= 0:
        why = "all values of the baseline are equal: no spread to judge by"
        return LocationAndSpread(
            silent("individuals", values, why), silent("moving range", ranges, why)
        )
    two = chart_factors(2, places)
    mean_range = level.sigma * two.d2
    return LocationAndSpread(
        drawn("individuals", values, level, rules=rules, baseline=baseline),
        drawn(
            "moving range",
            ranges,
            level,
            scale=two.d3,
            centre=np.full(values.shape, mean_range),
            limits=(0.0, two.d4_high * mean_range),
            baseline=baseline,
        ),
    )
