from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import beta

from assets.failure_models.alarms.alarm_counts import LEAST_PROBS, alarm_counts
from assets.failure_models.alarms.alarm_performance import (
    ALARM_BUDGETS,
    alarm_performance,
    alarm_periods,
)
from assets.failure_models.alarms.alarm_thresholds import refreshed_thresholds, thresholds_by_past
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
    rows = alarm_performance(task, Prediction("any", score, task.fold_number))
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
    row = alarm_performance(task, drifting)[1]
    expected = 0.05 + 0.05
    assert abs(row["false_alarm_rate"] - expected) < 3 * np.sqrt(expected / row["good_batches"])
    assert row["frozen_false_alarms"] > row["false_alarms"]


def test_thresholds_see_nothing_but_the_past(task: Task) -> None:
    score = np.random.default_rng(4).random(task.panel.label.size)
    changed = score.copy()
    changed[task.folds[-1].test] += 1
    before, after = (
        alarm_periods(task, Prediction("any", each, task.fold_number)) for each in (score, changed)
    )
    last = task.folds[-1].number
    counted = ("detected", "false_alarms", "frozen_detected", "frozen_false_alarms")

    def flagged(rows: list[dict[str, Any]], is_last: bool) -> list[list[int]]:
        return [[row[name] for name in counted] for row in rows if (row["fold"] == last) == is_last]

    assert flagged(before, is_last=False) == flagged(after, is_last=False)
    assert flagged(before, is_last=True) != flagged(after, is_last=True)


def test_of_scores_alike_no_more_than_the_budget_raise_an_alarm() -> None:
    """100,000 of them: a quantile of the last hundred would let 5.9% through, nine spreads more."""
    score = np.random.default_rng(8).random(100_000)
    flagged = score > thresholds_by_past(score, 0.05)
    assert abs(flagged.mean() - 5 / 101) < 3 * np.sqrt(0.05 * 0.95 / score.size)
    assert not flagged[:18].any()  # one alarm among so few would be more than a twentieth
    assert (score > thresholds_by_past(score, 1.0)).all()


def test_alarm_periods_add_up_to_the_pooled_counts(task: Task) -> None:
    score = task.panel.label * 0.3 + np.random.default_rng(2).random(task.panel.label.size)
    prediction = Prediction("any", score, task.fold_number)
    blocks = alarm_periods(task, prediction)
    for pooled in alarm_performance(task, prediction):
        own = [row for row in blocks if row["alarm_budget"] == pooled["alarm_budget"]]
        assert len(own) == len(task.folds) - 1
        for name in ("failures", "detected", "good_batches", "false_alarms", "frozen_false_alarms"):
            assert sum(row[name] for row in own) == pooled[name]


def test_lead_time_is_from_gate_to_result(task: Task) -> None:
    score = task.panel.label * 0.9 + np.linspace(0, 0.01, task.panel.label.size)
    row = alarm_performance(task, Prediction("any", score, task.fold_number))[-1]
    assert row["lead_time_h"] == pytest.approx(240.0)


def in_lots_of_ten(task: Task) -> Task:
    """The same batches, ten of each lot."""
    lot = np.arange(task.panel.label.size) // 10
    return replace(task, matrix=replace(task.matrix, cluster=lot))


def kish(alarm: np.ndarray, lot: np.ndarray) -> float:
    """Variance of the share flagged between lots over that of single batches, lot by lot."""
    share, lots = alarm.mean(), np.unique(lot)
    missed = [(alarm[lot == one] - share).sum() ** 2 for one in lots]
    between = len(lots) / (len(lots) - 1) * sum(missed)
    return max(1.0, between / (alarm.size * share * (1 - share)))


def test_alarms_that_come_by_the_lot_are_deflated_as_measured(task: Task) -> None:
    lots = in_lots_of_ten(task)
    later = np.concatenate([fold.test for fold in lots.folds[1:]])
    good = lots.panel.label[later] == 0
    lot = lots.matrix.cluster[later]
    rng = np.random.default_rng(6)
    by_lot = rng.random(int(lots.matrix.cluster.max()) + 1)[lots.matrix.cluster]
    singly = rng.random(by_lot.size)
    for score, low, high in ((by_lot, 6.0, 10.0), (singly, 1.0, 1.8)):
        prediction = Prediction("any", score, lots.fold_number)
        row = alarm_performance(lots, prediction)[2]
        alarm = score[later] > np.concatenate(
            refreshed_thresholds(score, [fold.test for fold in lots.folds], 0.10)
        )
        assert row["false_alarms"] == (alarm & good).sum()
        effect = row["false_alarm_design_effect"]
        assert effect == pytest.approx(kish(alarm[good], lot[good]), rel=1e-9)
        assert low <= effect <= high
        # Jeffreys' interval of the counts divided by it.
        false, right = (count / effect for count in ((alarm & good).sum(), (~alarm & good).sum()))
        assert row["false_alarm_low"] == pytest.approx(beta.ppf(0.025, 0.5 + false, 0.5 + right))
        assert row["false_alarm_high"] == pytest.approx(beta.ppf(0.975, 0.5 + false, 0.5 + right))
        # A block has too few failures to show how they come together: that of all blocks stands.
        of_blocks = alarm_periods(lots, prediction)
        assert {
            each["false_alarm_design_effect"] for each in of_blocks if each["alarm_budget"] == 0.10
        } == {effect}


def test_short_lots_are_joined_to_stretches_of_ten(task: Task) -> None:
    """The line's lots hold five; alarms of two neighbouring lots still come together."""
    later = np.concatenate([fold.test for fold in task.folds[1:]])
    stretch = np.zeros(task.panel.label.size, dtype=int)
    stretch[later] = np.arange(later.size) // 10
    score = np.random.default_rng(6).random(int(stretch.max()) + 1)[stretch]
    row = alarm_performance(task, Prediction("any", score, task.fold_number))[2]
    assert row["false_alarm_design_effect"] > 6


def test_alarm_counts_without_a_least_risk_are_those_of_the_periods(task: Task) -> None:
    score = Prediction("any", np.random.default_rng(6).random(300) / 5, task.fold_number)
    counts = alarm_counts(task, score)
    assert len(counts) == len(ALARM_BUDGETS) * len(LEAST_PROBS) * (len(task.folds) - 1)
    shared = ("alarm_budget", "fold", "failures", "detected", "good_batches", "false_alarms")
    free = [row for row in counts if row["least_prob"] == 0]
    periods = alarm_periods(task, score)
    assert [[row[name] for name in shared] for row in free] == [
        [row[name] for name in shared] for row in periods
    ]


def test_a_least_risk_leaves_out_the_alarms_below_it(task: Task) -> None:
    """Half of the scores that a budget of a tenth flags lie at 0.6, above the risk of 0.56."""
    score = np.random.default_rng(7).random(300) / 100
    flagged = np.flatnonzero(np.arange(300) % 20 == 0)
    score[flagged] = np.where(np.arange(flagged.size) % 2, 0.6, 0.5)
    score[flagged] += np.linspace(0, 0.01, flagged.size)
    counts = alarm_counts(task, Prediction("any", score, task.fold_number))

    def raised(least: float) -> int:
        return sum(
            row["detected"] + row["false_alarms"]
            for row in counts
            if row["alarm_budget"] == 0.10 and row["least_prob"] == least
        )

    later = np.concatenate([fold.test for fold in task.folds[1:]])
    assert raised(0.56) == int((score[later] > 0.56).sum())
    assert raised(0.42) == int((score[later] > 0.42).sum())
    assert raised(0.0) > raised(0.42) > raised(0.56) > 0
    assert raised(1) == 0
