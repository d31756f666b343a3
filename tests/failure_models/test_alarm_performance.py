from collections.abc import Callable

import numpy as np
import pytest

from assets.failure_models.alarms.alarm_performance import (
    ALARM_BUDGETS,
    alarm_performance,
    alarm_periods,
)
from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.prediction import Prediction
from assets.failure_models.study import prepare

Line = Callable[..., StudyInputs]


@pytest.fixture(scope="module")
def task(line: Line, gates: Line) -> Task:
    return prepare(gates(line(batches=300), 5), seed=1)[0][0]


def test_a_perfect_score_catches_what_the_budget_allows(task: Task) -> None:
    score = task.panel.label * 0.9 + np.linspace(0, 0.01, task.panel.label.size)
    rows = alarm_performance(task, Prediction("any", score, task.fold_number), design_effect=1.0)
    assert [row["alarm_budget"] for row in rows] == list(ALARM_BUDGETS)
    widest = rows[-1]
    later = np.concatenate([fold.test for fold in task.folds[1:]])
    assert widest["failures"] == int(task.panel.label[later].sum())
    assert widest["detected"] == widest["failures"]
    assert widest["sensitivity"] == 1.0
    assert widest["sensitivity_low"] < 1.0
    assert widest["failures"] + widest["good_batches"] == later.size


def test_a_frozen_threshold_does_not_keep_its_budget_and_a_refreshed_one_does(task: Task) -> None:
    # A score that rises by a third of its own spread in a hundred batches. A threshold that looks
    # back over a hundred lags by half of them, a twentieth of the range: one alarm in twenty more.
    count = task.panel.label.size
    noise = np.random.default_rng(3).random(count)
    drifting = Prediction("any", 0.001 * np.arange(count) + noise, task.fold_number)
    row = alarm_performance(task, drifting, 1.0)[1]
    expected = 0.05 + 0.05
    assert abs(row["false_alarm_rate"] - expected) < 3 * np.sqrt(expected / row["good_batches"])
    assert row["frozen_false_alarms"] > row["false_alarms"]


def test_thresholds_see_nothing_but_the_past(task: Task) -> None:
    score = np.random.default_rng(4).random(task.panel.label.size)
    changed = score.copy()
    changed[task.folds[-1].test] += 1
    before, after = (
        alarm_periods(task, Prediction("any", each, task.fold_number), 1.0)
        for each in (score, changed)
    )
    last = task.folds[-1].number
    earlier = [row for row in before if row["fold"] < last]
    assert earlier == [row for row in after if row["fold"] < last]


def test_alarm_periods_add_up_to_the_pooled_counts(task: Task) -> None:
    score = task.panel.label * 0.3 + np.random.default_rng(2).random(task.panel.label.size)
    prediction = Prediction("any", score, task.fold_number)
    blocks = alarm_periods(task, prediction, 1.0)
    for pooled in alarm_performance(task, prediction, 1.0):
        own = [row for row in blocks if row["alarm_budget"] == pooled["alarm_budget"]]
        assert len(own) == len(task.folds) - 1
        for name in ("failures", "detected", "good_batches", "false_alarms", "frozen_false_alarms"):
            assert sum(row[name] for row in own) == pooled[name]


def test_lead_time_is_from_gate_to_result(task: Task) -> None:
    score = task.panel.label * 0.9 + np.linspace(0, 0.01, task.panel.label.size)
    row = alarm_performance(task, Prediction("any", score, task.fold_number), 1.0)[-1]
    assert row["lead_time_h"] == pytest.approx(240.0)


def test_clustering_widens_the_intervals(task: Task) -> None:
    score = task.panel.label * 0.5 + np.random.default_rng(1).random(task.panel.label.size)
    prediction = Prediction("any", score, task.fold_number)
    plain, clustered = (alarm_performance(task, prediction, effect)[2] for effect in (1.0, 3.0))
    assert clustered["false_alarm_low"] < plain["false_alarm_low"]
    assert clustered["sensitivity_high"] >= plain["sensitivity_high"]
