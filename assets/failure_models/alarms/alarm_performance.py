"""How alarms would have done: failures caught and false alarms, in all later batches and by block.

The threshold follows the last hundred scores (``alarm_thresholds``); the counts that are priced,
where a batch must also run a least risk, are in ``alarm_counts``. The first block only provides
scores. What a threshold frozen for a block would have flagged is counted beside it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from assets.failure_models.alarms.alarm_thresholds import (
    frozen_thresholds,
    next_threshold,
    refreshed_thresholds,
)
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.prediction import Prediction
from assets.statistics.array_types import BoolArray, IntArray
from assets.statistics.dependence import design_effect
from assets.statistics.intervals import deflated_beta
from assets.statistics.resampling.serial_blocks import SHORTEST_BLOCK, consecutive_blocks

ALARM_BUDGETS = (0.02, 0.05, 0.10)
MICROSECONDS_PER_HOUR = 3.6e9


def alarm_performance(task: Task, prediction: Prediction) -> list[dict[str, Any]]:
    """Performance of alarms at each budget, pooled over the later blocks.

    Args:
        task: An outcome at a gate.
        prediction: Forward-in-time probabilities of the model used.

    Returns:
        One row per budget, in the shape of ``model.alarm_performance``; empty where there are
        fewer than two test blocks.
    """
    blocks = [fold.test for fold in task.folds]
    if len(blocks) < 2:
        return []
    later = np.concatenate(blocks[1:])
    failed = task.panel.label[later] == 1
    together = stretches(task, later)
    rows = []
    for budget in ALARM_BUDGETS:
        alarm = np.concatenate(alarms_by_block(prediction, blocks, budget))
        frozen = np.concatenate(alarms_by_block(prediction, blocks, budget, is_frozen=True))
        rows.append(
            {
                **_head(task, budget),
                "threshold": next_threshold(prediction.probability, blocks, budget),
                **_counts(alarm, failed, design_effects(alarm, failed, together)),
                "frozen_detected": int((frozen & failed).sum()),
                "frozen_false_alarms": int((frozen & ~failed).sum()),
                "lead_time_h": _lead_time_h(task, later, alarm & failed),
            }
        )
    return rows


def alarm_periods(task: Task, prediction: Prediction) -> list[dict[str, Any]]:
    """Performance of alarms at each budget, block by block: was the budget kept?

    Args:
        task: An outcome at a gate.
        prediction: Forward-in-time probabilities of the model used.

    Returns:
        One row per budget and test block after the first, in the shape of
        ``model.alarm_periods``.
    """
    folds = task.folds
    blocks = [fold.test for fold in folds]
    if len(blocks) < 2:
        return []
    later = np.concatenate(blocks[1:])
    together, all_failed = stretches(task, later), task.panel.label[later] == 1
    rows = []
    for budget in ALARM_BUDGETS:
        alarms = alarms_by_block(prediction, blocks, budget)
        # One block has too few failures to show how they come together.
        effects = design_effects(np.concatenate(alarms), all_failed, together)
        frozen = alarms_by_block(prediction, blocks, budget, is_frozen=True)
        for fold, alarm, held in zip(folds[1:], alarms, frozen, strict=True):
            failed = task.panel.label[fold.test] == 1
            counted = _counts(alarm, failed, effects)
            rows.append(
                {
                    **_head(task, budget),
                    "fold": fold.number,
                    **{name: counted[name] for name in _PERIOD_COUNTS},
                    "frozen_detected": int((held & failed).sum()),
                    "frozen_false_alarms": int((held & ~failed).sum()),
                }
            )
    return rows


_PERIOD_COUNTS = (
    "sensitivity_design_effect",
    "false_alarm_design_effect",
    "failures",
    "detected",
    "good_batches",
    "false_alarms",
    "false_alarm_rate",
    "false_alarm_low",
    "false_alarm_high",
)


def alarms_by_block(
    prediction: Prediction, blocks: Sequence[IntArray], budget: float, *, is_frozen: bool = False
) -> list[BoolArray]:
    """Per block after the first, which batches raise an alarm."""
    rule = frozen_thresholds if is_frozen else refreshed_thresholds
    thresholds = rule(prediction.probability, list(blocks), budget)
    return [
        prediction.probability[block] > threshold
        for block, threshold in zip(blocks[1:], thresholds, strict=True)
    ]


def _head(task: Task, budget: float) -> dict[str, Any]:
    return {"outcome": task.outcome, "gate": task.gate, "alarm_budget": budget}


def stretches(task: Task, rows: IntArray) -> IntArray:
    """Per batch, the stretch of lots or campaigns whose alarms depend on one another."""
    whole = np.zeros(rows.size, dtype=np.int64)
    return consecutive_blocks(whole, task.matrix.cluster[rows], SHORTEST_BLOCK)


def design_effects(alarm: BoolArray, failed: BoolArray, together: IntArray) -> tuple[float, float]:
    """Design effect of alarms among failures and among good batches, as measured."""
    caught, wrong = (
        design_effect(alarm[own].astype(float), together[own]) for own in (failed, ~failed)
    )
    return caught, wrong


def _counts(alarm: BoolArray, failed: BoolArray, effects: tuple[float, float]) -> dict[str, Any]:
    detected, false = int((alarm & failed).sum()), int((alarm & ~failed).sum())
    failures, good = int(failed.sum()), int((~failed).sum())
    caught = deflated_beta(detected, failures, deflation=effects[0])
    wrong = deflated_beta(false, good, deflation=effects[1])
    return {
        "sensitivity_design_effect": effects[0],
        "false_alarm_design_effect": effects[1],
        "sensitivity": detected / failures if failures else None,
        "sensitivity_low": caught[0],
        "sensitivity_high": caught[1],
        "false_alarm_rate": false / good if good else None,
        "false_alarm_low": wrong[0],
        "false_alarm_high": wrong[1],
        "failures": failures,
        "detected": detected,
        "good_batches": good,
        "false_alarms": false,
    }


def _lead_time_h(task: Task, rows: IntArray, detected: BoolArray) -> float | None:
    caught = rows[detected]
    hours = (task.panel.known_at[caught] - task.matrix.gate_at[caught]) / MICROSECONDS_PER_HOUR
    hours = hours[np.isfinite(hours)]
    return float(np.median(hours)) if hours.size else None
