"""Charts of single values: individuals and moving range."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.charts.constants import chart_factors
from assets.statistics.charts.control_chart import FEWEST_POINTS, ControlChart, Level, drawn, silent
from assets.statistics.charts.levels import moving_range, moving_range_level


@dataclass(frozen=True)
class LocationAndSpread:
    """Two charts of the same values: where they lie and how far they scatter."""

    location: ControlChart
    spread: ControlChart


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
        Both charts; not applicable, with the reason, where no two values of the baseline are next
        to each other, or without any spread.

    Source: Montgomery, section 6.4; NIST/SEMATECH e-Handbook 6.3.2.2.

    Examples:
        >>> flow = [49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6, 52.1]
        >>> chart = individuals_chart(np.array(flow), places=3).location
        >>> f"{chart.lower[0]:.4f} to {chart.upper[0]:.4f}"
        '45.8159 to 55.8041'
    """
    # What is no part of the baseline is a gap in it: no range reaches across.
    taken = values if baseline is None else np.where(baseline, values, np.nan)
    known, ranges = int(np.isfinite(taken).sum()), moving_range(values)
    if level is None and not np.isfinite(moving_range(taken)).any():
        why = f"{known} recorded values in the baseline: {FEWEST_POINTS} neighbours are needed"
        return LocationAndSpread(
            silent("individuals", values, why), silent("moving range", ranges, why)
        )
    level = level or moving_range_level(taken, places=places)
    if level.sigma <= 0:
        why = "sigma is 0, as where all values of the baseline are equal: no spread to judge by"
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
