"""Censored normal regression against an independent likelihood and against lifelines."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from scipy.stats import norm

from assets.statistics.lines.ridge import RidgeBasis
from assets.statistics.regression.censored_ridge import completed_by_line
from assets.statistics.regression.clustered_regression import clustered_slopes
from assets.statistics.regression.tobit import beyond_mean, completed_by_group, tobit


def censored_table(seed: int, rows: int = 300):
    """Two columns, and results reported within per-row limits on either side."""
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(rows, 2))
    result = 50 + design @ [4.0, -2.0] + rng.normal(0, 3.0, rows)
    low, high = rng.choice([46.0, 48.0], rows), rng.choice([54.0, 56.0], rows)
    side = np.where(result > high, 1, np.where(result < low, -1, 0))
    return design, np.clip(result, low, high), side


def negative_log_likelihood(guess, design, value, side):
    """Tobin's likelihood in its own parameters, written out case by case."""
    mean, sigma = guess[0] + design @ guess[1:-1], np.exp(guess[-1])
    cases = [
        norm.logpdf(value, mean, sigma),
        norm.logsf(value, mean, sigma),
        norm.logcdf(value, mean, sigma),
    ]
    return -np.select([side == 0, side == 1], cases[:2], cases[2]).sum()


def test_the_fit_is_the_maximum_of_an_independently_written_likelihood():
    design, value, side = censored_table(3)
    assert 0.2 < (side != 0).mean() < 0.6
    start = np.array([value.mean(), 0.0, 0.0, np.log(value.std())])
    found = minimize(
        negative_log_likelihood, start, args=(design, value, side), method="BFGS", tol=1e-9
    )
    fit = tobit(design, value, side, np.arange(value.size))
    expected = [found.x[0], *found.x[1:3], np.exp(found.x[3])]
    assert [fit.intercept, *fit.slopes.estimate, fit.sigma] == pytest.approx(expected, rel=1e-4)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("side_of_limit", [-1, 1])
def test_a_log_normal_result_gets_the_coefficients_lifelines_gives(side_of_limit):
    from lifelines import LogNormalAFTFitter

    rng = np.random.default_rng(11)
    x = rng.normal(size=250)
    logged = -3.0 + 0.4 * x + rng.normal(0, 0.5, 250)
    limit = -3.1
    side = np.where(side_of_limit * (logged - limit) > 0, side_of_limit, 0)
    value = np.where(side != 0, limit, logged)
    fitter = LogNormalAFTFitter()
    frame = pd.DataFrame({"value": np.exp(value), "is_measured": side == 0, "x": x})
    fit = fitter.fit_left_censoring if side_of_limit < 0 else fitter.fit_right_censoring
    fit(frame, duration_col="value", event_col="is_measured")
    found = tobit(x[:, None], value, side, np.arange(250))
    assert found.slopes.estimate[0] == pytest.approx(fitter.params_["mu_", "x"], abs=1e-4)
    assert found.intercept == pytest.approx(fitter.params_["mu_", "Intercept"], abs=1e-4)
    assert found.sigma == pytest.approx(np.exp(fitter.params_["sigma_", "Intercept"]), abs=1e-4)


def test_without_a_censored_result_it_is_least_squares_with_the_same_interval():
    design, value, _ = censored_table(5, 120)
    cluster = np.arange(120) // 4
    fit = tobit(design, value, np.zeros(120, dtype=np.int64), cluster)
    plain = clustered_slopes(design, value, cluster)
    assert fit.slopes.estimate == pytest.approx(plain.estimate, rel=1e-7)
    assert fit.slopes.low == pytest.approx(plain.low, rel=1e-6)
    assert fit.slopes.high == pytest.approx(plain.high, rel=1e-6)


def test_a_column_that_says_nothing_and_too_few_measurements_are_answered_not_refused():
    design, value, side = censored_table(7, 80)
    constant = tobit(np.column_stack([design, np.ones(80)]), value, side, np.arange(80))
    plain = tobit(design, value, side, np.arange(80))
    assert constant.slopes.estimate[:2] == pytest.approx(plain.slopes.estimate, rel=1e-6)
    assert np.isfinite(constant.slopes.low).all()
    few = tobit(design[:6], value[:6], np.array([0, 0, 0, 1, 1, 1]), np.arange(6))
    assert np.isinf(few.slopes.high).all()


def test_far_beyond_its_limit_a_result_is_expected_at_the_limit_and_not_at_infinity():
    far = np.array([60.0])
    mean, variance = beyond_mean(far, np.array([1]), np.zeros(1), 1.0)
    assert mean[0] == pytest.approx(60.0 + 1 / 60, abs=1e-4)  # Mills' ratio far out
    assert 0 <= variance[0] < 1e-3


def test_completed_results_have_the_mean_of_the_uncensored_ones():
    rng = np.random.default_rng(2)
    group = rng.integers(0, 2, 4000)
    result = np.where(group == 1, 3.0, 0.0) + rng.normal(size=4000)
    side = np.where(result > 3.0, 1, 0)
    found = completed_by_group(np.minimum(result, 3.0), side, group)
    for one in (0, 1):
        assert found[group == one].mean() == pytest.approx(result[group == one].mean(), abs=0.05)
    assert (found[side == 1] > 3.0).all()


def test_a_line_on_completed_results_loses_neither_slope_nor_sign():
    design, value, side = censored_table(13, 600)
    basis = RidgeBasis(design)
    start = completed_by_group(value, side, np.zeros(600, dtype=np.int64))
    completed = completed_by_line(basis, value, side, start)
    assert (completed[side == 0] == value[side == 0]).all()
    likelihood = tobit(design, value, side, np.arange(600)).slopes.estimate
    assert basis.fit(completed).coefficients == pytest.approx(likelihood, rel=0.03)
    assert np.abs(basis.fit(value).coefficients[0]) < 0.8 * likelihood[0]
