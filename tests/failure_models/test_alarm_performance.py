from collections.abc import Callable

import numpy as np
import pytest

from assets.failure_models.alarm_performance import ALARM_BUDGETS, alarm_rows
from assets.failure_models.prediction import Prediction
from assets.failure_models.study import prepare
from assets.failure_models.study_inputs import StudyInputs
from assets.failure_models.trial import Trial

Line = Callable[..., StudyInputs]


@pytest.fixture(scope="module")
def trial(line: Line, gates: Line) -> Trial:
    return prepare(gates(line(batches=300), 5), seed=1)[0][0]


def test_a_perfect_score_catches_what_the_budget_allows(trial: Trial) -> None:
    score = trial.panel.label * 0.9 + np.linspace(0, 0.01, trial.panel.label.size)
    rows = alarm_rows(trial, Prediction("any", score, trial.fold_number), design_effect=1.0)
    assert [row["alarm_budget"] for row in rows] == list(ALARM_BUDGETS)
    widest = rows[-1]
    later = np.concatenate([fold.test for fold in trial.folds[1:]])
    assert widest["failures"] == int(trial.panel.label[later].sum())
    assert widest["detected"] == widest["failures"]
    assert widest["sensitivity"] == 1.0
    assert widest["sensitivity_low"] < 1.0
    assert widest["failures"] + widest["good_batches"] == later.size


def test_the_threshold_is_frozen_before_the_block(trial: Trial) -> None:
    # A score that only rises: every later batch passes every earlier threshold.
    rising = np.arange(trial.panel.label.size) / trial.panel.label.size
    row = alarm_rows(trial, Prediction("any", rising, trial.fold_number), 1.0)[0]
    assert row["false_alarm_rate"] == 1.0
    assert row["sensitivity"] == 1.0


def test_lead_time_is_from_gate_to_result(trial: Trial) -> None:
    score = trial.panel.label * 0.9 + np.linspace(0, 0.01, trial.panel.label.size)
    row = alarm_rows(trial, Prediction("any", score, trial.fold_number), 1.0)[-1]
    assert row["lead_time_h"] == pytest.approx(240.0)


def test_clustering_widens_the_intervals(trial: Trial) -> None:
    score = trial.panel.label * 0.5 + np.random.default_rng(1).random(trial.panel.label.size)
    prediction = Prediction("any", score, trial.fold_number)
    plain, clustered = (alarm_rows(trial, prediction, effect)[2] for effect in (1.0, 3.0))
    assert clustered["false_alarm_low"] < plain["false_alarm_low"]
    assert clustered["sensitivity_high"] >= plain["sensitivity_high"]
