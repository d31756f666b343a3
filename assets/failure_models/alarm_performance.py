"""How alarms would have done: thresholds frozen before, failures caught and false alarms after.

The threshold of a test block is the quantile of earlier out-of-time probabilities that keeps the
alarm budget; the first block only provides it. Counts are pooled over the later blocks.
"""

from typing import Any

import numpy as np

from assets.failure_models.prediction import Prediction
from assets.failure_models.trial import Trial
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.intervals import deflated_beta

ALARM_BUDGETS = (0.02, 0.05, 0.10)
# A lot bootstrap is too narrow; counts deflated by about this factor cover as they should.
SMALLEST_DEFLATION = 1.3
MICROSECONDS_PER_HOUR = 3.6e9


def alarm_rows(trial: Trial, prediction: Prediction, design_effect: float) -> list[dict[str, Any]]:
    """Performance of alarms at each budget.

    Args:
        trial: An outcome at a gate.
        prediction: Forward-in-time probabilities of the model used.
        design_effect: Variance inflation by lots and campaigns; intervals use at least 1.3.

    Returns:
        One row per budget, in the shape of ``model.alarm_performance``; empty where there are
        fewer than two test blocks.
    """
    blocks = [fold.test for fold in trial.folds]
    if len(blocks) < 2:
        return []
    later = np.concatenate(blocks[1:])
    deflation = max(SMALLEST_DEFLATION, design_effect)
    return [_row(trial, prediction, budget, blocks, later, deflation) for budget in ALARM_BUDGETS]


def _row(
    trial: Trial,
    prediction: Prediction,
    budget: float,
    blocks: list[IntArray],
    later: IntArray,
    deflation: float,
) -> dict[str, Any]:
    alarm = np.concatenate(
        [
            prediction.probability[test] > _threshold(prediction.probability, blocks[:i], budget)
            for i, test in enumerate(blocks)
            if i > 0
        ]
    )
    failed = trial.panel.label[later] == 1
    detected, false = int((alarm & failed).sum()), int((alarm & ~failed).sum())
    failures, good = int(failed.sum()), int((~failed).sum())
    caught = deflated_beta(detected, failures, deflation=deflation)
    wrong = deflated_beta(false, good, deflation=deflation)
    return {
        "outcome": trial.outcome,
        "gate": trial.gate,
        "alarm_budget": budget,
        "threshold": _threshold(prediction.probability, blocks, budget),
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
        "lead_time_h": _lead_time_h(trial, later, alarm & failed),
    }


def _threshold(probability: FloatArray, blocks: list[IntArray], budget: float) -> float:
    """Probability above which the share of alarms in these blocks is the budget."""
    return float(np.quantile(probability[np.concatenate(blocks)], 1 - budget))


def _lead_time_h(trial: Trial, rows: IntArray, detected: BoolArray) -> float | None:
    caught = rows[detected]
    hours = (trial.panel.known_at[caught] - trial.matrix.gate_at[caught]) / MICROSECONDS_PER_HOUR
    hours = hours[np.isfinite(hours)]
    return float(np.median(hours)) if hours.size else None
