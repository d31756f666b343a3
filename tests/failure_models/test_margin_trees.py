"""Trees on what lines leave: they add a threshold, and nothing to a line."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from assets.failure_models.dataset.study_inputs import StudyInputs
from assets.failure_models.dataset.task import Task
from assets.failure_models.estimators.margin_lines import MarginFit, margin_fit
from assets.failure_models.estimators.margin_trees import TreeFit, tree_fit
from assets.failure_models.study import prepare
from assets.statistics.array_types import FloatArray

Fitted = tuple[Task, MarginFit, TreeFit]


@pytest.fixture(scope="module")
def fitted(
    line: Callable[..., StudyInputs], gates: Callable[..., StudyInputs]
) -> Callable[[Callable[[FloatArray], FloatArray]], Fitted]:
    task = prepare(gates(line(batches=600), 4), seed=1)[0][0]
    view = task.views[-1]
    rows = np.arange(50, 550)
    noise = 0.5 * np.random.default_rng(8).normal(size=600)

    def fit(effect: Callable[[FloatArray], FloatArray]) -> Fitted:
        target = (effect(view.design) + noise)[rows]
        lines = margin_fit(task, view, rows, target)
        return task, lines, tree_fit(task, view, rows, lines, seed=3)

    return fit


def step(design: FloatArray) -> FloatArray:
    return np.where(design[:, 1] > 1.0, 2.0, 0.0)


def test_a_threshold_is_added_to_the_line_through_it(
    fitted: Callable[..., Fitted],
) -> None:
    task, lines, trees = fitted(step)
    design = task.views[-1].design
    later, truth = design[550:], step(design)[550:]
    assert 1 in trees.columns
    assert trees.share > 0.5
    alone = ((truth - lines.predict(later)) ** 2).mean()
    both = ((truth - lines.predict(later) - trees.predict(later)) ** 2).mean()
    assert both < 0.6 * alone


def test_nothing_much_is_added_to_a_line(fitted: Callable[..., Fitted]) -> None:
    task, _, trees = fitted(lambda design: design[:, 1])
    assert trees.predict(task.views[-1].design).std() < 0.06


def test_contributions_add_up_to_what_the_trees_add(fitted: Callable[..., Fitted]) -> None:
    task, _, trees = fitted(step)
    design = task.views[-1].design
    parts = trees.contributions(design)
    base = trees.predict(design) - parts.sum(axis=1)
    assert base == pytest.approx(base[0], abs=1e-5)
    others = np.setdiff1d(np.arange(design.shape[1]), trees.columns)
    assert not parts[:, others].any()


def test_no_chosen_column_no_trees(fitted: Callable[..., Fitted]) -> None:
    task, lines, _ = fitted(step)
    rows = np.arange(50, 550)
    none = replace(lines, chosen=np.empty(0, dtype=np.int64), residuals=lines.residuals + 1)
    found = tree_fit(task, task.views[-1], rows, none, seed=3)
    assert found.booster is None
    assert not found.predict(task.views[-1].design).any()
    assert not found.contributions(task.views[-1].design).any()
    assert found.refitted(np.zeros((3, 2)), np.zeros(3), np.ones(3), seed=1) is found


def test_trees_refitted_on_rows_counted_twice_are_those_of_the_rows_repeated(
    fitted: Callable[..., Fitted],
) -> None:
    task, lines, trees = fitted(step)
    design = task.views[-1].design[50:550]
    weights = np.ones(500)
    same = trees.refitted(design, lines.residuals, weights, seed=3)
    assert same.predict(design) == pytest.approx(trees.predict(design), abs=1e-6)
