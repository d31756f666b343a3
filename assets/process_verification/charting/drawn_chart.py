"""One chart drawn whole: its versions, limits in units of the values, and what signalled."""

from dataclasses import dataclass

import numpy as np

from assets.process_verification.kept import NOTHING_KEPT
from assets.process_verification.limits.unit_limits import UnitLimits, unit_limits
from assets.process_verification.limits.versions import LimitRule, Version, versions
from assets.process_verification.plan.series import Series
from warehouse.kept_results import KeptResults


@dataclass(frozen=True)
class DrawnVersion:
    """A version with its limits; None while its baseline is being made."""

    version: Version
    limits: UnitLimits | None


@dataclass(frozen=True)
class DrawnChart:
    """A chart, drawn.

    Attributes:
        series: What is plotted.
        rule: What the plan says of it.
        versions: Its versions in order.
    """

    series: Series
    rule: LimitRule
    versions: tuple[DrawnVersion, ...]


def draw(series: Series, rule: LimitRule, kept: KeptResults = NOTHING_KEPT) -> DrawnChart:
    """Draw a chart.

    Args:
        series: What is plotted.
        rule: What the plan says of it.
        kept: What was told before.
    """
    drawn = []
    for version in versions(series, rule, kept):
        limits = None
        if version.fixed is not None:
            baseline = slice(version.baseline_first, version.fixed + 1)
            limits = unit_limits(series, baseline, slice(version.first, version.last + 1), kept)
        drawn.append(DrawnVersion(version, limits))
    return DrawnChart(series, rule, tuple(drawn))


def beyond_baseline(chart: DrawnChart, drawn: DrawnVersion) -> list[str]:
    """Return the batches of a baseline beyond its own limits."""
    version, limits = drawn.version, drawn.limits
    if limits is None or limits.chart.not_applicable or version.fixed is None:
        return []
    baseline = slice(version.baseline_first, version.fixed + 1)
    value = chart.series.value[baseline]
    own = limits.baseline
    outside = np.flatnonzero((value < own.lower) | (value > own.upper))
    return [str(batch) for batch in chart.series.batch[baseline][outside]]
