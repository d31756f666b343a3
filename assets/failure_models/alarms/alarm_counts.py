"""Alarms counted block by block, where a batch must also run at least a stated risk to raise one.

An alarm costs money whether or not it is right, so prices ask for a least risk beside the budget.
Prices are not known here: counts are laid out over a grid of least risks, and the economics takes
those its prices ask for.
"""

from typing import Any

import numpy as np

from assets.failure_models.alarms.alarm_performance import (
    ALARM_BUDGETS,
    alarms_by_block,
    design_effects,
    stretches,
)
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.prediction import Prediction

# Steps of about a third; 0 asks for no risk, and nothing runs a risk above 1.
LEAST_PROBS = (0.0, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.18, 0.24, 0.32, 0.42, 0.56, 0.75, 1)


def alarm_counts(task: Task, prediction: Prediction) -> list[dict[str, Any]]:
    """Count alarms at each budget and least risk, in every test block after the first.

    Args:
        task: An outcome at a gate.
        prediction: Forward-in-time probabilities of the model used.

    Returns:
        One row per budget, least risk and block, in the shape of ``model.alarm_counts``; empty
        where there are fewer than two test blocks.
    """
    blocks = [fold.test for fold in task.folds]
    if len(blocks) < 2:
        return []
    later = np.concatenate(blocks[1:])
    together, failed = stretches(task, later), task.panel.label[later] == 1
    fold = task.fold_number[later]
    rows = []
    for budget in ALARM_BUDGETS:
        within = np.concatenate(alarms_by_block(prediction, blocks, budget))
        for least in LEAST_PROBS:
            alarm = within & (prediction.probability[later] > least)
            effects = design_effects(alarm, failed, together)
            for own in task.folds[1:]:
                here = fold == own.number
                rows.append(
                    {
                        "outcome": task.outcome,
                        "gate": task.gate,
                        "alarm_budget": budget,
                        "least_prob": float(least),
                        "fold": own.number,
                        "failures": int((here & failed).sum()),
                        "detected": int((here & failed & alarm).sum()),
                        "good_batches": int((here & ~failed).sum()),
                        "false_alarms": int((here & ~failed & alarm).sum()),
                        "sensitivity_design_effect": effects[0],
                        "false_alarm_design_effect": effects[1],
                    }
                )
    return rows
