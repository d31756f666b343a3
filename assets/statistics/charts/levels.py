"""Estimates of centre and sigma: moving range, within subgroups, within and between lots.

Which estimate is right depends on what a chart shall see. The moving range leaves out what moves
slowly, so that slow moves signal. The spread within subgroups says how single values scatter inside
one; means of lots that scatter more than that need the spread between lots as well.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.charts.constants import c4, chart_factors, d2
from assets.statistics.charts.control_chart import Level

# The mean moving range knows as much of sigma as a standard deviation of 0.605 as many values: its
# variance is 0.826 sigma squared / (n - 1) (Cryer & Ryan, J Qual Technol 22:187-192, 1990).
MOVING_RANGE_WORTH = 0.605

Spread = Literal["mean sd", "pooled sd", "weighted sd", "mean range"]


@dataclass(frozen=True)
class Subgroups:
    """Values of subgroups, summed up.

    Attributes:
        label: Per subgroup, in the order of its first value.
        size: Values in it.
        mean: Per subgroup.
        sd: Standard deviation; NaN for one value.
        spread: Largest less smallest value.
    """

    label: IntArray
    size: IntArray
    mean: FloatArray
    sd: FloatArray
    spread: FloatArray


@dataclass(frozen=True)
class LotComponents:
    """How values scatter within lots and lots among one another.

    Attributes:
        centre: Mean of the lot means.
        within: Standard deviation within lots.
        between: Standard deviation of true lot means, at least 0.
        lots: Lots counted.
        n: Values counted.
    """

    centre: float
    within: float
    between: float
    lots: int
    n: int

    @property
    def total(self) -> float:
        """Standard deviation of a value of a lot not yet seen.

        Examples:
            >>> LotComponents(10.0, 3.0, 4.0, 20, 100).total
            5.0
        """
        return sqrt(self.within**2 + self.between**2)


def moving_range(values: FloatArray) -> FloatArray:
    """Distance of each value from the one before it; NaN where either was not recorded.

    Across a gap a process has had more time to move, so such a range would not be short-term.

    Examples:
        >>> moving_range(np.array([4.0, np.nan, 7.0, 5.0])).tolist()
        [nan, nan, nan, 2.0]
    """
    ranges = np.full(values.shape, np.nan)
    ranges[1:] = np.abs(np.diff(np.where(np.isfinite(values), values, np.nan)))
    return ranges


def moving_range_level(values: FloatArray, *, places: int | None = None) -> Level:
    """Level of single values by the mean moving range of neighbours.

    Args:
        values: In production order, NaN where nothing was recorded; at least 2 next to each other.
        places: Decimals of d2, for limits equal to those of a printed table (1.128).

    Raises:
        ValueError: Where no two values are next to each other.

    Source: Montgomery, Introduction to Statistical Quality Control, section 6.4.

    Examples:
        >>> level = moving_range_level(np.array([49.6, 47.6, 49.9, 51.3, 47.8]), places=3)
        >>> round(level.centre, 2), round(level.sigma, 3)
        (49.24, 2.039)
    """
    known, ranges = _with_ranges(values)
    divisor = chart_factors(2, places).d2
    sigma = float(ranges.mean()) / divisor
    return Level(float(known.mean()), sigma, "mean moving range / d2", known.size)


def median_moving_range_level(values: FloatArray) -> Level:
    """Level by the median moving range: a few outliers or steps do not widen it.

    Args:
        values: In production order, NaN where nothing was recorded; at least 2 next to each other.

    Raises:
        ValueError: Where no two values are next to each other.

    Source: Clifford (1959). The median of the range of two is sqrt(2) times the upper quartile of
    the normal law, 0.9539.

    Examples:
        >>> level = median_moving_range_level(np.array([1.0, 2.0, 1.0, 2.0, 90.0, 1.0, 2.0]))
        >>> round(level.sigma, 3)
        1.048
    """
    known, ranges = _with_ranges(values)
    sigma = float(np.median(ranges)) / 0.9538725524
    return Level(float(known.mean()), sigma, "median moving range / 0.954", known.size)


def _with_ranges(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The recorded values and the ranges of neighbours."""
    known, ranges = values[np.isfinite(values)], moving_range(values)
    ranges = ranges[np.isfinite(ranges)]
    if not ranges.size:
        raise ValueError(
            f"{known.size} values have no moving range: give at least 2 next to each other"
        )
    return known, ranges


def overall_level(values: FloatArray) -> Level:
    """Level by the standard deviation of all values, without bias for a normal law.

    Raises:
        ValueError: For fewer than 2 values.

    Examples:
        >>> round(overall_level(np.array([1.0, 2.0, 3.0])).sigma, 4)
        1.1284
    """
    known = values[np.isfinite(values)]
    if known.size < 2:
        raise ValueError(f"{known.size} values have no spread: give at least 2")
    sigma = float(known.std(ddof=1)) / c4(known.size)
    return Level(float(known.mean()), sigma, "standard deviation / c4", known.size)


def subgroups_of(values: FloatArray, label: IntArray) -> Subgroups:
    """Sum up subgroups; NaN values are left out, and a subgroup of nothing else with them.

    Args:
        values: In production order.
        label: Per value, the code of its subgroup.

    Examples:
        >>> found = subgroups_of(np.array([1.0, 3.0, 5.0, 9.0]), np.array([7, 7, 2, 2]))
        >>> found.label.tolist(), found.mean.tolist(), found.spread.tolist()
        ([7, 2], [2.0, 7.0], [2.0, 4.0])
    """
    known = np.isfinite(values)
    x, codes = values[known], label[known]
    names, first, place, size = np.unique(
        codes, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first)
    mean = np.bincount(place, weights=x) / size
    square = np.bincount(place, weights=(x - mean[place]) ** 2)
    sd = np.divide(square, size - 1, out=np.full(size.size, np.nan), where=size > 1) ** 0.5
    high, low = np.full(size.size, -np.inf), np.full(size.size, np.inf)
    np.maximum.at(high, place, x)
    np.minimum.at(low, place, x)
    return Subgroups(names[order], size[order], mean[order], sd[order], (high - low)[order])


def within_level(groups: Subgroups, spread: Spread = "pooled sd") -> Level:
    """Level of single values by the spread within subgroups.

    Args:
        groups: At least one of 2 values or more.
        spread: ``pooled sd`` has no bias for any sizes; ``mean sd`` and ``mean range`` are the
            textbook's for equal sizes; ``weighted sd`` is the textbook's for unequal ones, whose
            charts divide it by the c4 of each subgroup.

    Raises:
        ValueError: If no subgroup has two values.

    Source: Montgomery, sections 6.2 and 6.3; Burr (1969) for sizes that differ.

    Examples:
        >>> two = subgroups_of(np.array([1.0, 3.0, 5.0, 9.0]), np.array([0, 0, 1, 1]))
        >>> round(within_level(two, "mean range").sigma, 4)
        2.6587
    """
    several = groups.size > 1
    if not several.any():
        raise ValueError("no subgroup has two values: sigma within subgroups is unknown")
    size, sd = groups.size[several], groups.sd[several]
    centre = float(np.average(groups.mean, weights=groups.size))
    free = int((size - 1).sum())
    pooled = sqrt(float(((size - 1) * sd**2).sum()) / free)
    if spread == "mean sd":
        sigma, method = float((sd / [c4(int(n)) for n in size]).mean()), "mean of s / c4"
    elif spread == "mean range":
        ranges = groups.spread[several] / [d2(int(n)) for n in size]
        sigma, method = float(ranges.mean()), "mean range / d2"
    elif spread == "weighted sd":
        sigma, method = pooled, "weighted s, to be divided by the c4 of each subgroup"
    else:
        sigma, method = pooled / c4(free + 1), "pooled standard deviation / c4"
    return Level(centre, sigma, method, groups.size.size)


def lot_components(values: FloatArray, lot: IntArray) -> LotComponents:
    """Variance within and between lots, by analysis of variance with one random effect.

    Args:
        values: Per batch, NaN skipped.
        lot: Per batch, the code of its lot or campaign; at least 2 lots, one with 2 values.

    Raises:
        ValueError: For fewer than 2 lots or no lot with 2 values.

    Source: Searle, Casella & McCulloch (1992), section 3.6, unequal numbers.

    Examples:
        >>> found = lot_components(np.array([1.0, 3.0, 11.0, 13.0]), np.array([0, 0, 1, 1]))
        >>> round(found.within, 4), round(found.between, 4)
        (1.4142, 7.0)
    """
    groups = subgroups_of(values, lot)
    size, n, lots = groups.size, int(groups.size.sum()), groups.size.size
    if lots < 2 or n == lots:
        raise ValueError(f"{n} values of {lots} lots do not tell within from between lots")
    grand = float(np.average(groups.mean, weights=size))
    many = size > 1
    inside = float(((size[many] - 1) * groups.sd[many] ** 2).sum()) / (n - lots)
    outside = float((size * (groups.mean - grand) ** 2).sum()) / (lots - 1)
    usual = (n - float((size**2).sum()) / n) / (lots - 1)
    between = sqrt(max(0.0, (outside - inside) / usual))
    return LotComponents(float(groups.mean.mean()), sqrt(inside), between, lots, n)
