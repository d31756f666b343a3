"""The undecided zone on later test blocks."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from assets.failure_models.alarms.undecided_zone import conformal, later_sets
from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.estimators import margin_models
from assets.failure_models.estimators.prediction import Prediction
from assets.failure_models.study import prepare

Line = Callable[..., StudyInputs]


def test_conformal_counts_coverage_over_later_blocks_and_by_class(line: Line, gates: Line) -> None:
    task = prepare(gates(line(batches=400, failure_rate=0.15), 5), seed=1)[0][0]
    rng = np.random.default_rng(2)
    labels = np.nan_to_num(task.panel.label)
    score = 0.1 + 0.05 * rng.random(labels.size) + 0.1 * labels * rng.random(labels.size)
    rows = {row["result"]: row for row in conformal(task, Prediction("m", score, task.fold_number))}
    later = sum(fold.test.size for fold in task.folds[1:])
    assert rows["all"]["batches"] == later
    assert rows["good"]["batches"] + rows["failed"]["batches"] == later
    assert rows["good"]["covered"] + rows["failed"]["covered"] == rows["all"]["covered"]
    assert rows["all"]["coverage"] == pytest.approx(0.9, abs=0.07)
    assert rows["failed"]["coverage_low"] < rows["failed"]["coverage"]


def test_a_result_not_known_yet_calibrates_nothing(line: Line, gates: Line) -> None:
    """With every later result still to come, no class can be ruled out for any batch."""
    task = prepare(gates(line(batches=400, failure_rate=0.15), 5), seed=1)[0][0]
    known_at = task.panel.known_at.copy()
    known_at[task.tested] = np.nanmax(task.matrix.gate_at) + 1
    waiting = replace(task, panel=replace(task.panel, known_at=known_at))
    score = np.random.default_rng(2).random(known_at.size)
    assert not later_sets(task, Prediction("m", score, task.fold_number)).is_undecided.all()
    assert later_sets(waiting, Prediction("m", score, waiting.fold_number)).is_undecided.all()


def test_batches_left_out_of_the_first_window_calibrate_as_well(line: Line, gates: Line) -> None:
    """Nine failures cannot rule out a tenth at 90%; with those of the first window they can."""
    task = prepare(gates(line(batches=400, failure_rate=0.15), 5), seed=1)[0][0]
    lines, spread = margin_models.line_scores(task)
    found = margin_models.failure_prediction(task, lines, spread)
    first = task.folds[0].train[5:]  # five have no past to be seen beside
    assert np.array_equal(np.flatnonzero(np.isfinite(found.left_out)), first)
    tried, scores = found.tried(task.tested)
    assert np.array_equal(tried, np.concatenate([first, task.tested]))
    assert np.array_equal(scores[first.size :], found.probability[task.tested])
    failed = task.panel.label == 1
    assert (
        found.left_out[first][failed[first]].mean() > found.left_out[first][~failed[first]].mean()
    )
    alone = later_sets(task, replace(found, left_out=np.empty(0)))
    together = later_sets(task, found)
    assert together.is_undecided.sum() < 0.9 * alone.is_undecided.sum()
    later = np.concatenate([fold.test for fold in task.folds[1:]])
    assert together.covers(failed[later]).mean() == pytest.approx(0.9, abs=0.07)
