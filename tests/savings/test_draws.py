"""Draws against closed forms: means and spreads of each distribution, posteriors, scenarios."""

import numpy as np
import pytest
from scipy import stats

from assets.savings.uncertainty.draws import Draws, quantiles
from data_contracts.assumptions import load_built_in, with_overrides

SIZE = 200_000
SPAN = "direct_material_usd_per_batch=10,20,60"
MEANS = {
    "triangular": (10 + 20 + 60) / 3,
    "pert": (10 + 4 * 20 + 60) / 6,
    "uniform": (10 + 60) / 2,
}
ALPHA, BETA = 1 + 4 * 10 / 50, 1 + 4 * 40 / 50
VARIANCES = {
    "triangular": (100 + 400 + 3600 - 200 - 600 - 1200) / 18,
    "pert": 2500 * ALPHA * BETA / ((ALPHA + BETA) ** 2 * (ALPHA + BETA + 1)),
    "uniform": 2500 / 12,
}


def _drawn(distribution: str, scenario: str = "base", seed: int = 1) -> Draws:
    from dataclasses import replace

    assumptions = with_overrides(load_built_in("tablets"), [SPAN])
    name = "direct_material_usd_per_batch"
    changed = {
        **assumptions.parameters,
        name: replace(assumptions[name], distribution=distribution),
    }
    return Draws(replace(assumptions, parameters=changed), scenario, SIZE, seed)


@pytest.mark.parametrize("distribution", MEANS)
def test_moments_equal_the_closed_form(distribution):
    values = _drawn(distribution)("direct_material_usd_per_batch")
    error = 4 * np.sqrt(VARIANCES[distribution] / SIZE)
    assert abs(values.mean() - MEANS[distribution]) < error
    assert values.var() == pytest.approx(VARIANCES[distribution], rel=0.02)
    assert values.min() >= 10
    assert values.max() <= 60


@pytest.mark.parametrize(
    ("distribution", "reference"),
    [
        ("triangular", stats.triang(0.2, 10, 50)),
        ("pert", stats.beta(ALPHA, BETA, 10, 50)),
        ("uniform", stats.uniform(10, 50)),
    ],
)
def test_quantiles_equal_scipy(distribution, reference):
    probability = np.linspace(0.001, 0.999, 97)
    drawn = _drawn(distribution)
    found = quantiles(drawn.assumptions["direct_material_usd_per_batch"], probability)
    assert np.allclose(found, reference.ppf(probability), rtol=1e-4)


@pytest.mark.parametrize("base", ["10", "60"])
def test_triangular_with_the_mode_at_an_end(base):
    assumptions = with_overrides(
        load_built_in("tablets"), [f"direct_material_usd_per_batch=10,{base},60"]
    )
    ends = quantiles(assumptions["direct_material_usd_per_batch"], np.array([0.0, 1.0]))
    assert ends.tolist() == [10, 60]


def test_scenarios_take_the_unfavourable_and_favourable_half():
    name = "direct_material_usd_per_batch"  # favourable when high: a loss avoided is larger
    low, base, high = (
        _drawn("uniform", each)(name) for each in ("conservative", "base", "optimistic")
    )
    assert low.max() <= 35 <= high.min()
    assert np.allclose(base, 10 + 2 * (low - 10))
    cost = "run_usd_per_year"  # favourable when low
    dear, cheap = (_drawn("uniform", each)(cost) for each in ("conservative", "optimistic"))
    assert dear.min() >= cheap.max()


def test_by_gate_numbers_move_together():
    drawn = _drawn("uniform")
    at_four, at_five = drawn("rescuable_share_gate_4"), drawn("rescuable_share_gate_5")
    assert np.corrcoef(at_four, at_five)[0, 1] > 0.99
    assert (at_four >= at_five).all()


def test_posterior_of_counts_equals_jeffreys_beta():
    values = _drawn("uniform").rate("rate.one", 6, 200, 1.0)
    reference = stats.beta(6.5, 194.5)
    assert np.allclose(
        np.quantile(values, [0.1, 0.5, 0.9]), reference.ppf([0.1, 0.5, 0.9]), rtol=0.01
    )
    deflated = _drawn("uniform").rate("rate.deflated", 6, 200, 1.3)
    assert deflated.std() > 1.1 * values.std()


def test_posterior_without_trials_is_the_prior():
    values = _drawn("uniform").rate("rate.one", 0, 0, 1.3)
    assert np.quantile(values, [0.1, 0.9]) == pytest.approx([0.0245, 0.9755], abs=0.01)


def test_shares_sum_to_one_and_follow_the_counts():
    shares = _drawn("uniform").shares("split", {"a": 30, "b": 10, "c": 0}, 1.0)
    assert np.allclose(sum(shares.values()), 1)
    assert shares["a"].mean() == pytest.approx(30.167 / 40.5, abs=0.005)
    assert shares["c"].mean() == pytest.approx(0.167 / 40.5, abs=0.002)


def test_same_seed_same_draws_and_a_name_keeps_its_own():
    name = "direct_material_usd_per_batch"
    one, two = _drawn("uniform"), _drawn("uniform")
    two("run_usd_per_year")
    assert (one(name) == two(name)).all()
    assert (one(name) != _drawn("uniform", seed=2)(name)).any()
