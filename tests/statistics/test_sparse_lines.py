"""The line through few columns: the lasso's own path, its choice by time, its size given back."""

import numpy as np
import pytest

from assets.statistics.lines import sparse_lines
from assets.statistics.lines.lasso_kernel import lasso_path
from assets.statistics.lines.ridge import RidgeBasis
from assets.statistics.lines.sparse_lines import SparseBasis, weighted_sparse
from assets.statistics.resampling.folds import time_blocks


def records(rows: int = 300, columns: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Columns that go together in threes; the first of two threes matters."""
    rng = np.random.default_rng(4)
    common = rng.normal(size=(rows, columns // 3))
    design = np.repeat(common, 3, axis=1) + 0.5 * rng.normal(size=(rows, columns)) + 5
    return design, design[:, 0] - 0.7 * design[:, 30] + rng.normal(size=rows)


def products(design: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    centred, deviation = design - design.mean(axis=0), target - target.mean()
    return centred.T @ centred, centred.T @ deviation, float(deviation @ deviation)


def test_the_path_is_that_of_scikit_learn() -> None:
    from sklearn.linear_model import lasso_path as reference_path

    design, target = records()
    gram, moments, total = products(design, target)
    penalties = np.abs(moments).max() * np.array([0.9, 0.7, 0.4, 0.2, 0.1])
    _, expected, _ = reference_path(
        design - design.mean(axis=0),
        target - target.mean(),
        alphas=penalties / target.size,
        tol=1e-10,
        max_iter=100_000,
    )
    path = lasso_path(gram, moments, total, penalties, most=60)
    assert path == pytest.approx(expected.T, abs=2e-5)
    assert np.array_equal(np.count_nonzero(path, axis=1), np.count_nonzero(expected.T, axis=1))


def test_every_solution_of_the_path_is_optimal() -> None:
    """Karush-Kuhn-Tucker: the slope is the penalty where a column is in, and below it else."""
    design, target = records(columns=90)
    gram, moments, total = products(design, target)
    penalties = np.abs(moments).max() * np.array([0.5, 0.1, 0.02])
    for penalty, beta in zip(
        penalties, lasso_path(gram, moments, total, penalties, most=90), strict=True
    ):
        slope = moments - gram @ beta
        assert np.abs(slope).max() <= penalty * (1 + 1e-4)
        assert slope[beta != 0] == pytest.approx(penalty * np.sign(beta[beta != 0]), rel=1e-3)


def test_a_path_ends_where_too_many_columns_are_in() -> None:
    gram, moments, total = products(*records())
    penalties = np.abs(moments).max() * np.logspace(0, -3, 30)
    path = lasso_path(gram, moments, total, penalties, most=5)
    assert len(path) < 30
    assert np.count_nonzero(path[-1]) > 5 >= np.count_nonzero(path[-2])


def test_residuals_are_those_of_choices_and_fits_without_the_block() -> None:
    design, target = records()
    fit = SparseBasis(design).fit(target)
    for rows in time_blocks(target.size):
        kept = np.setdiff1d(np.arange(target.size), rows)
        slopes = weighted_sparse(design[kept], target[kept], np.ones(kept.size), fit.threshold)
        centre, mean = design[kept].mean(axis=0), target[kept].mean()
        predicted = mean + (design[rows] - centre) @ slopes
        assert fit.residuals[rows] == pytest.approx(target[rows] - predicted, abs=1e-6)


def test_a_choice_on_rows_counted_once_is_the_fit() -> None:
    design, target = records()
    fit = SparseBasis(design).fit(target)
    slopes = weighted_sparse(design, target, np.ones(target.size), fit.threshold)
    assert slopes == pytest.approx(fit.coefficients, abs=1e-9)
    assert np.array_equal(np.flatnonzero(fit.coefficients), fit.chosen)


def test_few_causes_among_hundreds_are_foretold_better_than_by_ridge() -> None:
    rng = np.random.default_rng(2)
    design = rng.normal(size=(900, 300))
    target = design[:, [7, 70, 200]] @ [0.4, 0.3, -0.3] + rng.normal(size=900)
    sparse = SparseBasis(design[:500]).fit(target[:500])
    dense = RidgeBasis(design[:500]).fit(target[:500])
    assert {7, 70, 200} <= set(sparse.chosen.tolist())
    sparse_error, dense_error = (
        float(((target[500:] - fit.predict(design[500:])) ** 2).mean()) for fit in (sparse, dense)
    )
    assert sparse_error < 0.95 * dense_error


def test_nothing_is_chosen_where_nothing_foretells() -> None:
    rng = np.random.default_rng(3)
    chosen = [
        SparseBasis(rng.normal(size=(300, 80))).fit(rng.normal(size=300)).chosen.size
        for _ in range(20)
    ]
    assert np.median(chosen) == 0


def test_equal_and_constant_columns_and_a_constant_target_do_no_harm() -> None:
    design, target = records()
    twice = np.column_stack([design, design[:, :6], np.ones(target.size)])
    fit = SparseBasis(twice).fit(target)
    alone = SparseBasis(design).fit(target)
    assert fit.coefficients[-1] == 0.0
    assert np.corrcoef(fit.predict(twice), alone.predict(design))[0, 1] > 0.95
    still = SparseBasis(design).fit(np.full(target.size, 3.0))
    assert still.chosen.size == 0
    assert still.predict(design) == pytest.approx(3.0)


def test_the_sparsest_choice_within_half_an_error_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    design, target = records(rows=120)
    sizes = []
    for tolerated in (0.0, 0.5, 100.0):
        monkeypatch.setattr(sparse_lines, "TOLERATED_ERRORS", tolerated)
        sizes.append(SparseBasis(design).fit(target).chosen.size)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] >= 2
    assert sizes[-1] == 0
