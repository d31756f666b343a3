"""A smoke of the study of ranking: one plant, on short histories, through many columns."""

from dataclasses import replace

import numpy as np
import pytest

from assets.failure_models.dataset.task import Task
from assets.failure_models.study import prepare
from assets.virtual_plant.fast_path.prepared_plant import batch_features
from benchmarks.ranking_study import caught, on_record, score, seen_through
from benchmarks.verdict_study import LAST_GATE, study_inputs


@pytest.fixture(scope="module")
def plant() -> tuple[Task, np.ndarray]:
    made = batch_features(seed=1, batches=700, years=3.5)
    tasks = prepare(study_inputs(made, (LAST_GATE,)), 1)[0]
    task = next(task for task in tasks if task.outcome == "failure")
    risk = made.truth["oracle_failure_prob"]
    return task, np.array([risk[batch] for batch in task.matrix.batch_ids])


def test_failures_are_ranked_most_of_the_way_to_the_oracle(plant: tuple[Task, np.ndarray]) -> None:
    marks = score(*plant)
    assert marks["auc"] - 0.5 > 0.6 * (marks["oracle_auc"] - 0.5)
    assert marks["r2"] > 0.12
    assert 0 < marks["caught"] <= marks["failures"]
    assert marks["net_usd_oracle"] > max(marks["net_usd_pays"], marks["net_usd_budget"], 0)


def test_a_short_record_holds_as_many_failures_as_asked(plant: tuple[Task, np.ndarray]) -> None:
    task, _ = plant
    cut = on_record(task, 8)
    assert cut is not None
    assert np.nansum(cut.panel.label) == 8
    assert cut.panel.label[np.flatnonzero(np.isfinite(cut.panel.label))[-1]] == 1
    assert on_record(task, 10_000) is None


def test_every_cause_stays_when_columns_are_left_out_or_added(
    plant: tuple[Task, np.ndarray],
) -> None:
    task, _ = plant
    cause = task.matrix.features[10].split(".")[1]
    about = [name for name in task.matrix.features if f".{cause}" in name]
    for features in (100, 500):
        seen = seen_through(task, features, {cause}, np.random.default_rng(1))
        assert seen.matrix.values.shape == (len(task.matrix.batch_ids), features)
        assert set(about) <= set(seen.matrix.features)
        assert len(set(seen.matrix.columns)) == features


def test_caught_counts_failures_above_all_but_one_good_batch_in_twenty() -> None:
    said = np.r_[np.arange(100.0), 97.5, 60.0, 97.5, 3.0]
    failed = np.r_[np.zeros(100, bool), True, True, True, True]
    fold = np.r_[np.ones(102, int), 2, 2]
    fold[:50] = 2
    assert caught(said, failed, fold) == 2  # 97.5 in both folds


def test_no_mark_where_nothing_can_be_fitted(plant: tuple[Task, np.ndarray]) -> None:
    task, oracle = plant
    blank = replace(task.panel, label=np.full(oracle.size, np.nan))
    assert score(replace(task, panel=blank), oracle) == {}
