"""Slopes and lines where two results in five are only known to lie beyond a limit."""

from dataclasses import replace

import numpy as np
import pytest

from assets.failure_models.estimators.margin_lines import ridge_fit
from benchmarks.censored_study import SLOPE, WANTED, made_table, study_row, task_of
from benchmarks.studies.record import StudyRecord


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_drivers_slope_is_that_of_the_results_and_not_of_their_limits(seed):
    row = study_row(seed)
    assert abs(row["censored_slope"] - SLOPE) < 0.2
    assert row["at_limit_slope"] < 0.75 * row["censored_slope"]
    assert row["left_out_slope"] < 0.75 * row["censored_slope"]


def test_two_hundred_tables_are_on_record_and_their_intervals_cover():
    rows = StudyRecord("censored_study").rows()
    assert rows.height % 200 == 0
    for start in range(0, rows.height, 200):  # each confirmation by itself
        studied = rows.slice(start, 200)
        assert WANTED[0] <= studied["censored_covers"].sum() <= WANTED[1]
        assert studied["at_limit_covers"].sum() < WANTED[0]


def test_lines_lose_no_slope_to_the_limit():
    found = []
    for seed in range(1, 6):
        features, margins, product = made_table(seed, 1)
        task = task_of(features, margins, product, 1)
        whole = margins[:, None]
        measured = replace(task.panel, margins=whole, bounds=whole, side=0 * task.panel.side)
        view, fold = task.views[-1], task.folds[-1]
        rows = fold.train[np.isfinite(view.targets[fold.train, 0])]
        unlimited = replace(task, panel=measured).views[-1].targets
        found.append(
            [
                ridge_fit(task, view, rows, target[rows, 0]).coefficients[0] / view.scale[0]
                for target in (view.fitted, view.targets, unlimited)
            ]
        )
    by_line, by_product, as_measured = np.mean(found, axis=0)
    assert by_line == pytest.approx(as_measured, rel=0.1)
    assert by_product < 0.92 * as_measured


def test_what_a_batch_is_judged_by_has_nothing_of_its_features():
    task = task_of(*made_table(5, 1), 1)
    view, fold = task.views[-1], task.folds[-1]
    is_bound = task.panel.side[:, 0] != 0
    assert 0.3 < is_bound.mean() < 0.5
    assert np.array_equal(view.fitted[fold.test], view.targets[fold.test], equal_nan=True)
    measured = fold.train[~is_bound[fold.train]]
    assert np.array_equal(view.fitted[measured], view.targets[measured], equal_nan=True)
    beyond = fold.train[is_bound[fold.train] & np.isfinite(view.targets[fold.train, 0])]
    assert (view.fitted[beyond] > view.bounds[beyond]).all()
    assert not np.allclose(view.fitted[beyond], view.targets[beyond])
