"""Parameters that look guilty only because of what was made when: confounded, and by what.

Whatever the verdict, a parameter that moves with the result over all batches but not within
strength, within product or beside the recent past is a trap for a reader of the raw records. It is
named here with what makes it look so.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from assets.batch_matrix.missing_values import measured_spread
from assets.failure_models.dataset.task import Task
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.regression.clustered_regression import Slopes, separate_slopes
from assets.statistics.regression.detrending import group_means, relative_to_past
from assets.statistics.resampling.multiplicity import bonferroni

REVERSES, VANISHES = "reverses", "vanishes"
# An effect that merely lost its certainty has not vanished; one that lost most of its size has.
LARGEST_REST = 0.5
PAST = "recent past"
FEWEST_UNUSUAL = 30


def confounding(task: Task) -> list[dict[str, Any]]:
    """Find the confounded parameters of a task.

    Args:
        task: An outcome at its primary gate.

    Returns:
        One row per confounded parameter and quantity, in the shape of ``finding.confounding``.
        The crude effect is clear of zero allowing for having looked at every parameter
        (Bonferroni); the adjusted one has the other sign, or is not clear and at most half as
        large. Of several confounders the first in the order strength, product, recent past is
        given. Effects are per standard deviation of the parameter.
    """
    return [
        row
        for quantity, target, relative in _targets(task)
        for row in _rows(task, quantity, target, relative)
    ]


def _targets(task: Task) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    """Per quantity: the margin as recorded, and within product relative to the past."""
    if not task.has_margins:
        label = task.panel.label
        rows = np.flatnonzero(np.isfinite(label))
        within = label[:, None] - group_means(label[:, None], task.matrix.product, rows)
        yield "failure", label, relative_to_past(within)[:, 0]
        return
    for j, quantity in enumerate(task.panel.quantities):
        yield quantity, task.panel.margins[:, j], task.views[-1].targets[:, j]


def _rows(
    task: Task, quantity: str, target: FloatArray, relative: FloatArray
) -> list[dict[str, Any]]:
    values, cluster = task.matrix.values, task.matrix.cluster
    columns = values.shape[1]
    if not columns:
        return []
    spread = measured_spread(values)
    level = 1 - bonferroni(0.05, columns)
    crude = _scaled(separate_slopes(values, target, cluster, level), spread)
    is_left = _is_clear(crude) & _is_widespread(values)
    rows: list[dict[str, Any]] = []
    for confounder, design, answer in _adjusted(task, target, relative):
        if not is_left.any():
            break
        scale = _unit(spread, task) if confounder == PAST else spread
        adjusted = _scaled(separate_slopes(design, answer, cluster), scale)
        is_turned = _is_clear(adjusted) & (crude.estimate * adjusted.estimate < 0)
        is_gone = ~_is_clear(adjusted) & (
            np.abs(adjusted.estimate) <= LARGEST_REST * np.abs(crude.estimate)
        )
        for j in np.flatnonzero(is_left & (is_turned | is_gone)):
            kind = REVERSES if is_turned[j] else VANISHES
            rows.append(_row(task, quantity, int(j), confounder, kind, crude, adjusted))
        is_left &= ~(is_turned | is_gone)
    return rows


def _adjusted(
    task: Task, target: FloatArray, relative: FloatArray
) -> Iterator[tuple[str, FloatArray, FloatArray]]:
    values = task.matrix.values
    products, strengths = _codes(task)
    for name, group in (("strength", strengths), ("product", products)):
        if np.unique(group).size > 1:
            yield name, _within(values, group), _within(target[:, None], group)[:, 0]
    design = np.where(task.views[-1].scale > 0, task.views[-1].design, np.nan)
    yield PAST, design, relative


def _codes(task: Task) -> tuple[IntArray, IntArray]:
    """Codes of product and of strength, per batch."""
    product, strength = (
        np.unique(names, return_inverse=True)[1].astype(np.int64)
        for names in zip(*task.matrix.product_and_strength, strict=True)
    )
    return product, strength


def _within(values: FloatArray, group: IntArray) -> FloatArray:
    return values - group_means(values, group, np.arange(group.size), prior_batches=0.0)


def _is_widespread(values: FloatArray) -> BoolArray:
    """Whether enough batches differ from the usual value for an interval to mean something."""
    usual = np.nanmedian(np.where(np.isfinite(values).any(axis=0), values, 0.0), axis=0)
    return np.asarray((np.isfinite(values) & (values != usual)).sum(axis=0) >= FEWEST_UNUSUAL)


def _unit(spread: FloatArray, task: Task) -> FloatArray:
    """Standard deviations of the recorded values, in those of the relative view; 0 for none."""
    own = task.views[-1].scale
    return np.divide(spread, own, out=np.zeros_like(spread), where=own > 0)


def _scaled(slopes: Slopes, scale: FloatArray) -> Slopes:
    is_known = np.isfinite(slopes.low) & (scale > 0)
    low, high = np.full(scale.size, -np.inf), np.full(scale.size, np.inf)
    np.multiply(slopes.low, scale, out=low, where=is_known)
    np.multiply(slopes.high, scale, out=high, where=is_known)
    return Slopes(slopes.estimate * scale, low, high)


def _is_clear(slopes: Slopes) -> BoolArray:
    return np.asarray((slopes.low > 0) | (slopes.high < 0))


def _row(
    task: Task,
    quantity: str,
    j: int,
    confounder: str,
    kind: str,
    crude: Slopes,
    adjusted: Slopes,
) -> dict[str, Any]:
    def of(slopes: Slopes) -> tuple[float, float | None, float | None]:
        low, high = float(slopes.low[j]), float(slopes.high[j])
        known = np.isfinite(low)
        return float(slopes.estimate[j]), low if known else None, high if known else None

    first, second = of(crude), of(adjusted)
    return {
        "outcome": task.outcome,
        "gate": task.gate,
        "quantity": quantity,
        "feature": task.matrix.columns[j],
        "confounder": confounder,
        "kind": kind,
        "crude_effect": first[0],
        "crude_low": first[1],
        "crude_high": first[2],
        "adjusted_effect": second[0],
        "adjusted_low": second[1],
        "adjusted_high": second[2],
        "statement": _statement(task.matrix.columns[j], quantity, confounder, kind, first, second),
    }


def _statement(
    column: str,
    quantity: str,
    confounder: str,
    kind: str,
    crude: tuple[float, float | None, float | None],
    adjusted: tuple[float, float | None, float | None],
) -> str:
    side = "higher" if crude[0] > 0 else "lower"
    where = "beside the recent past" if confounder == PAST else f"within {confounder}"
    what = "turns round" if kind == REVERSES else "is gone"
    return (
        f"Over all batches higher {column} goes with {side} {quantity.replace('_', ' ')} "
        f"({crude[0]:+.2f} per standard deviation); {where} that {what} ({adjusted[0]:+.2f}): it "
        f"is confounded by {confounder}."
    )
