import gc
import weakref

import numpy as np
import pytest

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.production.air import make_air
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.production.schedule import DAY_S, HOUR_S
from assets.virtual_plant.truth.truth_file import area_under_curve, truth_of


@pytest.fixture(scope="module")
def ten(tablets: Plant) -> list[Batches]:
    return [make_batches(tablets, Settings(seed=seed)) for seed in range(1, 11)]


@pytest.fixture(scope="module")
def ten_of_vials(vials: Plant) -> list[Batches]:
    return [make_batches(vials, Settings(seed=seed)) for seed in range(1, 11)]


@pytest.fixture(params=["ten", "ten_of_vials"])
def either(request: pytest.FixtureRequest) -> list[Batches]:
    """Ten seeds of each shipped plant."""
    made: list[Batches] = request.getfixturevalue(request.param)
    return made


def test_about_three_in_a_hundred_fail_and_no_mode_dominates(either: list[Batches]) -> None:
    assert np.mean([b.is_failure.mean() for b in either]) == pytest.approx(0.03, abs=0.006)
    modes = np.concatenate([b.failure_mode[b.is_failure] for b in either])
    shares = [(modes == m.name).mean() for m in either[0].plant.mechanisms]
    assert len(shares) >= 3
    assert min(shares) > 0.15


def test_the_best_possible_prediction_is_good_but_no_toy(either: list[Batches]) -> None:
    pooled = area_under_curve(
        np.concatenate([b.is_failure for b in either]),
        np.concatenate([b.failure_prob for b in either]),
    )
    assert pooled is not None
    assert 0.80 < pooled < 0.90


def test_each_mechanism_alone_is_weak(either: list[Batches]) -> None:
    told = [truth_of(b)["mechanisms"] for b in either]
    for position in range(len(either[0].plant.mechanisms)):
        alone = [mechanisms[position]["auc_alone"] for mechanisms in told]
        assert 0.5 < np.mean(alone) < 0.75


def test_the_oracle_is_calibrated(either: list[Batches]) -> None:
    expected = np.sum([b.failure_prob.sum() for b in either])
    assert np.sum([b.is_failure.sum() for b in either]) == pytest.approx(expected, rel=0.15)


def test_decoys_go_with_their_cause(ten: list[Batches]) -> None:
    pairs = {
        "impeller_power_level_kw": "granulation_end_moisture_pct",
        "api.d50_um": "api.d90_um",
        "exhaust_dip_depth_c": "coating_excursion_depth_c",
        "ejection_force_level_n": "compression_batches_since_maintenance",
    }
    for decoy, cause in pairs.items():
        values = [np.concatenate([b.outcome.values[name] for b in ten]) for name in (decoy, cause)]
        assert 0.3 < np.corrcoef(values)[0, 1] < 0.9, decoy


def test_lots_are_shared_and_add_up(ten: list[Batches]) -> None:
    lots = ten[0].lots["api"]
    shares = np.bincount(lots.use_batch, weights=lots.use_share)
    np.testing.assert_allclose(shares, 1.0)
    used = np.bincount(lots.use_lot, weights=lots.use_share)
    np.testing.assert_allclose(used[:-1], lots.batches[:-1], atol=1e-9)
    assert (np.bincount(lots.use_batch) > 1).any()
    assert len({*zip(lots.supplier, lots.number, strict=True)}) == len(lots.number)
    assert len(set(lots.number)) < len(lots.number)  # two suppliers print the same number


def test_more_batches_do_not_change_what_the_keys_say(tablets: Plant) -> None:
    few, many = (
        make_batches(tablets, Settings(batches=n, years=n / 200)).lots["api"] for n in (200, 400)
    )
    kept = len(few.number) - 1
    np.testing.assert_array_equal(few.attributes["d90_um"][:kept], many.attributes["d90_um"][:kept])


def test_batches_are_let_go_as_soon_as_nobody_needs_them(tablets: Plant) -> None:
    made = make_batches(tablets, Settings(batches=5, years=0.1))
    gc.disable()  # a cycle would keep every re-run's variables until the next collection
    try:
        values = weakref.ref(made.outcome.values["granulation_end_moisture_pct"])
        del made
        assert values() is None
    finally:
        gc.enable()


def test_a_part_of_the_air_is_the_air(tablets: Plant) -> None:
    air = make_air(tablets.air, 1, 40 * DAY_S)
    hours = np.arange(len(air.humidity_pct))
    for start_s, end_s in [(0, 9), (3 * DAY_S, 5 * DAY_S), (39 * DAY_S, 41 * DAY_S), (5, 5)]:
        instants_s = np.arange(start_s, end_s, 7, dtype=np.int64)
        expected = np.interp(instants_s / HOUR_S, hours, air.humidity_pct)
        np.testing.assert_array_equal(air.at("humidity_pct", instants_s), expected)


def test_area_under_curve_by_hand() -> None:
    is_failure = np.array([True, False, True, False])
    assert area_under_curve(is_failure, np.array([0.9, 0.1, 0.4, 0.4])) == pytest.approx(3.5 / 4)
    assert area_under_curve(np.zeros(3, dtype=bool), np.zeros(3)) is None
