"""``--do`` and the levers against answers computed without the simulator."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import Policy
from assets.virtual_plant.production.batches import Settings, make_batches
from assets.virtual_plant.truth.effects import Effect, lever_effects, policy_effect

from .conftest import bare_plant_of

BATCHES, RERUNS = 2000, 12
MOISTURE = {"name": "moisture_pct", "stage": 3, "role": "parameter", "unit": "%"}
RESULT = {"name": "uniformity_av", "stage": 6, "role": "cqa", "unit": "1", "mean": 7.0, "sd": 2.0}


def effect(plant: Plant, variable: str, low: float, high: float) -> Effect:
    settings = Settings(BATCHES, years=1, seed=1, policy=Policy(variable, low, high))
    return policy_effect(plant, settings, RERUNS)


def assert_agrees(found: Effect, change_per_batch: float) -> None:
    """Within four standard errors, which must be small enough for that to mean something."""
    expected = BATCHES * change_per_batch
    assert found.standard_error is not None
    assert found.standard_error < 0.1 * abs(expected)
    assert abs(found.expected_change - expected) < 4 * found.standard_error


LINEAR = bare_plant_of(
    {**MOISTURE, "mean": 2.3, "sd": 0.25},
    {
        **RESULT,
        "spec_high": 12,
        "terms": [{"parent": "moisture_pct", "coefficient": 1.5, "centre": 2.3, "scale": 0.25}],
    },
)


@pytest.fixture(scope="module")
def linear() -> Effect:
    return effect(LINEAR, "moisture_pct", 2.0, 2.4)


def test_a_linear_gaussian_plant_has_a_closed_form(linear: Effect) -> None:
    free = norm.sf(5 / np.hypot(1.5, 2.0))
    held = truncnorm(-1.2, 0.4).expect(lambda z: norm.sf((5 - 1.5 * z) / 2))
    assert_agrees(linear, held - free)


def test_the_realised_change_follows_from_the_batches_own_records(linear: Effect) -> None:
    values = make_batches(LINEAR, Settings(BATCHES, years=1, seed=1)).outcome.values
    x, y = values["moisture_pct"], values["uniformity_av"]
    uniform = norm.cdf(x, 2.3, 0.25)
    low, high = norm.cdf([2.0, 2.4], 2.3, 0.25)
    held = norm.ppf(low + uniform * (high - low), 2.3, 0.25)
    after = y + 1.5 * (held - x) / 0.25
    assert linear.failures_before == (y > 12).sum()
    assert linear.failures_after == (after > 12).sum()
    assert linear.realised_change < 0


def test_a_plant_of_discrete_causes_is_enumerated() -> None:
    sieves, guns = {"A": 0.5, "B": 0.3, "C": 0.2}, {"G1": 0.7, "G2": 0.3}
    by_sieve, by_gun = {"A": 0.0, "B": 0.8, "C": 1.6}, {"G1": 0.0, "G2": 1.0}
    category = {"stage": 3, "role": "parameter", "unit": "1", "distribution": "categorical"}
    plant = bare_plant_of(
        {"name": "sieve", **category, "levels": sieves},
        {"name": "gun", **category, "levels": guns},
        {**category, "name": "stops", "distribution": "poisson", "mean": 2.0},
        {
            **category,
            "name": "fill_share",
            "distribution": "uniform",
            "minimum": 0.0,
            "maximum": 1.0,
        },
        {
            **RESULT,
            "sd": 1.0,
            "spec_high": 12,
            "terms": [
                {"parent": "sieve", "form": "levels", "levels": by_sieve},
                {"parent": "gun", "form": "levels", "levels": by_gun},
                {"parent": "stops", "coefficient": 0.4},
                {"parent": "fill_share", "form": "hinge", "coefficient": 3.0, "centre": 0.4},
            ],
        },
    )

    def failing(low: float, high: float) -> float:
        total, cells = 0.0, 60
        for (s, p), (g, q), k in itertools.product(sieves.items(), guns.items(), range(16)):
            weight = p * q * math.exp(-2.0) * 2.0**k / math.factorial(k) / cells
            base = 7.0 + by_sieve[s] + by_gun[g] + 0.4 * k
            for cell in range(cells):
                share = low + (high - low) * (cell + 0.5) / cells
                centre = base + 3.0 * max(0.0, share - 0.4)
                total += weight * 0.5 * math.erfc((12 - centre) / math.sqrt(2))
        return total

    assert_agrees(effect(plant, "fill_share", 0.1, 0.5), failing(0.1, 0.5) - failing(0.0, 1.0))


def test_a_curved_plant_agrees_with_plain_draws() -> None:
    plant = bare_plant_of(
        {
            "name": "load_kg",
            "stage": 3,
            "role": "parameter",
            "unit": "kg",
            "distribution": "lognormal",
            "median": 10,
            "sd": 0.3,
        },
        {
            "name": "bed_temperature_c",
            "stage": 3,
            "role": "parameter",
            "unit": "degC",
            "mean": 40.0,
            "sd": 1.5,
            "terms": [
                {"parent": "load_kg", "form": "log", "coefficient": 2, "centre": 10, "scale": 0.3}
            ],
        },
        {
            "name": "heat",
            "stage": 3,
            "role": "latent",
            "unit": "1",
            "expression": "bed_temperature_c * sqrt(load_kg) / 40",
        },
        {
            **RESULT,
            "sd": 1.2,
            "spec_low": 3.0,
            "spec_high": 12.0,
            "terms": [
                {"parent": "heat", "form": "quadratic", "coefficient": 3, "centre": 3.0},
                {"parent": "bed_temperature_c", "coefficient": -0.5, "centre": 40, "scale": 1},
            ],
        },
    )
    draws = np.random.default_rng(7)
    z, noise_t, noise_y = draws.standard_normal((3, 400_000))

    def failing(load: np.ndarray) -> float:
        temperature = 40 + 2 * np.log(load / 10) / 0.3 + 1.5 * noise_t
        heat = temperature * np.sqrt(load) / 40
        y = 7 + 3 * (heat - 3.0) ** 2 - 0.5 * (temperature - 40) + 1.2 * noise_y
        return float(((y > 12) | (y < 3)).mean())

    low, high = (norm.cdf(np.log(b / 10) / 0.3) for b in (8.0, 12.0))
    held = 10 * np.exp(0.3 * norm.ppf(low + norm.cdf(z) * (high - low)))
    assert_agrees(
        effect(plant, "load_kg", 8.0, 12.0), failing(held) - failing(10 * np.exp(0.3 * z))
    )


def test_a_refused_lot_is_replaced_and_all_others_stay(vials: Plant) -> None:
    settings = Settings(400, years=2, seed=2)
    policy = Policy("stopper.particle_count", -np.inf, 50, "reject")
    before = make_batches(vials, settings).lots["stopper"]
    after = make_batches(vials, replace(settings, policy=policy)).lots["stopper"]
    is_kept = before.attributes["particle_count"] <= 50
    assert 0.5 < is_kept.mean() < 0.95
    assert after.attributes["particle_count"].max() <= 50
    for name, values in before.attributes.items():
        np.testing.assert_array_equal(values[is_kept], after.attributes[name][is_kept])
        assert (values[~is_kept] != after.attributes[name][~is_kept]).all()
    np.testing.assert_array_equal(before.supplier, after.supplier)


def test_levers_act_as_the_changed_plant_does(vials: Plant) -> None:
    settings = Settings(300, years=1.5, seed=3)
    before = make_batches(vials, settings)
    found = lever_effects(before, reruns=2)
    law = replace(vials.maintenance["filling"], interval_batches=(22.0, 22.0 / 6))
    often = replace(vials, maintenance={**vials.maintenance, "filling": law})
    renewed = make_batches(often, settings)
    assert found["earlier_pump_maintenance"].failures_after == renewed.is_failure.sum()
    held = replace(settings, policy=Policy("solution_ph", 6.62, 6.82))
    assert found["hold_solution_ph"].failures_after == make_batches(vials, held).is_failure.sum()
    assert all(effect.expected_change < 0 for effect in found.values())
    assert all(e.failures_before == before.is_failure.sum() for e in found.values())


def test_where_no_path_is_left_nothing_has_an_effect(vials: Plant) -> None:
    null = make_batches(vials, Settings(200, years=1, seed=1, cut="null"))
    assert all(e.described()["expected"]["change"] == 0 for e in lever_effects(null, 3).values())


def test_a_level_reported_as_json_has_both_targets() -> None:
    described = Effect(30, 24, -5.0, 0.5, 20, years=5).described()
    assert described["realised"] == {"failures_before": 30, "failures_after": 24, "change": -6}
    assert described["expected"]["change_per_year"] == pytest.approx(-1.0)
    assert described["expected"]["standard_error_per_year"] == pytest.approx(0.1)
