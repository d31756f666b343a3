"""Series no engineer hopes for, from delivery to the table: each has a row, its contract holds."""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest

from assets.sensor_features.month_tables import TABLE
from data_contracts.catalogue import contract
from data_contracts.quality.expectations import counting_sql, judge_counts
from tests.sensor_features.conftest import Plant, instant
from warehouse.paths import Home

NAN, INF = float("nan"), float("inf")
# Values of one tag each, ten seconds apart; where a pair, seconds after the start come with them.
SERIES: dict[str, list[Any]] = {
    "not_a_number": [NAN, NAN, NAN],
    "infinite": [INF, 5.0, -INF, 7.0],
    "missing": [None, None, 3.0],
    "single": [4.0],
    "constant": [2.0] * 30,
    "one_instant": [(0, 1.0), (0, 2.0), (0, 3.0)],
    "backwards": [(20, 3.0), (10, 2.0), (0, 1.0)],
    "huge": [1.7e308, -1.7e308, 1.7e308],
}


@pytest.fixture(scope="module")
def awkward(tmp_path_factory: pytest.TempPathFactory) -> Plant:
    """A plant to which all of it was delivered, of tags nobody described but one."""
    folder = tmp_path_factory.mktemp("awkward")
    plant, start = Plant(Home(folder / "home"), folder), instant("01-10 08:00")
    plant.batches("B1")
    plant.phases(("B1", 3, "granulation", "wet_mass", "GRN", start, instant("01-10 09:00")))
    plant.tags(("constant", "GRN", 3, "degC", 3.0, 5.0, False))
    rows = [
        ("GRN", None, tag, start + timedelta(seconds=seconds), value, "good")
        for tag, values in SERIES.items()
        for seconds, value in (
            v if isinstance(v, tuple) else (10 * k, v) for k, v in enumerate(values)
        )
    ]
    plant.deliver(*rows)
    plant.features()
    return plant


def test_every_series_has_its_row_and_nothing_is_dropped_without_a_count(awkward: Plant) -> None:
    found = awkward.warehouse.read(TABLE)
    assert dict(found.select("tag", "readings").rows()) == {
        "not_a_number": 0, "infinite": 2, "missing": 1, "single": 1, "constant": 30,
        "one_instant": 3, "backwards": 3, "huge": 3,
    }  # fmt: skip
    account = awkward.warehouse.read("evidence.reading_months").row(0, named=True)
    assert account["received"] == account["stored"] == sum(map(len, SERIES.values()))
    assert account["not_finite"] == 5
    assert account["unknown_tag"] == account["received"] - 30
    assert account["without_phase"] == account["identical"] == 0


def test_what_is_not_defined_is_null_and_no_number_is_infinite(awkward: Plant) -> None:
    found = awkward.warehouse.read(TABLE)
    rows = {row["tag"]: row for row in found.to_dicts()}
    assert (rows["not_a_number"]["mean"], rows["not_a_number"]["gap_fraction"]) == (None, 1.0)
    assert (rows["infinite"]["minimum"], rows["infinite"]["maximum"]) == (5.0, 7.0)
    assert (rows["single"]["mean"], rows["single"]["sd"]) == (4.0, None)
    assert (rows["constant"]["sd"], rows["constant"]["lag1_autocorrelation"]) == (0.0, None)
    assert rows["constant"]["time_outside_nor_h"] == pytest.approx(290 / 3600)
    assert (rows["one_instant"]["duration_h"], rows["one_instant"]["slope_per_h"]) == (0.0, None)
    assert (rows["backwards"]["first"], rows["backwards"]["last"]) == (1.0, 3.0)
    numbers = found.select(pl.selectors.float())
    assert not numbers.select(pl.any_horizontal(pl.all().is_nan().any())).item()
    ordinary = numbers.filter(found["tag"] != "huge")
    assert not ordinary.select(pl.any_horizontal(pl.all().is_infinite().any())).item()


def test_the_contract_of_the_table_holds(awkward: Plant) -> None:
    described = contract(TABLE)
    counts = awkward.warehouse.query(counting_sql(described))
    results = judge_counts(counts, described).results
    assert results.filter(~pl.col("is_passed")).is_empty()


def test_a_month_of_readings_in_no_phase_and_one_of_none_have_no_rows(plant: Any, at: Any) -> None:
    plant.deliver(
        ("GRN", None, "power_kw", at("01-10 08:30"), 1.0, "good"),
        ("GRN", None, "power_kw", at("03-10 08:30"), 1.0, "good"),
    )
    assert plant.features()["month"].to_list() == [date(2024, 1, 1)]
    months = plant.warehouse.read("evidence.reading_months")
    assert months.select("month", "without_phase").rows() == [
        (date(2024, 1, 1), 0),
        (date(2024, 3, 1), 1),
    ]
    before = plant.warehouse.content_hash(TABLE)
    for empty in (date(2024, 3, 1), date(2024, 5, 1)):
        plant.place(empty)
        assert plant.update(empty).replaced == ()
    assert plant.warehouse.content_hash(TABLE) == before
