"""Draws against closed forms: means and spreads of each distribution, posteriors, scenarios."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from assets.savings.uncertainty.draws import Draws, quantiles
from data_contracts.assumptions import with_overrides

SIZE = 200_000
MATERIAL = "direct_material_usd_per_batch"  # favourable when high: a loss avoided is larger
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


@pytest.fixture
def drawn_of(assumptions) -> Callable[..., Draws]:
    """Draws of the set with material at 10, 20, 60 under a distribution."""

    def drawn(distribution: str = "uniform", scenario: str = "base", seed: int = 1) -> Draws:
        spanned = with_overrides(assumptions, [f"{MATERIAL}=10,20,60"])
        changed = replace(spanned[MATERIAL], distribution=distribution)
        parameters = {**spanned.parameters, MATERIAL: changed}
        return Draws(replace(spanned, parameters=parameters), scenario, SIZE, seed)

    return drawn


@pytest.mark.parametrize("distribution", MEANS)
def test_moments_equal_the_closed_form(drawn_of, distribution):
    values = drawn_of(distribution)(MATERIAL)
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
def test_quantiles_equal_scipy(drawn_of, distribution, reference):
    probability = np.linspace(0.001, 0.999, 97)
    drawn = drawn_of(distribution)
    found = quantiles(drawn.assumptions[MATERIAL], probability)
    assert np.allclose(found, reference.ppf(probability), rtol=1e-4)


@pytest.mark.parametrize("base", ["10", "60"])
def test_triangular_with_the_mode_at_an_end(assumptions, base):
    tipped = with_overrides(assumptions, [f"{MATERIAL}=10,{base},60"])
    ends = quantiles(tipped[MATERIAL], np.array([0.0, 1.0]))
    assert ends.tolist() == [10, 60]


def test_scenarios_take_the_unfavourable_and_favourable_half(drawn_of):
    low, base, high = (
        drawn_of("uniform", each)(MATERIAL) for each in ("conservative", "base", "optimistic")
    )
    assert low.max() <= 35 <= high.min()
    assert np.allclose(base, 10 + 2 * (low - 10))
    cost = "run_usd_per_year"  # favourable when low
    dear, cheap = (drawn_of("uniform", each)(cost) for each in ("conservative", "optimistic"))
    assert dear.min() >= cheap.max()


def test_by_gate_numbers_move_together(drawn_of):
    drawn = drawn_of()
    at_four, at_five = drawn("rescuable_share_gate_4"), drawn("rescuable_share_gate_5")
    assert np.corrcoef(at_four, at_five)[0, 1] > 0.99
    assert (at_four >= at_five).all()


def test_posterior_of_counts_equals_jeffreys_beta(drawn_of):
    values = drawn_of().rate("rate.one", 6, 200, 1.0)
    reference = stats.beta(6.5, 194.5)
    assert np.allclose(
        np.quantile(values, [0.1, 0.5, 0.9]), reference.ppf([0.1, 0.5, 0.9]), rtol=0.01
    )
    deflated = drawn_of().rate("rate.deflated", 6, 200, 1.3)
    assert deflated.std() > 1.1 * values.std()


def test_posterior_without_trials_is_the_prior(drawn_of):
    values = drawn_of().rate("rate.one", 0, 0, 1.3)
    assert np.quantile(values, [0.1, 0.9]) == pytest.approx([0.0245, 0.9755], abs=0.01)


def test_shares_sum_to_one_and_follow_the_counts(drawn_of):
    shares = drawn_of().shares("split", {"a": 30, "b": 10, "c": 0}, 1.0)
    assert np.allclose(sum(shares.values()), 1)
    assert shares["a"].mean() == pytest.approx(30.167 / 40.5, abs=0.005)
    assert shares["c"].mean() == pytest.approx(0.167 / 40.5, abs=0.002)


def test_same_seed_same_draws_and_a_name_keeps_its_own(drawn_of):
    one, two = drawn_of(), drawn_of()
    two("run_usd_per_year")
    assert (one(MATERIAL) == two(MATERIAL)).all()
    assert (one(MATERIAL) != drawn_of(seed=2)(MATERIAL)).any()
