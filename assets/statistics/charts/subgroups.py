"""Charts of subgroups: X-bar with S, X-bar with R, and three ways."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.constants import chart_factors
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, silent
from assets.statistics.charts.individuals import LocationAndSpread, individuals_chart
from assets.statistics.charts.levels import Spread, Subgroups, subgroups_of, within_level


@dataclass(frozen=True)
class ThreeWay:
    """Means of subgroups as single values, their moving ranges, and the spread within."""

    between: LocationAndSpread
    within: ControlChart


def xbar_s_chart(
    values: FloatArray,
    subgroup: IntArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    spread: Spread = "pooled sd",
    rules: Iterable[str] = ("we1",),
) -> LocationAndSpread:
    """X-bar and S, subgroups of any sizes of 2 values or more.

    Args:
        values: In production order, NaN where nothing was recorded.
        subgroup: Per value, the code of its subgroup.
        level: The level of single values fixed in phase I; estimated from the baseline otherwise.
        baseline: Per subgroup in order of first value, whether the level rests on it.
        spread: How sigma is estimated, ``mean sd``, ``pooled sd`` or ``weighted sd``.
        rules: Names of run rules, for the means.

    Returns:
        Both charts, a point per subgroup.

    Source: Montgomery, section 6.3.

    Examples:
        >>> chart = xbar_s_chart(np.array([1.0, 3.0, 5.0, 9.0]), np.array([0, 0, 1, 1]))
        >>> chart.location.plotted.tolist(), f"{chart.location.upper[0]:.3f}"
        ([2.0, 7.0], '9.852')
    """
    groups = subgroups_of(values, subgroup)
    found = level or _phase_one(groups, baseline, spread)
    if isinstance(found, str):
        return _silent(groups, "S", found)
    level = found
    factors = [chart_factors(max(int(n), 2)) for n in groups.size]
    mean_sd = np.array([one.c4 for one in factors])
    # Of the textbook's weighted sd each subgroup takes its own c4; every other sigma is one number.
    is_weighted = level.method.startswith("weighted")
    own = 1 / mean_sd if is_weighted else np.ones(groups.size.size)
    middle = level.sigma * own * mean_sd
    sds = np.where(groups.size > 1, groups.sd, np.nan)
    return LocationAndSpread(
        _means(groups, level, own, rules, baseline),
        drawn(
            "S",
            sds,
            level,
            scale=own * np.sqrt(1 - mean_sd**2),
            centre=middle,
            limits=(
                middle * np.array([one.b3 for one in factors]),
                middle * np.array([one.b4 for one in factors]),
            ),
            baseline=baseline,
        ),
    )


def xbar_r_chart(
    values: FloatArray,
    subgroup: IntArray,
    *,
    level: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
    places: int | None = None,
) -> LocationAndSpread:
    """X-bar and R, for subgroups of about ten values at most.

    Args:
        values: In production order, NaN where nothing was recorded.
        subgroup: Per value, the code of its subgroup.
        level: The level of single values fixed in phase I; estimated from the baseline otherwise.
        baseline: Per subgroup in order of first value, whether the level rests on it.
        rules: Names of run rules, for the means.
        places: Decimals of the constants, for limits equal to those of a printed table (3).

    Source: Montgomery, section 6.2.

    Examples:
        >>> chart = xbar_r_chart(np.array([1.0, 3.0, 5.0, 9.0]), np.array([0, 0, 1, 1]))
        >>> chart.spread.plotted.tolist(), f"{chart.location.upper[0]:.2f}"
        ([2.0, 4.0], '10.14')
    """
    groups = subgroups_of(values, subgroup)
    found = level or _phase_one(groups, baseline, "mean range")
    if isinstance(found, str):
        return _silent(groups, "R", found)
    level = found
    exact = [chart_factors(max(int(n), 2)) for n in groups.size]
    printed = [chart_factors(max(int(n), 2), places) for n in groups.size]
    middle = level.sigma * np.array([one.d2 for one in exact])
    half = middle * np.array([one.a2 for one in printed])
    if places is None:
        half = 3 * level.sigma / np.sqrt(groups.size)
    return LocationAndSpread(
        drawn(
            "X-bar",
            groups.mean,
            level,
            scale=1 / np.sqrt(groups.size),
            limits=(level.centre - half, level.centre + half),
            rules=rules,
            baseline=baseline,
        ),
        drawn(
            "R",
            np.where(groups.size > 1, groups.spread, np.nan),
            level,
            scale=np.array([one.d3 for one in exact]),
            centre=middle,
            limits=(
                middle * np.array([one.d3_low for one in printed]),
                middle * np.array([one.d4_high for one in printed]),
            ),
            baseline=baseline,
        ),
    )


def three_way_chart(
    values: FloatArray,
    subgroup: IntArray,
    *,
    between: Level | None = None,
    within: Level | None = None,
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
) -> ThreeWay:
    """Three ways: means as single values by their own moving range, and the spread within.

    Lots that differ by nature, even a little, put half of all X-bar points beyond limits made from
    the spread within. Their means are judged by how means move, and the spread within by itself.

    Args:
        values: In production order, NaN where nothing was recorded.
        subgroup: Per value, the code of its subgroup (batch or lot).
        between: Level of subgroup means fixed in phase I.
        within: Level of single values within subgroups fixed in phase I.
        baseline: Per subgroup in order of first value, whether the levels rest on it.
        rules: Names of run rules, for the means.

    Source: Wheeler, Advanced Topics in Statistical Process Control (1995), chapter 9.

    Examples:
        >>> chart = three_way_chart(
        ...     np.array([1.0, 1.2, 5.0, 5.2, 2.0, 2.2]), np.array([0, 0, 1, 1, 2, 2])
        ... )
        >>> f"{chart.between.location.upper[0]:.2f}", chart.between.location.signals["we1"].size
        ('12.07', 0)
    """
    groups = subgroups_of(values, subgroup)
    return ThreeWay(
        individuals_chart(groups.mean, level=between, baseline=baseline, rules=rules),
        xbar_s_chart(values, subgroup, level=within, baseline=baseline).spread,
    )


def _means(
    groups: Subgroups,
    level: Level,
    own: FloatArray,
    rules: Iterable[str],
    baseline: BoolArray | None,
) -> ControlChart:
    scale = own / np.sqrt(groups.size)
    return drawn("X-bar", groups.mean, level, scale=scale, rules=rules, baseline=baseline)


def _phase_one(groups: Subgroups, baseline: BoolArray | None, spread: Spread) -> Level | str:
    """The level of the baseline, or why it has none."""
    taken = groups if baseline is None else _chosen(groups, baseline)
    if not (taken.size > 1).any():
        return "no subgroup of the baseline has two values"
    level = within_level(taken, spread)
    return level if level.sigma > 0 else "no spread within the subgroups of the baseline"


def _chosen(groups: Subgroups, baseline: BoolArray) -> Subgroups:
    return Subgroups(
        groups.label[baseline],
        groups.size[baseline],
        groups.mean[baseline],
        groups.sd[baseline],
        groups.spread[baseline],
    )


def _silent(groups: Subgroups, spread: str, why: str) -> LocationAndSpread:
    measured = groups.sd if spread == "S" else groups.spread
    return LocationAndSpread(
        silent("X-bar", groups.mean, why), silent(spread, np.asarray(measured), why)
    )
