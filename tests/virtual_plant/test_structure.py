"""Small plants whose answers are known in closed form."""

import numpy as np
import pytest
from scipy.stats import norm, truncnorm

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.policy import parse_policy
from assets.virtual_plant.declaration.structure import Policy
from assets.virtual_plant.production.batches import Batches, Settings, make_batches

from .conftest import bare_plant_of

MANY = 2000
CAUSE = {
    "name": "moisture_pct",
    "stage": 3,
    "role": "parameter",
    "unit": "%",
    "mean": 2.3,
    "sd": 0.25,
}


def result(terms: list[dict[str, object]], **more: object) -> dict[str, object]:
    law = {"name": "uniformity_av", "stage": 6, "role": "cqa", "unit": "1", "mean": 7.0, "sd": 2.0}
    return {**law, "spec_high": 12, "terms": terms, **more}


LINEAR = {"parent": "moisture_pct", "coefficient": 1.5, "centre": 2.3, "scale": 0.25}
ONE_CAUSE = bare_plant_of(CAUSE, result([LINEAR]))
# a child of the cause acts as well, so a policy must reach it
CHAIN = bare_plant_of(
    *[
        CAUSE,
        {
            "name": "torque_nm",
            "stage": 3,
            "role": "parameter",
            "unit": "N.m",
            "mean": 400,
            "sd": 10,
            "terms": [{**LINEAR, "coefficient": 8}],
        },
        result([{"parent": "torque_nm", "coefficient": 1.0, "centre": 400, "scale": 10}]),
    ]
)
# a squared effect of a lognormal cause
CURVED = bare_plant_of(
    *[
        {
            "name": "load_kg",
            "stage": 3,
            "role": "parameter",
            "unit": "kg",
            "distribution": "lognormal",
            "median": 10,
            "sd": 0.3,
        },
        result([{"parent": "load_kg", "form": "quadratic", "centre": 10, "scale": 4}]),
    ]
)


def made(plant: Plant, policy: Policy | None = None, seed: int = 1, **more: object) -> Batches:
    return make_batches(plant, Settings(batches=MANY, years=2, seed=seed, policy=policy, **more))  # type: ignore[arg-type]


def test_a_linear_chain_has_its_closed_form_moments() -> None:
    values = made(ONE_CAUSE).outcome.values
    assert values["moisture_pct"].mean() == pytest.approx(2.3, abs=0.02)
    assert values["uniformity_av"].std() == pytest.approx(np.hypot(1.5, 2.0), rel=0.05)
    expected = 1.5 / np.hypot(1.5, 2.0)
    assert np.corrcoef(values["moisture_pct"], values["uniformity_av"])[0, 1] == pytest.approx(
        expected, abs=0.03
    )


def test_the_failure_rate_is_the_normal_tail() -> None:
    rates = [made(ONE_CAUSE, seed=s).is_failure.mean() for s in range(3)]
    assert np.mean(rates) == pytest.approx(norm.sf((12 - 7) / np.hypot(1.5, 2.0)), rel=0.2)


@pytest.mark.parametrize(
    ("plant", "policy", "expected"),
    [
        (
            ONE_CAUSE,
            Policy("moisture_pct", 2.0, 2.4),
            # integral over the truncated normal of the result's own tail
            truncnorm(-1.2, 0.4).expect(lambda z: norm.sf((12 - 7 - 1.5 * z) / 2)),
        ),
        (
            CHAIN,
            Policy("moisture_pct", 2.3, 2.5),
            truncnorm(0, 0.8).expect(lambda z: norm.sf((12 - 7 - 0.8 * z) / np.hypot(1, 2))),
        ),
        (
            CURVED,
            Policy("load_kg", 8.0, 14.0),
            truncnorm(np.log(0.8) / 0.3, np.log(1.4) / 0.3).expect(
                lambda z: norm.sf((12 - 7 - ((10 * np.exp(0.3 * z) - 10) / 4) ** 2) / 2)
            ),
        ),
    ],
    ids=["one cause", "chain", "curved"],
)
def test_a_policy_gives_the_failure_rate_of_its_integral(
    plant: Plant, policy: Policy, expected: float
) -> None:
    batches = [made(plant, policy, seed=s) for s in range(4)]
    count = MANY * len(batches)
    realised = np.mean([b.is_failure.mean() for b in batches])
    assert abs(realised - expected) < 3.5 * np.sqrt(expected / count)
    risk = np.mean([b.failure_prob.mean() for b in batches])
    assert risk == pytest.approx(expected, rel=0.1)


def test_a_policy_redraws_from_the_same_numbers_without_piling_up() -> None:
    policy = Policy("moisture_pct", 2.0, 2.4)
    before, after = made(ONE_CAUSE), made(ONE_CAUSE, policy)
    x, held = before.outcome.values["moisture_pct"], after.outcome.values["moisture_pct"]
    assert held.min() > 2.0
    assert held.max() < 2.4
    assert len(np.unique(held)) == MANY
    # same U: the order of batches stays, and so does every other variable's noise
    np.testing.assert_array_equal(np.argsort(x), np.argsort(held))
    noise = [
        b.outcome.values["uniformity_av"] - b.outcome.centres["uniformity_av"]
        for b in (before, after)
    ]
    np.testing.assert_allclose(noise[0], noise[1], atol=1e-9)


def test_a_policy_on_a_lot_attribute_redraws_lots(tablets: Plant) -> None:
    settings = Settings(batches=300, years=2, policy=Policy("api.d90_um", 100, 110))
    lots = make_batches(tablets, settings).lots["api"]
    assert lots.attributes["d90_um"].min() > 100
    assert lots.attributes["d90_um"].max() < 110


@pytest.mark.parametrize(
    "text",
    [
        "granulation_end_moisture_pct = 2",
        "granulation_end_moisture_pct in [2.6, 2.0]",
        "nothing_known in [1, 2]",
        "content_uniformity_av in [1, 2]",
        "punch_set in [0, 1]",
        "granulation_end_moisture_pct in [a, b]",
        "granulation_end_moisture_pct in [1.2.3, 4]",
    ],
)
def test_a_policy_that_cannot_be_followed_is_refused(text: str, tablets: Plant) -> None:
    with pytest.raises(PlantError, match="policy"):
        parse_policy(text, tablets)


def test_a_policy_is_read() -> None:
    assert parse_policy("moisture_pct in [2.0, 2.6]", ONE_CAUSE) == Policy("moisture_pct", 2.0, 2.6)


def test_null_keeps_every_marginal_and_cuts_every_path(tablets: Plant) -> None:
    signal = [make_batches(tablets, Settings(seed=s)) for s in range(1, 4)]
    null = [make_batches(tablets, Settings(seed=s, cut="null")) for s in range(1, 4)]
    for with_causes, without in zip(signal, null, strict=True):
        for name, values in with_causes.outcome.values.items():
            if name not in with_causes.outcome.centres and values.dtype.kind == "f":
                is_downstream = name in {"dissolution_mean_pct"}
                assert is_downstream or np.array_equal(values, without.outcome.values[name])
    for name in signal[0].outcome.centres:
        pooled = [
            np.concatenate([b.outcome.values[name] for b in group]) for group in (signal, null)
        ]
        assert pooled[0].mean() == pytest.approx(pooled[1].mean(), rel=0.01)
        assert pooled[0].std() == pytest.approx(pooled[1].std(), rel=0.05)
        causes = {c.variable for m in tablets.mechanisms if m.result == name for c in m.causes}
        for cause in causes:
            x = np.concatenate([b.outcome.values[cause] for b in null])
            assert abs(np.corrcoef(x, pooled[1])[0, 1]) < 0.06
    rates = [np.mean([b.is_failure.mean() for b in group]) for group in (signal, null)]
    assert rates[0] == pytest.approx(rates[1], abs=0.01)


def test_product_only_keeps_the_product_and_loses_the_process(tablets: Plant) -> None:
    batches = [
        make_batches(tablets, Settings(seed=s, cut="product_only", product_effect=4.0))
        for s in range(1, 4)
    ]
    dissolution = np.concatenate([b.outcome.values["dissolution_min_pct"] for b in batches])
    product = np.concatenate([b.outcome.values["product"] for b in batches])
    cold = np.concatenate([b.outcome.values["coating_cold_load"] for b in batches])
    low, high = (dissolution[product == p].mean() for p in ("TB-140", "TB-105"))
    assert high - low == pytest.approx(4 * 2.0, abs=0.5)
    assert abs(np.corrcoef(dissolution, cold)[0, 1]) < 0.06
