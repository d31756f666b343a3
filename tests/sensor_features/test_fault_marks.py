"""Faults are marked with their size; what a process does by itself is no fault."""

from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest

from assets.sensor_features.fault_marks import sensor_faults
from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform

START = datetime(2024, 1, 5, 8)  # noqa: DTZ001
SOUND = {
    "unit": "degC", "equipment_id": "FBD", "spikes": 0, "gaps": 0, "gap_fraction": 0.0,
    "duration_h": 2.0, "readings": 721,
    "repeated_instants": 0, "flatline_fraction": 0.0, "longest_flatline_h": 0.0,
    "started_at": START, "ended_at": START + timedelta(hours=2), "first_at": START,
    "last_at": START + timedelta(hours=2), "known_at": START + timedelta(hours=2),
}  # fmt: skip


def series(*tags: str, **changes: Any) -> pl.DataFrame:
    """Ten batches of a drying; the last is changed."""
    rows = [
        {"batch_id": f"B{n}", "unit_procedure": "drying", "phase": "drying", "tag": tag}
        | SOUND
        | {"median": 60.0 + 0.1 * n}
        | (changes if n == 9 else {})
        for n in range(10)
        for tag in tags or ("outlet_c", "inlet_c")
    ]
    return pl.DataFrame(rows)


def marks(found: pl.DataFrame) -> list[tuple[Any, ...]]:
    assert conform(found, contract("evidence.sensor_faults")).height == found.height
    return found.select("batch_id", "tag", "fault", "amount", "amount_unit").rows()


def test_sound_sensors_have_no_marks() -> None:
    assert marks(sensor_faults(series())) == []
    assert sensor_faults(None).is_empty()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"spikes": 3}, ("spike", 3.0, "readings")),
        ({"gaps": 2, "gap_fraction": 0.25}, ("gap", 0.5, "h")),
        ({"repeated_instants": 7}, ("repeated_instants", 7.0, "readings")),
        ({"flatline_fraction": 0.6, "longest_flatline_h": 1.2}, ("flatline", 1.2, "h")),
    ],
)
def test_each_fault_has_its_size(changes: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert marks(sensor_faults(series("outlet_c", **changes))) == [("B9", "outlet_c", *expected)]


def test_a_set_point_is_flat_in_every_batch_and_no_fault() -> None:
    flat = series("outlet_c").with_columns(flatline_fraction=pl.lit(1.0))
    assert marks(sensor_faults(flat)) == []


@pytest.mark.parametrize("median", [60.5 * 1.8 + 32, 605.0, 0.605])
def test_a_level_in_another_unit_is_a_slip(median: float) -> None:
    ((batch, _, fault, factor, _),) = marks(sensor_faults(series("outlet_c", median=median)))
    assert (batch, fault) == ("B9", "unit_slip")
    assert factor == pytest.approx(median / 60.5, rel=0.01)


def test_an_unusual_level_is_no_slip() -> None:
    assert marks(sensor_faults(series("outlet_c", median=75.0))) == []


def test_all_tags_late_are_a_clock_and_one_is_not() -> None:
    late = {"first_at": START + timedelta(minutes=5)}
    found = marks(sensor_faults(series(**late)))
    assert [(tag, fault) for _, tag, fault, _, _ in found] == [
        ("inlet_c", "clock_skew"), ("outlet_c", "clock_skew"),
    ]  # fmt: skip
    assert found[0][3] == pytest.approx(5 / 60)
    early = {"last_at": START + timedelta(minutes=110)}
    assert marks(sensor_faults(series(**early)))[0][3] == pytest.approx(-10 / 60)
    assert marks(sensor_faults(series("outlet_c", **late))) == [], "one tag is no witness"
    room = sensor_faults(series(**late), ["inlet_c", "outlet_c"])
    assert marks(room) == [], "a room's recorder is no machine's clock"
