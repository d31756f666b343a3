"""Short runs: many products on one line, each too short for a chart of its own, on one chart."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.charts.constants import d2
from assets.statistics.charts.control_chart import ControlChart, Level, drawn, silent
from assets.statistics.charts.levels import moving_range

Sharing = Literal["pooled", "relative", "by product"]


def short_run_chart(
    values: FloatArray,
    product: IntArray,
    *,
    targets: dict[int, float] | None = None,
    sharing: Sharing = "pooled",
    baseline: BoolArray | None = None,
    rules: Iterable[str] = ("we1",),
) -> ControlChart:
    """Distances from each product's own level, in its own sigma (Z-MR).

    Args:
        values: In production order, NaN where nothing was recorded.
        product: Per value, the code of its product.
        targets: Per product its centre; the mean of its values in the baseline if not given.
        sharing: ``pooled``: one sigma for all products. ``relative``: sigma in proportion to the
            centre. ``by product``: each its own, for products of twenty values or more.
        baseline: Per value, whether levels rest on it; all if not given.
        rules: Names of run rules.

    Returns:
        The chart of standardised distances, centre 0; ``sigma`` is 1. Values of a product without
        a level (none in the baseline, no spread of its own, a centre of 0 that nothing can be in
        proportion to) are NaN there; not applicable where no product has one.

    Source: Bothe (1987); Farnum, J Qual Technol 24:138-144 (1992).

    Examples:
        >>> made = np.array([10.0, 11, 50, 51, 10, 51])
        >>> chart = short_run_chart(made, np.array([0, 0, 1, 1, 0, 1]))
        >>> np.round(chart.plotted, 2).tolist()
        [-0.5, 1.0, -1.0, 0.5, -0.5, 0.5]
    """
    known = np.isfinite(values)
    used = known if baseline is None else known & baseline
    centre, count, moves = _levels(values, product, used, targets)
    unit = np.abs(centre) if sharing == "relative" else np.ones(centre.size)
    if sharing == "by product":
        unit = np.array([one.mean() if one.size else np.nan for one in moves]) / d2(2)
        sigma = unit
    else:
        shared = [one / own for one, own in zip(moves, unit, strict=True) if own > 0]
        every = np.concatenate([np.empty(0), *shared])
        sigma = unit * (every.mean() / d2(2) if every.size else np.nan)
    _, place = np.unique(product, return_inverse=True)
    is_level = np.isfinite(sigma) & (sigma > 0) & np.isfinite(centre)
    if not is_level.any():
        return silent("short run", values, "no product has two values that differ in the baseline")
    away, own = values - centre[place], sigma[place]
    z = np.divide(away, own, out=np.full(values.shape, np.nan), where=is_level[place])
    level = Level(0.0, 1.0, f"moving range within products / d2, {sharing}", int(count.sum()))
    return replace(drawn("short run", z, level, rules=rules, baseline=baseline), plotted=z)


def _levels(
    values: FloatArray, product: IntArray, used: BoolArray, targets: dict[int, float] | None
) -> tuple[FloatArray, IntArray, list[FloatArray]]:
    """Per product its centre, the values behind it, and the moves between its neighbours."""
    centre, count, moves = [], [], []
    for code in np.unique(product):
        own = values[used & (product == code)]
        mean = float(own.mean()) if own.size else np.nan
        centre.append(mean if targets is None else targets.get(int(code), mean))
        count.append(own.size)
        # Neighbours of a product: others made in between are no gap, a value nobody has is one.
        ranges = moving_range(np.where(used, values, np.nan)[product == code])
        moves.append(ranges[np.isfinite(ranges)])
    return np.array(centre), np.array(count), moves
