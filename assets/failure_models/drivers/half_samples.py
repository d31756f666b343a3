"""Whether a driver would have been named on either half of the lots alone.

What is measured on the batches it was named on is flattered by having been chosen. A driver that
each half names by itself can be measured on the other.
"""

from collections.abc import Sequence

import numpy as np

from assets.failure_models.drivers.driver_clusters import summed_by_cluster
from assets.failure_models.drivers.driver_effects import (
    is_clear,
    joint_design,
    slopes_of,
    targets,
    within_lots,
)
from assets.failure_models.drivers.driver_ranking import RankedCluster, direction, ranks_of
from assets.failure_models.drivers.explanation import Explanation
from assets.failure_models.estimators.label_logistic import label_fit
from assets.failure_models.estimators.margin_lines import margin_fit
from assets.failure_models.signal.examination import Examination
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.resampling.multiplicity import bonferroni

FEWEST_BATCHES = 60


def named_in_both_halves(
    seen: Examination,
    explained: Explanation,
    ranked: Sequence[RankedCluster],
    cluster: IntArray,
    places: int,
) -> list[bool]:
    """Name drivers again on each half of the lots.

    Args:
        seen: The examined task.
        explained: What its margins are worth beside one another.
        ranked: Its leading clusters on all lots.
        cluster: Per column, its cluster.
        places: Leading places that count.

    Returns:
        Per leading cluster, whether both halves place it among their leaders with the same
        direction, and with an effect of its own beside the others.
    """
    if not ranked:
        return []
    view, design = seen.task.views[-1].design, joint_design(seen.task, ranked)
    halves = [_leaders(seen, explained, cluster, half, places) for half in (0, 1)]
    return [
        all(
            _leads(leaders, driver, cluster, view[rows, driver.columns[0]])
            and is_clear(_joint_slope(seen, driver, design, i, rows, places))
            for leaders, rows in halves
        )
        for i, driver in enumerate(ranked)
    ]


def _leaders(
    seen: Examination, explained: Explanation, cluster: IntArray, half: int, places: int
) -> tuple[dict[int, FloatArray], IntArray]:
    """The leading clusters of one half with their contributions, and the half's batches."""
    task = seen.task
    rows = np.flatnonzero(task.panel.is_labelled & (task.matrix.half == half))
    if rows.size < FEWEST_BATCHES:
        return {}, rows
    summed = summed_by_cluster(_contributions(seen, explained, rows), cluster)
    ranks = ranks_of(np.abs(summed).mean(axis=0))
    return {int(code): summed[:, code] for code in np.flatnonzero(ranks <= places)}, rows


def _contributions(seen: Examination, explained: Explanation, rows: IntArray) -> FloatArray:
    """What each column adds to the risk of each batch, by a fit on these batches alone."""
    task, view = seen.task, seen.task.views[-1]
    if seen.ladder.margins is None:
        return label_fit(task, view, rows).features.contributions(view.design[rows])
    total = np.zeros((rows.size, view.design.shape[1]))
    for j, worth in enumerate(explained.risk_per_margin.mean(axis=0)):
        known = rows[np.isfinite(view.targets[rows, j])]
        if known.size >= FEWEST_BATCHES:
            fit = margin_fit(task, view, known, view.fitted[known, j])
            total -= worth * fit.contributions(view.design[rows])
    return total


def _leads(
    leaders: dict[int, FloatArray], driver: RankedCluster, cluster: IntArray, value: FloatArray
) -> bool:
    own = leaders.get(int(cluster[driver.columns[0]]))
    return own is not None and direction(value, own) == driver.direction


def _joint_slope(
    seen: Examination,
    driver: RankedCluster,
    design: FloatArray,
    i: int,
    rows: IntArray,
    places: int,
) -> tuple[float, float, float]:
    """Effect beside the other leading drivers on some batches, at a level for all places."""
    inside = targets(seen, driver)[1].among(rows)
    beside = within_lots(design, i, seen.task)
    slopes = slopes_of(beside, inside, seen.task, 1 - bonferroni(0.05, places))
    return float(slopes.estimate[i]), float(slopes.low[i]), float(slopes.high[i])
