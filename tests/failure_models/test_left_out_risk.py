"""The size of a risk is held against training batches left out of the fit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators import margin_models
from assets.failure_models.estimators.left_out_risk import LeftOutRisk, corrected
from assets.failure_models.study import prepare
from assets.statistics.prediction_quality.calibration import logit

Line = Callable[..., StudyInputs]


@pytest.fixture(scope="module")
def task(line: Line, gates: Line) -> Task:
    return prepare(gates(line(batches=500, failure_rate=0.12), 5), seed=1)[0][0]


def last(task: Task) -> LeftOutRisk:
    _, spread = margin_models.line_scores(task)
    return spread.left_out[-1]


def test_what_margins_explain_needs_hardly_a_correction(task: Task) -> None:
    found = last(task)
    assert abs(found.intercept) < 0.5
    assert 0.7 < found.slope < 1.4
    failed = task.panel.label[found.rows]
    assert found.probability.mean() == pytest.approx(failed.mean(), abs=0.02)


def test_rejections_for_another_reason_are_counted_in(task: Task) -> None:
    """With a tenth of the good batches rejected all the same, every batch runs that risk."""
    label = task.panel.label.copy()
    label[::10] = 1.0
    other = replace(task, panel=replace(task.panel, label=label))
    before, now = last(task), last(other)
    assert now.probability.min() > 4 * before.probability.min()
    assert now.probability.mean() == pytest.approx(label[now.rows].mean(), abs=0.03)
    assert now.slope < before.slope
    same = np.argsort(before.probability, kind="stable")
    assert np.all(np.diff(now.probability[same]) >= -1e-12)


def test_a_correction_is_a_line_in_log_odds() -> None:
    risk = np.array([0.01, 0.2, 0.7])
    assert logit(corrected(risk, -0.5, 0.8)) == pytest.approx(-0.5 + 0.8 * logit(risk))
    assert corrected(risk, 0.0, 1.0) == pytest.approx(risk)


def test_later_batches_are_corrected_as_training_asks(task: Task) -> None:
    lines, spread = margin_models.line_scores(task)
    plain = replace(
        spread, left_out=[replace(one, intercept=0.0, slope=1.0) for one in spread.left_out]
    )
    found = margin_models.failure_prediction(task, lines, spread).probability
    raw = margin_models.failure_prediction(task, lines, plain).probability
    for fold, left in zip(task.folds, spread.left_out, strict=True):
        expected = corrected(raw[fold.test], left.intercept, left.slope)
        assert found[fold.test] == pytest.approx(expected)


def test_a_level_that_went_on_wandering_makes_a_risk_less_sure(task: Task) -> None:
    """What is left out is told with the level of its stretch's start, as later batches are."""
    wander = 0.8 * np.sin(np.arange(500) / 25)[:, None] * np.nanstd(task.panel.margins)
    margins = task.panel.margins + wander
    label = np.where(np.isnan(margins).any(axis=1), np.nan, (margins < 0).any(axis=1))
    drifting = replace(task, panel=replace(task.panel, margins=margins, label=label))
    assert last(drifting).slope < last(task).slope - 0.1
