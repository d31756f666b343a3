"""Features of placed readings: ranges by tag and equipment, quality, several months, none."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from assets.sensor_features import defs
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform


def trajectory(start: Any, values: Sequence[float | None], *, tag: str = "power_kw") -> list[Any]:
    step = timedelta(seconds=10)
    return [("GRN", None, tag, start + k * step, v, "good") for k, v in enumerate(values)]


def test_a_phase_and_tag_get_one_row_with_unit_and_range(plant: Any, at: Any) -> None:
    plant.deliver(*trajectory(at("01-10 08:00"), [15.0] * 90 + [25.0] * 90 + [15.0]))
    row = plant.features().row(0, named=True)
    assert (row["batch_id"], row["stage"], row["phase"]) == ("B1", 3, "wet_mass")
    assert (row["unit"], row["readings"]) == ("kW", 181)
    assert row["time_outside_nor_h"] == pytest.approx(0.25)
    assert row["area_outside_nor"] == pytest.approx(5 * 0.25)
    assert row["excursions_outside_nor"] == 1
    assert row["known_at"] == at("01-10 09:00"), "known when the phase ended"


def test_series_and_months_do_not_touch(plant: Any, at: Any) -> None:
    plant.tags(
        ("power_kw", "GRN", 3, "kW", 10.0, 20.0, False), ("speed_rpm", "GRN", 3, "rpm", *[None] * 3)
    )
    plant.deliver(
        *trajectory(at("01-10 08:00"), [1.0, 2.0]),
        *trajectory(at("01-10 08:00"), [3.0, 4.0], tag="speed_rpm"),
        *trajectory(at("01-31 23:59:50"), [5.0, 6.0, 7.0]),
        *trajectory(at("01-20 00:00"), [99.0, 99.0]),
    )
    found = plant.features()
    assert found.select("batch_id", "tag", "first", "last").rows() == [
        ("B1", "power_kw", 1.0, 2.0),
        ("B1", "speed_rpm", 3.0, 4.0),
        ("B2", "power_kw", 5.0, 7.0),
    ]
    assert found["excursions_outside_nor"].to_list() == [1, None, 1]


def test_bad_readings_are_gaps_and_uncertain_ones_count(plant: Any, at: Any) -> None:
    rows = trajectory(at("01-10 08:00"), [10.0, 1000.0, 12.0, None, 14.0])
    rows[1] = (*rows[1][:5], "bad")
    rows[2] = (*rows[2][:5], "uncertain")
    plant.deliver(*rows)
    row = plant.features().row(0, named=True)
    assert (row["readings"], row["maximum"]) == (3, 14.0)
    assert row["gap_fraction"] == pytest.approx(0.5)


def test_a_tag_described_elsewhere_lends_its_range(plant: Any, at: Any) -> None:
    plant.tags(("power_kw", "OTHER", 3, "kW", 0.0, 5.0, False))
    plant.deliver(*trajectory(at("01-10 08:00"), [9.0, 9.0]))
    assert plant.features().select("unit", "excursions_outside_nor").row(0) == ("kW", 1)


def test_an_undescribed_tag_has_neither_unit_nor_range(plant: Any, at: Any) -> None:
    plant.deliver(*trajectory(at("01-10 08:00"), [9.0, 9.0], tag="new"))
    row = plant.features().row(0, named=True)
    assert (row["unit"], row["mean"], row["time_outside_nor_h"]) == (None, 9.0, None)


def test_the_table_meets_its_contract(plant: Any, at: Any) -> None:
    plant.deliver(*trajectory(at("01-10 08:00"), [9.0, None, 9.5]))
    found = plant.features()
    described = contract("feature.sensor_phase_features")
    assert conform(found, described).equals(found)


def test_no_readings_give_an_empty_table(plant: Any) -> None:
    plant.deliver()
    found = plant.features()
    assert found.height == 0
    assert found.columns == list(contract("feature.sensor_phase_features").column_names)


def test_the_assets_build_their_tables(plant: Any, at: Any) -> None:
    plant.deliver(*trajectory(at("01-10 08:00"), [9.0, 9.5]))

    class Settings:
        as_of = None

    done = dg.materialize(
        [defs.placed_readings, defs.sensor_phase_features],
        resources={"warehouse": plant.warehouse, "run_settings": Settings()},
    )
    assert done.success
    assert plant.warehouse.read("feature.sensor_phase_features").height == 1
    assert plant.warehouse.read("feature.golden_trajectories").is_empty()
    assert plant.warehouse.read("evidence.sensor_faults").is_empty()
    said = done.asset_materializations_for_node("sensor_phase_features")[0].metadata
    expected = plant.warehouse.content_hash("feature.sensor_phase_features")
    assert said["content_hash"].value == expected
    assert plant.warehouse.read("evidence.reading_months")["received"].to_list() == [2]
