import numpy as np
import pytest

from assets.statistics.lines.ridge import RidgeBasis, weighted_coefficients
from assets.statistics.resampling.folds import TIME_BLOCKS

# matplotlib announces a change when shap first imports it; neither is ours to mend.
SHAP_IMPORT = pytest.mark.filterwarnings("ignore:The set_:PendingDeprecationWarning")


def problem(rows: int = 120, columns: int = 8, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    design = rng.normal(size=(rows, columns)) + 3
    return design, design @ rng.normal(size=columns) + noise * rng.normal(size=rows)


def test_coefficients_are_those_of_scikit_learn_at_the_chosen_penalty() -> None:
    from sklearn.linear_model import Ridge

    design, target = problem()
    fit = RidgeBasis(design).fit(target)
    reference = Ridge(alpha=fit.penalty).fit(design, target)
    assert fit.coefficients == pytest.approx(reference.coef_)
    assert fit.predict(design) == pytest.approx(reference.predict(design))


def test_residuals_are_those_of_fits_without_the_block() -> None:
    from sklearn.linear_model import Ridge

    design, target = problem(noise=4.0)
    fit = RidgeBasis(design).fit(target)
    for block in np.array_split(np.arange(target.size), TIME_BLOCKS):
        rest = np.setdiff1d(np.arange(target.size), block)
        model = Ridge(alpha=fit.penalty).fit(design[rest], target[rest])
        expected = target[block] - model.predict(design[block])
        assert fit.residuals[block] == pytest.approx(expected)


def test_more_columns_than_rows() -> None:
    design, target = problem(rows=60, columns=90)
    assert np.isfinite(RidgeBasis(design).fit(target).coefficients).all()


def test_noise_gets_the_largest_penalty() -> None:
    rng = np.random.default_rng(9)
    fit = RidgeBasis(rng.normal(size=(300, 40))).fit(rng.normal(size=300))
    assert fit.penalty >= 1000
    assert np.abs(fit.predict(rng.normal(size=(50, 40))) - fit.intercept).max() < 0.3


@SHAP_IMPORT
def test_contributions_are_the_shap_values_of_a_linear_model() -> None:
    import shap

    design, target = problem()
    fit = RidgeBasis(design).fit(target)
    masker = shap.maskers.Independent(design, max_samples=design.shape[0])
    explainer = shap.LinearExplainer((fit.coefficients, 0.0), masker)
    assert fit.contributions(design[:20]) == pytest.approx(explainer.shap_values(design[:20]))


def test_weights_are_repetitions() -> None:
    design, target = problem()
    weights = np.random.default_rng(2).integers(0, 3, target.size)
    rows = np.repeat(np.arange(target.size), weights)
    assert weighted_coefficients(design, target, weights.astype(float), 10.0) == pytest.approx(
        weighted_coefficients(design[rows], target[rows], np.ones(rows.size), 10.0)
    )


def test_many_targets_at_once_get_what_each_gets_alone() -> None:
    design, target = problem(noise=4.0)
    noise = np.random.default_rng(6).normal(size=target.size)
    basis = RidgeBasis(design)
    together = basis.coefficients_of(np.column_stack([target, noise]))
    for place, alone in enumerate((target, noise)):
        assert together[:, place] == pytest.approx(basis.fit(alone).coefficients)
