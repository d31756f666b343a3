"""Quantiles of censored results against lifelines."""

import numpy as np
import pytest

from assets.statistics.censored_quantiles import kaplan_meier_quantiles


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("side_of_limit", [-1, 1])
def test_quantiles_are_those_of_lifelines(side_of_limit):
    from lifelines import KaplanMeierFitter

    rng = np.random.default_rng(4)
    result = np.round(rng.lognormal(-3, 0.5, 200), 3)
    limit = rng.choice([0.03, 0.05], 200)
    side = np.where(side_of_limit * (result - limit) > 0, side_of_limit, 0)
    value = np.where(side != 0, limit, result)
    fitter = KaplanMeierFitter()
    if side_of_limit < 0:
        fitter.fit_left_censoring(value, side == 0)
        curve = fitter.cumulative_density_["KM_estimate"]
    else:
        fitter.fit_right_censoring(value, side == 0)
        curve = 1 - fitter.survival_function_["KM_estimate"]
    shares = [0.1, 0.3, 0.5, 0.7, 0.9]
    for share, found in zip(shares, kaplan_meier_quantiles(value, side, shares), strict=True):
        reached = curve[curve >= share - 1e-12]
        measured = value[side == 0]
        if np.isnan(found):
            assert reached.empty or reached.index[0] <= measured.min()
        else:
            assert found in measured
            assert found == pytest.approx(reached.index[0])


def test_what_lies_beyond_the_limits_is_not_known_and_two_sides_are_refused():
    value = np.array([0.05] * 6 + [0.06, 0.07, 0.08, 0.09])
    side = np.array([-1] * 6 + [0] * 4)
    found = kaplan_meier_quantiles(value, side, [0.5, 0.6, 0.7, 1.0])
    assert np.isnan(found[:2]).all()
    assert found[2:] == [0.06, 0.09]
    with pytest.raises(ValueError, match="no product-limit"):
        kaplan_meier_quantiles(value, np.array([-1, 1] * 5), [0.5])
