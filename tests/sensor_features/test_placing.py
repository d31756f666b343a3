"""Placing equals its plain reference on tables nobody would export, drawn at random."""

from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from assets.sensor_features.placement import PLAN
from data_contracts.errors import WarehouseError
from tests.sensor_features.conftest import READINGS
from tests.sensor_features.placing_reference import Plant, stored
from warehouse.sensor_readings.delivered_months import ReadingDelivery, keep_readings
from warehouse.sensor_readings.placing import month_files
from warehouse.sensor_readings.reading_days import ReadingPiece
from warehouse.sensor_readings.reading_history import stage_known_readings
from warehouse.sensor_readings.readings import build_readings

START = datetime(2024, 1, 29)  # noqa: DTZ001
VALUES = (1.0, 1.0, 2.5, 0.0, -0.0, None, float("nan"), float("inf"))
QUALITIES = ("good", "good", "uncertain", "bad", None)
COUNTS = ("received", "identical", "without_phase", "not_finite", "unknown_tag", "stored")


def drawn(seed: int, readings: int = 600) -> Plant:
    """A plant of few instants, so that phases overlap and readings repeat, over a month's end."""
    rng = np.random.default_rng(seed)
    batches = ["B1", "B2", "B3", "B4"]

    def at(most_h: int = 96) -> datetime:
        return START + timedelta(minutes=15 * int(rng.integers(0, 4 * most_h)))

    phases = []
    for batch in batches[:3]:
        for phase, stage, machine in (("a", 1, "M1"), ("b", 1, "M2"), ("c", 2, "M1")):
            start = at()
            end = None if rng.random() < 0.2 else start + timedelta(hours=int(rng.integers(0, 30)))
            phases.append((batch, stage, f"unit {stage}", phase, machine, start, end))
    tags = [
        ("power", "M1", 1, "kW", None, None, False),
        ("power", "M1b", 2, "kW", None, None, False),
        ("speed", "M2", 1, "rpm", None, None, False),
        ("humidity", "ROOM", (None, 1, 2)[seed % 3], "%", None, None, True),
        ("dust", "M2", None, "mg", None, None, True),
    ]
    named = [None, None, None, "B1", "B2", "B4", "B9"]
    delivered = [
        (
            str(rng.choice(["M1", "M2", "ROOM", "ELSEWHERE"])),
            named[rng.integers(len(named))] if seed % 2 else None,
            str(rng.choice(["power", "speed", "humidity", "dust", "unforeseen"])),
            at(110),
            VALUES[rng.integers(len(VALUES))],
            QUALITIES[rng.integers(len(QUALITIES))],
        )
        for _ in range(readings)
    ]
    again = [delivered[k] for k in rng.integers(0, readings, readings // 5)]
    return Plant(batches[:3], phases, tags, delivered + again)


def delivered_to(plant: Any, drawn_plant: Plant) -> pl.DataFrame:
    plant.batches(*drawn_plant.batches)
    plant.phases(*drawn_plant.phases)
    plant.tags(*drawn_plant.tags)
    plant.deliver(*drawn_plant.readings)
    return build_readings(plant.warehouse, PLAN)


def rows_of(plant: Any, listed: pl.DataFrame) -> list[pl.DataFrame]:
    folder = plant.warehouse.home.readings_dir("plant")
    return [
        pl.read_parquet(folder / file).with_columns(month=pl.lit(month).cast(pl.Datetime("us")))
        for month, file in listed.select("month", "file").rows()
    ]


@pytest.mark.parametrize("seed", range(6))
def test_rows_and_accounts_are_those_of_the_plain_rule(plant: Any, seed: int) -> None:
    dirty = drawn(seed)
    listed = delivered_to(plant, dirty)
    rows, accounts = stored(dirty)
    found = pl.concat(rows_of(plant, listed))
    said = found.select(
        "month", "batch_id", "stage", "unit_procedure", "phase", "equipment_id", "tag",
        "recorded_at", "value", "quality",
    )  # fmt: skip
    assert Counter(said.rows()) == rows
    usable = found["value"].is_not_null() & (found["quality"] != "bad")
    assert found["is_usable"].equals(usable.alias("is_usable"))
    for month, *counts in listed.select("month", *COUNTS).iter_rows():
        account = accounts[datetime.combine(month, datetime.min.time())]
        assert counts == [account[name] for name in COUNTS], month
    assert listed.height == len(accounts)


@pytest.mark.parametrize("seed", [1, 4])
def test_rows_stand_by_place_tag_and_time_and_the_list_says_whose_they_are(
    plant: Any, seed: int
) -> None:
    listed = delivered_to(plant, drawn(seed))
    folder = plant.warehouse.home.readings_dir("plant")
    for rows, file in zip(rows_of(plant, listed), listed["file"], strict=True):
        key = ["batch_id", "unit_procedure", "phase", "tag"]
        in_phases = rows.filter(pl.col("phase").is_not_null())
        assert rows.head(in_phases.height).equals(in_phases), "those of no phase stand last"
        assert in_phases.equals(in_phases.sort(*key, "recorded_at", maintain_order=True))
        series = pl.read_parquet(folder / file.replace(".parquet", ".series.parquet"))
        runs = in_phases.group_by(key, maintain_order=True).agg(
            readings=pl.len().cast(pl.Int64),
            bad_readings=(pl.col("quality") == "bad").sum().cast(pl.Int64),
            first_at=pl.col("recorded_at").min(),
            last_at=pl.col("recorded_at").max(),
        )
        assert series.select(runs.columns).equals(runs)


def test_neither_order_nor_files_of_delivery_change_a_row(plant: Any) -> None:
    dirty = drawn(3)
    listed = delivered_to(plant, dirty)
    before = rows_of(plant, listed)
    rng = np.random.default_rng(0)
    shuffled = [dirty.readings[k] for k in rng.permutation(len(dirty.readings))]
    plant.deliver(*shuffled)
    again = build_readings(plant.warehouse, PLAN)
    assert again.drop("input_hash").equals(listed.drop("input_hash"))
    assert all(a.equals(b) for a, b in zip(before, rows_of(plant, again), strict=True))


def test_long_runs_cross_row_groups(plant: Any, at: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(month_files, "ROW_GROUP", 700)
    start = at("01-10 08:00")
    rows = [
        ("GRN", None, "power_kw", start + timedelta(seconds=k), k + 0.25, "good")
        for k in range(3000)
    ]
    plant.deliver(*rows)
    listed = build_readings(plant.warehouse, PLAN)
    (found,) = rows_of(plant, listed)
    assert found["value"].to_list() == [row[4] for row in rows]
    file = plant.warehouse.home.readings_dir("plant") / listed["file"].item()
    assert pq.read_metadata(file).num_row_groups == 5


@pytest.mark.parametrize(("digits", "encoding"), [(0, "RLE_DICTIONARY"), (9, "BYTE_STREAM_SPLIT")])
def test_values_are_written_in_the_way_they_are_smallest(
    plant: Any, at: Any, digits: int, encoding: str
) -> None:
    start, rng = at("01-10 08:00"), np.random.default_rng(1)
    values = np.round(rng.normal(5, 1, 2000), digits)
    plant.deliver(
        *(
            ("GRN", None, "power_kw", start + timedelta(seconds=k), float(v), "good")
            for k, v in enumerate(values)
        )
    )
    listed = build_readings(plant.warehouse, PLAN)
    file: Path = plant.warehouse.home.readings_dir("plant") / listed["file"].item()
    described = pq.read_metadata(file).row_group(0)
    columns = {described.column(k).path_in_schema: described.column(k) for k in range(10)}
    assert encoding in columns["value"].encodings
    assert "DELTA_BINARY_PACKED" in columns["recorded_at"].encodings
    for asked in ("batch_id", "tag", "recorded_at", "is_usable"):
        assert columns[asked].statistics.has_min_max, asked
    assert pl.read_parquet(file)["value"].to_list() == values.tolist()


def test_what_was_corrected_since_counts_as_it_stood_on_the_as_of_date(
    plant: Any, at: Any, tmp_path: Path
) -> None:
    start, file = at("01-10 08:00"), tmp_path / "history.parquet"

    def receive(values: list[float], received_at: datetime) -> None:
        rows = [
            ("GRN", None, "power_kw", start + timedelta(minutes=k), value, "good")
            for k, value in enumerate(values)
        ]
        pl.DataFrame(rows, READINGS, orient="row").write_parquet(file)
        select = f"SELECT * FROM read_parquet('{file}')"
        piece = ReadingPiece(select, str(values))
        delivery = ReadingDelivery(select, (piece,), str(values), received_at)
        keep_readings(plant.warehouse, delivery)

    def values(as_of: datetime | None = None, month: date | None = None) -> list[float]:
        stage_known_readings(plant.warehouse, as_of)
        build_readings(plant.warehouse, PLAN, as_of, month)
        return plant.stored()["value"].to_list()

    receive([1.0, 2.0, 3.0], at("01-11 00:00"))
    assert values() == [1.0, 2.0, 3.0]
    receive([1.0, 20.0, 3.0, 4.0], at("01-12 00:00"))
    assert values() == [1.0, 20.0, 3.0, 4.0]
    assert values(month=date(2024, 1, 1)) == [1.0, 20.0, 3.0, 4.0]
    assert values(as_of=at("01-11 12:00")) == [1.0, 2.0, 3.0]
    assert values(as_of=at("01-10 08:01")) == [1.0, 2.0], "known when recorded"
    assert values(as_of=at("01-12 12:00")) == [1.0, 20.0, 3.0, 4.0]


def test_a_damaged_file_of_delivered_readings_is_named(plant: Any, at: Any, tmp_path: Path) -> None:
    file = tmp_path / "delivered.parquet"
    rows = [("GRN", None, "power_kw", at("01-10 08:00"), 1.0, "good")]
    pl.DataFrame(rows, READINGS, orient="row").write_parquet(file)
    select = f"SELECT * FROM read_parquet('{file}')"
    piece = ReadingPiece(select, "one")
    keep_readings(plant.warehouse, ReadingDelivery(select, (piece,), "one", at("01-11 00:00")))
    (kept,) = plant.warehouse.home.delivered_dir("plant").glob("*.parquet")
    kept.write_bytes(kept.read_bytes()[:-20])
    with pytest.raises(WarehouseError, match=rf"{kept.name} cannot be read.*backup"):
        build_readings(plant.warehouse, PLAN)
