"""Principal components and partial least squares against decompositions and a second program."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cross_decomposition import PLSRegression

from assets.statistics.array_types import FloatArray
from assets.statistics.multivariate.autoscaling import Autoscaling
from assets.statistics.multivariate.distance_limits import moment_limit, spe_limit, t2_limit
from assets.statistics.multivariate.nipals import GappedTable, principal_component
from assets.statistics.multivariate.partial_least_squares import partial_least_squares
from assets.statistics.multivariate.principal_components import (
    parallel_analysis,
    principal_components,
)

COMPONENTS = 3


def drawn(rows: int, columns: int, seed: int = 1) -> FloatArray:
    rng = np.random.default_rng(seed)
    base = rng.normal(size=(rows, 4)) @ rng.normal(size=(4, columns))
    table = base + 0.3 * rng.normal(size=base.shape)
    return Autoscaling.of(table).scaled(table)


def gapped(table: FloatArray, share: float = 0.1) -> FloatArray:
    holes = np.random.default_rng(2).random(table.shape) < share
    return np.where(holes, np.nan, table)


def results_of(table: FloatArray) -> FloatArray:
    noise = np.random.default_rng(3).normal(size=(len(table), 2))
    results = table[:, :2] + noise
    return Autoscaling.of(results).scaled(results)


@pytest.mark.parametrize("shape", [(60, 12), (17, 200), (90, 300), (300, 90)])
def test_complete_tables_are_decomposed_by_singular_values(shape: tuple[int, int]) -> None:
    table = drawn(*shape)
    found = principal_components(table, COMPONENTS)
    left, singular, right = np.linalg.svd(table, full_matrices=False)
    assert np.abs(found.loadings) == pytest.approx(np.abs(right[:COMPONENTS].T), abs=1e-8)
    scores = np.abs((left * singular)[:, :COMPONENTS])
    assert np.abs(found.scores) == pytest.approx(scores, abs=1e-8)
    explained = singular[:COMPONENTS] ** 2 / (singular**2).sum()
    assert found.explained == pytest.approx(explained, abs=1e-8)
    # A row lies as far away as its scores and what they leave of it.
    rows = table[:5] * 1.5
    own = found.projected(rows)
    assert own == pytest.approx(rows @ found.loadings, abs=1e-12)
    assert found.t2_parts(rows, own).sum(axis=1) == pytest.approx(found.t2(own))
    assert np.abs(found.spe_parts(rows, own)).sum(axis=1) == pytest.approx(found.spe(rows, own))


def test_the_iteration_ends_where_the_decomposition_does() -> None:
    table = drawn(60, 12)
    found = principal_component(GappedTable.of(table))
    assert found.score @ found.score == pytest.approx(
        np.linalg.svd(table, compute_uv=False)[0] ** 2, rel=1e-8
    )


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(60, 12), (17, 60)], ids=["tall", "wide"])
def test_tables_with_gaps_are_as_a_second_program_has_them(shape: tuple[int, int]) -> None:
    from process_improve.multivariate.methods import PCA

    table = gapped(drawn(*shape))
    other = PCA(n_components=COMPONENTS, algorithm="nipals").fit(pd.DataFrame(table))
    found = principal_components(table, COMPONENTS)
    assert found.scores == pytest.approx(other.scores_.to_numpy(), abs=1e-10)
    assert found.loadings == pytest.approx(other.loadings_.to_numpy(), abs=1e-10)
    assert found.explained == pytest.approx(np.asarray(other.r2_per_component_), abs=1e-10)
    again = other.project(pd.DataFrame(table), method="tsr")
    scores = found.projected(table)
    assert scores == pytest.approx(np.asarray(again.scores), abs=1e-8)
    assert np.sqrt(found.spe(table, scores)) == pytest.approx(np.asarray(again.spe), abs=1e-8)


def test_partial_least_squares_is_scikit_learns_on_complete_tables() -> None:
    table = drawn(60, 12)
    results = results_of(table)
    found = partial_least_squares(table, results, COMPONENTS)
    other = PLSRegression(COMPONENTS, scale=False, tol=1e-15, max_iter=2000).fit(table, results)
    assert found.predicted(table) == pytest.approx(other.predict(table), abs=1e-8)
    assert np.abs(found.model.scores) == pytest.approx(np.abs(other.x_scores_), abs=1e-6)
    assert (found.importance() ** 2).mean() == pytest.approx(1.0)


@pytest.mark.slow
def test_partial_least_squares_with_gaps_is_as_a_second_program_has_it() -> None:
    from process_improve.multivariate.methods import PLS, vip

    whole = drawn(60, 12)
    table, results = gapped(whole), results_of(whole)
    other = PLS(n_components=COMPONENTS, scale=False).fit(
        pd.DataFrame(table), pd.DataFrame(results)
    )
    found = partial_least_squares(table, results, COMPONENTS)
    assert found.model.scores == pytest.approx(other.scores_.to_numpy(), abs=1e-10)
    assert found.weights == pytest.approx(other.x_weights_.to_numpy(), abs=1e-10)
    again = other.project(pd.DataFrame(table), method="tsr")
    assert found.predicted(table) == pytest.approx(np.asarray(again.y_hat), abs=1e-8)
    assert found.importance() == pytest.approx(np.asarray(vip(other)).ravel(), abs=1e-8)


def test_results_with_gaps_count_where_they_are() -> None:
    table = drawn(60, 12)
    results = results_of(table)
    some = results.copy()
    some[::7, 1] = np.nan
    whole, part = (partial_least_squares(table, each, 2) for each in (results, some))
    assert np.corrcoef(whole.predicted(table)[:, 1], part.predicted(table)[:, 1])[0, 1] > 0.99


def test_a_row_without_a_known_cell_is_at_the_centre() -> None:
    found = principal_components(drawn(60, 12), COMPONENTS)
    assert found.projected(np.full((1, 12), np.nan)).tolist() == [[0.0] * COMPONENTS]


def test_more_components_than_rows_are_refused() -> None:
    with pytest.raises(ValueError, match="9 components of a table of 8 rows, 12 columns"):
        principal_components(drawn(8, 12), 9)


def test_shuffled_columns_have_no_direction_but_the_one_that_is_owed() -> None:
    noise = np.random.default_rng(5).normal(size=(80, 30))
    assert parallel_analysis(Autoscaling.of(noise).scaled(noise), 10) == 1


def test_limits_flag_as_many_as_they_say() -> None:
    """T2 by F and SPE by eigenvalues, on 20,000 new rows of a known covariance."""
    rng = np.random.default_rng(6)
    spread = np.array([3.0, 2.0, 1.0, 0.8, 0.5])
    fit = principal_components(rng.normal(size=(4000, 5)) * spread, 2)
    rows = rng.normal(size=(20_000, 5)) * spread
    scores = fit.projected(rows)
    t2_share = (fit.t2(scores) > t2_limit(2, 4000, 0.95)).mean()
    assert t2_share == pytest.approx(0.05, abs=0.006)
    left_out = spread[2:] ** 2
    spe = fit.spe(rows, scores)
    assert (spe > spe_limit(left_out, 0.95)).mean() == pytest.approx(0.05, abs=0.006)
    assert (spe > moment_limit(spe, 0.95)).mean() == pytest.approx(0.05, abs=0.006)
