"""Upper bounds: they hold the truth, are large where little is known, and close what is small."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import polars as pl
import pytest

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.upper_bounds.prevention_bound import prevention_bound, tried_windows
from assets.savings.upper_bounds.savings_upper_bounds import LOOK_FURTHER, savings_upper_bounds
from assets.savings.upper_bounds.suspects import suspects
from assets.savings.windows.estimation import window_effect
from assets.savings.windows.policy import Window
from data_contracts.assumptions import load_built_in
from data_contracts.catalogue import contract
from data_contracts.codes.money import BoundBasis
from data_contracts.generated.polars_schema import conform
from tests.savings.asked_records import asked_business_records, asked_tables, truth
from tests.savings.recorded_windows import window_records_of

MOISTURE, SPEED = "parameter.moisture_pct", "parameter.speed_rpm"


@pytest.fixture(scope="module")
def bounds() -> pl.DataFrame:
    return savings_upper_bounds(load_built_in("tablets"), asked_business_records(asked_tables()))


def row_of(bounds: pl.DataFrame, feature: str) -> dict:
    return bounds.filter(feature=feature).row(0, named=True)


def test_savings_upper_bounds_hold_what_the_best_window_prevents(bounds: pl.DataFrame) -> None:
    conform(bounds, contract("economics.savings_upper_bounds"))
    found = row_of(bounds, MOISTURE)
    values = asked_tables()["gate_values"].filter(feature=MOISTURE)["value"].to_numpy()
    true = max(truth({MOISTURE: window}) for window in tried_windows(values, 0.2))
    assert found["basis"] == BoundBasis.MARGINS
    # 180 batches a year: the bound lies above the truth, and not far above.
    assert 180 * true < found["bound_failures_per_year"] < 180 * true * 2.5
    nothing = row_of(bounds, SPEED)
    assert nothing["bound_failures_per_year"] < 0.5 * found["bound_failures_per_year"]


def test_a_bound_is_priced_and_closed_by_hand(bounds: pl.DataFrame) -> None:
    assumptions = load_built_in("tablets")
    cost = float(failure_cost_usd(assumptions, corner(assumptions, "base"), is_avoidable_only=True))
    found = row_of(bounds, MOISTURE)
    assert found["bound_usd_per_year"] == pytest.approx(found["bound_failures_per_year"] * cost)
    # 80,000 + 20,000 + 400,000 once over ten years, and 20,000 a year to hold a window.
    assert found["closing_usd_per_year"] == 70_000
    # 50,000 + 20,000 + 200,000 once, and 20,000 a year for lots.
    assert row_of(bounds, "material.api.d90_um")["closing_usd_per_year"] == 47_000
    assert not found["is_closed"]
    dear = replace(
        assumptions["discount_rate"], name=LOOK_FURTHER, unit="USD/year", base=Fraction(10_000_000)
    )
    stated = replace(assumptions, parameters={**assumptions.parameters, LOOK_FURTHER: dear})
    priced = savings_upper_bounds(stated, asked_business_records(asked_tables()))
    assert priced["is_closed"].all()
    assert set(priced["closing_usd_per_year"]) == {10_000_000.0}


def test_suspects_are_what_is_set_or_bought_and_what_the_ranking_lists() -> None:
    tables = asked_tables()
    names = [one.feature for one in suspects(tables, "failure", 5)]
    # Not the laboratory's water (gate 6, and nobody sets it), nor the copy that is withheld.
    assert names == [
        "material.api.d90_um",
        "parameter.force_kn",
        MOISTURE.replace("moisture_pct", "mixing_min"),
        MOISTURE,
        SPEED,
    ]
    assert [one.feature for one in suspects(tables, "failure", 3)] == [
        name for name in names if "force" not in name
    ]
    sensor = tables["dictionary"].filter(feature=SPEED)
    tag = sensor.with_columns(feature=pl.lit("sensor.x.mean"), kind=pl.lit("sensor"))
    more = tables | {"dictionary": pl.concat([tables["dictionary"], tag])}
    assert "sensor.x.mean" not in [one.feature for one in suspects(more, "failure", 5)]
    ranked = pl.DataFrame({"outcome": ["failure"], "gate": [5], "driver": ["sensor.x.mean"]})
    listed = suspects(more | {"drivers": ranked}, "failure", 5)
    assert "sensor.x.mean" in [one.feature for one in listed]


def test_few_failures_leave_all_of_them_open() -> None:
    """5 of 900 failed: at most 10.51 (Garwood), 180 of 900 batches a year, is 2.10 a year."""
    tables = asked_tables()
    ids = tables["outcomes"].filter("is_failure")["batch_id"].to_list()[5:]
    passed = pl.col("is_failure") & ~pl.col("batch_id").is_in(ids)
    few = tables | {"outcomes": tables["outcomes"].with_columns(is_failure=passed)}
    bounds = savings_upper_bounds(load_built_in("tablets"), asked_business_records(few))
    assert set(bounds["basis"]) == {BoundBasis.ALL_FAILURES}
    assert bounds["bound_failures_per_year"].to_list() == pytest.approx(
        [10.513 * 180 / 900] * bounds.height, rel=0.002
    )
    assert not bounds["is_closed"].any()
    assert bounds["reason"].str.contains("5 failures among 900 batches say no more").all()


def test_failures_no_margin_shows_are_bounded_by_the_label() -> None:
    """Twenty more batches fail above the window for another reason: the bound has room for them."""
    records = window_records_of(0.0)
    windows = tried_windows(records.value, 0.2)
    seen = prevention_bound(records, windows)
    high = np.flatnonzero(records.value > windows[0].high)[:20]
    failed = records.is_failed.copy()
    failed[high] = True
    more = prevention_bound(replace(records, is_failed=failed), windows)
    assert seen is not None
    assert more is not None
    assert more.per_batch > seen.per_batch + 0.8 * 20 / records.batches
    assert more.window == windows[0]


def test_the_standard_error_is_that_of_a_bootstrap() -> None:
    """By influence, once, or by resampled lots: upper ends within a quarter of one another."""
    for seed in (1, 2, 3):
        records = window_records_of(0.5, seed)
        window = Window.trimmed(records.value, "higher", 0.2)
        bound = prevention_bound(records, [window])
        effect = window_effect(records, "failure", "x", window, resamples=60, seed=1)
        assert bound is not None
        assert not isinstance(effect, str)
        assert bound.per_batch == pytest.approx(effect.expected.high, rel=0.25)


def test_a_window_without_room_leaves_the_suspect_open() -> None:
    """One product is made at high values alone: below them nothing is known of it."""
    records = window_records_of(0.5)
    apart = replace(records, value=records.value + 8.0 * records.product)
    assert prevention_bound(apart, [Window(-np.inf, 4.0)]) is None
    assert prevention_bound(apart, [Window(-1.0, np.inf)]) is not None
    assert prevention_bound(apart, [Window(-1.0, np.inf), Window(-np.inf, 4.0)]) is None
