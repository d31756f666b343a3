"""Readings find their batch and phase, and none is lost on the way."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.sensor_features.placement import PLAN
from data_contracts.errors import WarehouseError
from warehouse.sensor_readings.readings import build_readings

PLACE = ("batch_id", "unit_procedure", "phase")


def grn(at: Any, value: float | None = 12.0, quality: str = "good", tag: str = "power_kw") -> Any:
    return ("GRN", None, tag, at, value, quality)


def places(plant: Any, as_of: Any = None) -> list[tuple[Any, ...]]:
    build_readings(plant.warehouse, PLAN, as_of)
    return plant.stored().select(*PLACE, "recorded_at").rows()


def account(plant: Any, as_of: Any = None) -> dict[str, int]:
    listed = build_readings(plant.warehouse, PLAN, as_of)
    return listed.select(pl.col(pl.Int64).sum()).row(0, named=True)


def test_equipment_and_time_give_batch_and_phase(plant: Any, at: Any) -> None:
    plant.deliver(
        grn(at("01-10 08:30")), ("FBD", None, "outlet_c", at("01-10 09:30"), 40.0, "good")
    )
    assert places(plant) == [
        ("B1", "drying", "drying", at("01-10 09:30")),
        ("B1", "granulation", "wet_mass", at("01-10 08:30")),
    ]


def test_both_ends_of_a_phase_belong_to_it(plant: Any, at: Any) -> None:
    plant.deliver(
        grn(at("01-10 08:00")),
        grn(at("01-10 09:00")),
        grn(at("01-10 07:59:59.999999")),
        grn(at("01-10 09:00:00.000001")),
    )
    assert [row[0] for row in places(plant)] == ["B1", "B1", None, None]


def test_where_one_phase_ends_and_the_next_starts_the_next_has_the_instant(
    plant: Any, at: Any
) -> None:
    plant.phases(
        ("B1", 3, "granulation", "dry_mix", "GRN", at("01-10 08:00"), at("01-10 09:00")),
        ("B1", 3, "granulation", "wet_mass", "GRN", at("01-10 09:00"), at("01-10 10:00")),
    )
    plant.deliver(grn(at("01-10 09:00")))
    assert places(plant)[0][2] == "wet_mass"


def test_overlapping_phases_give_each_reading_one_place(plant: Any, at: Any) -> None:
    plant.phases(
        ("B1", 3, "granulation", "wet_mass", "GRN", at("01-10 08:00"), at("01-10 10:00")),
        ("B2", 3, "granulation", "wet_mass", "GRN", at("01-10 09:00"), at("01-10 11:00")),
    )
    plant.deliver(*(grn(at(f"01-10 {hour}:30")) for hour in ("08", "09", "10")))
    assert [row[0] for row in places(plant)] == ["B1", "B2", "B2"]


def test_a_phase_without_end_lasts_until_the_next_and_a_week_at_most(plant: Any, at: Any) -> None:
    plant.phases(
        ("B1", 3, "granulation", "wet_mass", "GRN", at("01-10 08:00"), None),
        ("B2", 3, "granulation", "wet_mass", "GRN", at("01-12 08:00"), None),
    )
    plant.deliver(*(grn(at(f"01-{day} 07:00")) for day in (11, 12, 19, 20)))
    assert [row[0] for row in places(plant)] == ["B1", "B1", "B2", None]


def test_a_month_is_that_in_which_the_phase_started(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-31 23:45")), grn(at("02-01 00:15")), grn(at("02-01 00:45")))
    listed = build_readings(plant.warehouse, PLAN)
    assert listed.select("month", "stored", "without_phase").rows() == [
        (date(2024, 1, 1), 2, 0),
        (date(2024, 2, 1), 1, 1),
    ]


def test_reading_months_count_readings_of_no_phase(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 12:00")), ("NEW", None, "power_kw", at("01-10 08:30"), 1.0, "good"))
    assert account(plant) | {"series": 0} == {
        "received": 2, "identical": 0, "without_phase": 2, "not_finite": 0, "unknown_tag": 0,
        "stored": 2, "series": 0,
    }  # fmt: skip
    assert plant.stored()["batch_id"].to_list() == [None, None]


def test_a_reading_delivered_twice_alike_is_kept_once(plant: Any, at: Any) -> None:
    twice = [grn(at("01-10 08:30")), grn(at("01-10 08:31"), None)]
    plant.deliver(*twice, *twice, grn(at("01-10 08:30"), 13.0))
    counts = account(plant)
    assert (counts["received"], counts["identical"], counts["stored"]) == (5, 2, 3)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_value_that_is_no_number_is_kept_without_it_and_marked(
    plant: Any, at: Any, value: float
) -> None:
    plant.deliver(grn(at("01-10 08:30"), value), grn(at("01-10 08:31"), value, "bad"))
    assert account(plant)["not_finite"] == 1
    assert plant.stored().select("value", "quality").rows() == [(None, "bad")] * 2


def test_an_unknown_tag_is_placed_and_counted(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 08:30"), tag="foreseen_by_nobody"))
    assert account(plant)["unknown_tag"] == 1
    assert plant.stored()["batch_id"].to_list() == ["B1"]


def test_a_named_batch_is_followed_before_the_equipment(plant: Any, at: Any) -> None:
    plant.deliver(
        ("ELSEWHERE", "B1", "power_kw", at("01-10 08:30"), 1.0, "good"),
        ("GRN", "B1", "power_kw", at("01-10 12:30"), 1.0, "good"),
    )
    assert places(plant) == [
        ("B1", "granulation", "wet_mass", at("01-10 08:30")),
        ("B1", None, None, at("01-10 12:30")),
    ]


def test_a_batch_nobody_described_is_no_batch(plant: Any, at: Any) -> None:
    plant.deliver(("GRN", "B9", "power_kw", at("01-10 12:30"), 1.0, "good"))
    assert places(plant)[0][:3] == (None, None, None)


def test_a_batch_without_phases_is_a_place_by_itself(plant: Any, at: Any) -> None:
    plant.phases()
    plant.deliver(
        ("PRS", "B1", "power_kw", at("01-31 23:59"), 1.0, "good"),
        ("PRS", "B1", "power_kw", at("02-01 00:01"), None, "good"),
        ("PRS", "B1", "outlet_c", at("02-01 00:02"), 2.0, "good"),
    )
    assert {row[:3] for row in places(plant)} == {("B1", "PRS", "stage_3")}
    listed = plant.warehouse.read("evidence.reading_months")
    assert listed.select("month", "stored", "series").rows() == [(date(2024, 1, 1), 3, 2)]


def test_a_shared_area_is_read_into_every_phase_then_in_it(plant: Any, at: Any) -> None:
    plant.phases(
        ("B1", 3, "granulation", "wet_mass", "GRN", at("01-10 08:00"), at("01-10 09:00")),
        ("B2", 3, "drying", "drying", "FBD", at("01-10 08:30"), at("01-10 10:00")),
    )
    plant.tags(("humidity_pct", "ROOM-1", None, "%", 30.0, 55.0, True))
    rows = [("ROOM-1", None, "humidity_pct", at(f"01-10 {t}"), 40.0, "good") for t in
            ("08:15", "08:45", "09:15", "10:15")]  # fmt: skip
    plant.deliver(*rows, rows[1])
    counts = account(plant)
    assert [row[0] for row in places(plant)] == ["B1", "B1", "B2", "B2", None]
    assert (counts["received"], counts["identical"]) == (5, 1)
    assert (counts["stored"], counts["without_phase"]) == (5, 1)


def test_an_area_with_its_equipment_listed_reaches_no_further(plant: Any, at: Any) -> None:
    plant.phases(
        ("B1", 3, "granulation", "wet_mass", "GRN", at("01-10 08:00"), at("01-10 09:00")),
        ("B2", 3, "drying", "drying", "FBD", at("01-10 08:00"), at("01-10 09:00")),
    )
    plant.tags(("humidity_pct", "FBD", 3, "%", 30.0, 55.0, True))
    plant.deliver(("ROOM-1", None, "humidity_pct", at("01-10 08:30"), 40.0, "good"))
    assert [row[0] for row in places(plant)] == ["B2"]


def test_a_shared_reading_over_a_months_end_is_received_once(plant: Any, at: Any) -> None:
    plant.phases(
        ("B1", 3, "granulation", "wet_mass", "GRN", at("01-31 23:30"), at("02-01 00:30")),
        ("B2", 3, "drying", "drying", "FBD", at("02-01 00:00"), at("02-01 01:00")),
    )
    plant.tags(("humidity_pct", "ROOM-1", None, "%", 30.0, 55.0, True))
    plant.deliver(("ROOM-1", None, "humidity_pct", at("02-01 00:15"), 40.0, "good"))
    counts = account(plant)
    assert (counts["received"], counts["stored"], counts["without_phase"]) == (1, 2, 0)


def test_readings_after_the_as_of_date_are_not_known(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 08:30")), grn(at("01-10 08:50")))
    assert len(places(plant, as_of=at("01-10 08:40"))) == 1


def test_a_reading_without_a_time_stops_the_run_instead_of_vanishing(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 08:30")))
    build_readings(plant.warehouse, PLAN)
    plant.deliver(grn(None))
    with pytest.raises(WarehouseError, match="1 readings and 0 were placed"):
        build_readings(plant.warehouse, PLAN)
    assert plant.stored().height == 1


def test_no_readings_give_empty_tables(plant: Any) -> None:
    plant.deliver()
    assert build_readings(plant.warehouse, PLAN).height == 0
    assert plant.stored().height == 0


def test_order_and_files_do_not_depend_on_the_order_of_delivery(plant: Any, at: Any) -> None:
    start = at("01-10 08:00")
    rows = [grn(start + timedelta(seconds=10 * k), float(k % 7)) for k in range(500)]
    plant.deliver(*rows)
    first = build_readings(plant.warehouse, PLAN)
    order = plant.stored()
    assert order["recorded_at"].is_sorted()
    plant.deliver(*rows[::-1])
    assert build_readings(plant.warehouse, PLAN).equals(first)
    assert plant.stored().equals(order)


def test_a_correction_rewrites_its_month_and_no_other(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 08:30")), grn(at("02-10 08:30")))
    before = build_readings(plant.warehouse, PLAN)["file"].to_list()
    plant.deliver(grn(at("01-10 08:30")), grn(at("02-10 08:30"), 13.0))
    after = build_readings(plant.warehouse, PLAN)["file"].to_list()
    assert (before[0] == after[0], before[1] == after[1]) == (True, False)


def test_a_phase_corrected_without_new_readings_is_another_content(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 08:30")))
    before = build_readings(plant.warehouse, PLAN)["content_hash"].item()
    plant.phases(("B2", 3, "granulation", "wet_mass", "GRN", at("01-10 08:00"), at("01-10 09:00")))
    assert build_readings(plant.warehouse, PLAN)["content_hash"].item() != before


def test_nothing_is_left_beside_the_files(plant: Any, at: Any) -> None:
    plant.deliver(grn(at("01-10 08:30")))
    build_readings(plant.warehouse, PLAN)
    folder: Path = plant.warehouse.home.readings_dir("plant")
    assert len(list(folder.iterdir())) == 2
