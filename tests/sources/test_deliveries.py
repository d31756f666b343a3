"""Deliveries are ordered by a sequence the warehouse keeps, whatever clocks said."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.core.known_versions import known_versions_sql
from assets.sources.deliveries import DELIVERIES, DeliveredFile, deliveries, received
from data_contracts.tables import table
from warehouse.store import Warehouse

from .conftest import SmallSource
from .source_run import materialise

FIRST, BACK = datetime.fromisoformat("2026-03-01"), datetime.fromisoformat("2019-01-01")
LATER = datetime.fromisoformat("2026-04-01")


def stamp(folder: Path, when: datetime) -> None:
    for file in folder.rglob("*"):
        if file.is_file():
            os.utime(file, (when.timestamp(),) * 2)


def numbers(rows: pl.DataFrame) -> list[tuple[Any, ...]]:
    return rows.select("file", "delivery", "received_at").rows()


def test_what_is_new_was_received_after_all_before_it() -> None:
    none = table(DELIVERIES)
    files = {"a": DeliveredFile("0" * 64, FIRST), "b": DeliveredFile("1" * 64, BACK)}
    first = deliveries(none, files, None, "r1")
    assert numbers(first) == [("a", 1, FIRST), ("b", 1, BACK)], "the first load keeps its times"
    assert deliveries(first, files, FIRST, "r2").equals(first)
    touched = {"a": DeliveredFile("0" * 64, LATER), "b": DeliveredFile("2" * 64, BACK)}
    second = deliveries(first, touched, FIRST, "r2")
    just_after = FIRST + timedelta(microseconds=1)
    assert numbers(second) == [("a", 1, FIRST), ("b", 1, BACK), ("b", 2, just_after)]
    taken_back = deliveries(second, files, just_after, "r3")
    assert received(taken_back)["b"] > just_after, "the same bytes again, after others"
    assert received(taken_back)["a"] == FIRST
    on_time = deliveries(second, {"c": DeliveredFile("3" * 64, LATER)}, None, "r3")
    assert received(on_time)["c"] == LATER


def results(warehouse: Warehouse, as_of: datetime) -> list[float]:
    warehouse.execute(
        "CREATE SCHEMA IF NOT EXISTS core; "
        "CREATE OR REPLACE TABLE core.batches AS SELECT DISTINCT batch_id FROM raw.batches"
    )
    found = warehouse.query(known_versions_sql("core.lab_results"), {"as_of": as_of})
    return sorted(found["value"].to_list())


def test_a_correction_delivered_with_the_clock_set_back_is_the_later_word(
    small_source: SmallSource, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """File times and the run's own clock lie seven years before those of the first load."""
    small_source.deliver()
    stamp(small_source.folder, FIRST)
    monkeypatch.setattr("assets.sources.defs._now", lambda: FIRST)
    materialise(small_source, warehouse)
    as_of = datetime.fromisoformat("2025-01-01")
    assert len(results(warehouse, as_of)) == 100
    small_source.results[1] = small_source.results[1].replace("99.01", "42.0")
    small_source.deliver()
    stamp(small_source.data, BACK)
    monkeypatch.setattr("assets.sources.defs._now", lambda: BACK)
    for run in ("run-2", "run-3"):
        materialise(small_source, warehouse, run_id=run)
        assert min(results(warehouse, LATER)) == 42.0
        before = results(warehouse, as_of)
        assert (len(before), min(before)) == (100, 99.01), "a look back lost what was known then"
    versions = warehouse.query("SELECT count(*) FROM raw.lab_results").item()
    assert versions == 101


def test_a_home_that_kept_no_sequence_goes_on_from_its_files(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.deliver()
    stamp(small_source.folder, FIRST)
    materialise(small_source, warehouse)
    warehouse.execute(f"DROP TABLE {DELIVERIES}")
    small_source.results[1] = small_source.results[1].replace("99.01", "42.0")
    small_source.deliver()
    stamp(small_source.data, BACK)
    os.utime(small_source.data / "batches.csv", (FIRST.timestamp(),) * 2)
    materialise(small_source, warehouse, run_id="run-2")
    kept = received(warehouse.read(DELIVERIES))
    assert kept["batches.csv"] == FIRST
    assert kept["results.csv"] == FIRST + timedelta(microseconds=1)
    assert min(results(warehouse, LATER)) == 42.0
