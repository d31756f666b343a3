"""Crude and adjusted effect of a driver, and whether the two contradict each other.

The crude effect compares all batches with all others; the adjusted one compares a batch with its
own product's recent past, and the joint one also holds the other leading drivers. Where crude and
adjusted point in opposite directions, product mix or season made the crude one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.failure_models.dataset.task import Task
from assets.failure_models.drivers.driver_ranking import WINDOW, RankedCluster
from assets.failure_models.estimators.margin_models import margin_contributions
from assets.failure_models.signal.examination import Examination
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.cluster_means import cluster_means, has_within
from assets.statistics.regression.clustered_regression import Slopes, clustered_slopes
from assets.statistics.regression.e_value import e_values_of_difference, e_values_of_risk_difference
from assets.statistics.regression.tobit import tobit
from assets.statistics.resampling.multiplicity import bonferroni


@dataclass(frozen=True)
class Regressand:
    """What a driver moves, over the batches of a task.

    Attributes:
        value: Per batch; completed without a look at the features where only a bound is known, NaN
            where missing.
        bound: Per batch, ``value`` with the bound where only that is known.
        side: Per batch, 0 measured, 1 at least the bound, -1 at most that.
    """

    value: FloatArray
    bound: FloatArray
    side: IntArray

    @classmethod
    def measured(cls, value: FloatArray) -> "Regressand":
        """A target that was measured of every batch that has one."""
        return cls(value, value, np.zeros(value.size, dtype=np.int64))

    def among(self, rows: IntArray) -> "Regressand":
        """The same target, missing for all but some batches."""
        is_kept = np.zeros(self.value.size, dtype=bool)
        is_kept[rows] = True
        value, bound = (np.where(is_kept, each, np.nan) for each in (self.value, self.bound))
        return Regressand(value, bound, self.side)


@dataclass(frozen=True)
class DriverEffect:
    """What a driver's move across its middle half goes with.

    Attributes:
        crude: Estimate, low and high over all batches.
        adjusted: The same within product, relative to the recent past.
        unit: What is moved, per what.
        is_simpson_flagged: Whether both are clear of zero and have opposite signs.
        is_own: Whether the adjusted effect is clear of zero, and remains so with the other leading
            drivers held and within lots, at a level that allows for having looked at every cluster.
        e_values: E-value of the adjusted effect and of the end of its interval nearest to zero.
    """

    crude: tuple[float, float, float]
    adjusted: tuple[float, float, float]
    unit: str
    is_simpson_flagged: bool
    is_own: bool
    e_values: tuple[float, float]


def driver_effects(
    seen: Examination, drivers: Sequence[RankedCluster], clusters: int
) -> list[DriverEffect]:
    """Estimate the effect of each driver's leading column.

    Args:
        seen: The examined task.
        drivers: Its leading clusters.
        clusters: Number of clusters they were chosen from; the joint interval is widened for it
            (Bonferroni).

    Returns:
        Per driver, in the order given.
    """
    level = 1 - bonferroni(0.05, clusters)
    beside = joint_design(seen.task, drivers)
    return [_effect(seen, drivers, i, beside, level) for i in range(len(drivers))]


def _effect(
    seen: Examination,
    drivers: Sequence[RankedCluster],
    i: int,
    beside: FloatArray,
    joint_level: float,
) -> DriverEffect:
    task, driver = seen.task, drivers[i]
    column = int(driver.columns[0])
    value = task.matrix.values[:, column]
    step, step_name = _step(value)
    crude_target, adjusted_target, unit = targets(seen, driver)
    scale = step / max(float(task.views[-1].scale[column]), 1e-300)
    crude = _scaled(slopes_of(value[:, None], crude_target, task), 0, step)
    alone = task.views[-1].design[:, [column]]
    adjusted = _scaled(slopes_of(alone, adjusted_target, task), 0, scale)
    joint = slopes_of(within_lots(beside, i, task), adjusted_target, task, joint_level)
    return DriverEffect(
        crude,
        adjusted,
        f"{unit} per {step_name}",
        is_clear(crude) and is_clear(adjusted) and crude[0] * adjusted[0] < 0,
        is_clear(_scaled(joint, i, 1.0)) and (driver.direction == WINDOW or is_clear(adjusted)),
        _e_values(task, adjusted, adjusted_target.value, is_label=seen.ladder.margins is None),
    )


def joint_design(task: Task, drivers: Sequence[RankedCluster]) -> FloatArray:
    """Leading columns beside one another, a window's by its distance from the middle.

    Of a category all levels are held: the columns beyond those of the drivers, in their order, are
    the other levels of the categories among them.
    """
    view = task.views[-1].design
    leading = [int(driver.columns[0]) for driver in drivers]
    design = view[:, leading]
    for k, driver in enumerate(drivers):
        if driver.direction == WINDOW:
            design[:, k] = np.abs(design[:, k])
    held = {task.matrix.features[j] for j in leading if task.matrix.is_level(j)}
    levels = [
        j for j, feature in enumerate(task.matrix.features) if feature in held and j not in leading
    ]
    return np.column_stack([design, view[:, levels]])


def within_lots(design: FloatArray, i: int, task: Task) -> FloatArray:
    """A design with the lot means of one column beside it, where lots leave it room to vary.

    A lot that moves a column and the result makes them go together; within the lot they do not.
    """
    own = design[:, i]
    if not has_within(own, task.matrix.cluster):
        return design
    return np.column_stack([design, cluster_means(own[:, None], task.matrix.cluster)])


def _e_values(
    task: Task, effect: tuple[float, float, float], target: FloatArray, *, is_label: bool
) -> tuple[float, float]:
    if not is_label:
        return e_values_of_difference(*effect, float(np.nanstd(target)))
    known = task.panel.label[task.panel.is_labelled]
    return e_values_of_risk_difference(*effect, float(known.mean()), 0.5 / max(known.size, 1))


def targets(seen: Examination, driver: RankedCluster) -> tuple[Regressand, Regressand, str]:
    """Crude and adjusted target with their unit: the margin the driver moves most, or failure."""
    task = seen.task
    margins, spread = seen.ladder.margins, seen.ladder.spread
    if margins is None or spread is None:
        label, beside_past = task.panel.label, task.views[-1].label
        return Regressand.measured(label), Regressand.measured(beside_past), "failure probability"
    parts = margin_contributions(task, margins, spread)[:, driver.columns].sum(axis=1)
    scale = np.nanstd(task.views[-1].targets[task.tested], axis=0)
    j = int(np.argmax(np.abs(parts).mean(axis=0) / np.maximum(scale, 1e-300)))
    unit = f"margin of {task.panel.quantities[j]} (robust sd)"
    panel, view, side = task.panel, task.views[-1], task.panel.side[:, j]
    return (
        Regressand(panel.margins[:, j], panel.bounds[:, j], side),
        Regressand(view.targets[:, j], view.bounds[:, j], side),
        unit,
    )


def slopes_of(design: FloatArray, target: Regressand, task: Task, level: float = 0.95) -> Slopes:
    """Slopes over the batches where everything is known, with intervals over clusters.

    A margin of which only a bound is known counts by the probability of lying beyond it.
    """
    rows = np.isfinite(target.bound) & np.isfinite(design).all(axis=1)
    bound, side, cluster = target.bound[rows], target.side[rows], task.matrix.cluster[rows]
    if side.any():
        return tobit(design[rows], bound, side, cluster, level).slopes
    return clustered_slopes(design[rows], bound, cluster, level)


def _step(value: FloatArray) -> tuple[float, str]:
    """The middle half of the recorded values; where it is empty, a standard deviation."""
    recorded = value[np.isfinite(value)]
    low, high = np.quantile(recorded, [0.25, 0.75])
    if high > low:
        return float(high - low), "interquartile range"
    return float(recorded.std()), "standard deviation"


def _scaled(slopes: Slopes, i: int, step: float) -> tuple[float, float, float]:
    return (
        float(slopes.estimate[i]) * step,
        float(slopes.low[i]) * step,
        float(slopes.high[i]) * step,
    )


def is_clear(effect: tuple[float, float, float]) -> bool:
    """Whether the interval of an effect (estimate, low, high) leaves out zero."""
    return effect[1] > 0 or effect[2] < 0
