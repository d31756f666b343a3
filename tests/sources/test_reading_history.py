"""Sensor readings have history like every record: a look back finds what was known then."""

import os
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.core.defs import RAW_TABLES
from assets.core.known_versions import latest_instant_sql
from data_contracts.errors import WarehouseError
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.reading_files import HISTORY
from warehouse.sensor_readings.reading_history import stage_known_readings
from warehouse.store import Warehouse

from .conftest import SmallSource
from .source_run import materialise

FIRST = datetime.fromisoformat("2026-03-01")
SECOND, THIRD = FIRST + timedelta(days=31), FIRST + timedelta(days=61)
BEFORE = datetime.fromisoformat("2025-01-01")  # after every reading of the first load


class Historian:
    """Files of readings delivered at an instant each, and runs over them."""

    def __init__(self, source: SmallSource, warehouse: Warehouse) -> None:
        self.source, self.warehouse = source, warehouse
        self._runs = 0
        source.deliver()
        (source.data / "historian" / "2024-01.parquet").unlink()

    def deliver(self, name: str, values: Sequence[float], when: datetime, month: int = 1) -> None:
        instants = [datetime(2024, month, 1, 0, 0, n) for n in range(len(values))]  # noqa: DTZ001
        frame = pl.DataFrame(
            {"equipment_id": "PRS-1", "tag": "force_kn", "recorded_at": instants, "value": values}
        )
        file = self.source.data / "historian" / name
        frame.write_parquet(file)
        self.stamp(file, when)

    def stamp(self, file: Path, when: datetime) -> None:
        os.utime(file, (when.timestamp(),) * 2)

    def run(self, as_of: datetime | None = None) -> list[float]:
        """Run; returns the values of the readings known then, sorted."""
        self._runs += 1
        materialise(self.source, self.warehouse, run_id=f"run-{self._runs}", as_of=as_of)
        found = self.warehouse.query("SELECT value FROM raw.sensor_readings ORDER BY value")
        return found["value"].to_list()

    def known(self, as_of: datetime | None) -> list[float]:
        stage_known_readings(self.warehouse, as_of)
        found = self.warehouse.query("SELECT value FROM raw.sensor_readings ORDER BY value")
        return found["value"].to_list()

    def files(self) -> list[Path]:
        folder = self.warehouse.home.delivered_dir(self.warehouse.source_key)
        return sorted(folder.iterdir())


@pytest.fixture
def historian(small_source: SmallSource, warehouse: Warehouse) -> Historian:
    made = Historian(small_source, warehouse)
    for file in small_source.folder.rglob("*"):
        made.stamp(file, FIRST)
    return made


def test_a_corrected_and_a_late_file_change_no_earlier_answer(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0, 2.0, 3.0], FIRST)
    assert historian.run() == [1.0, 2.0, 3.0]
    historian.deliver("2024-01.parquet", [1.0, 20.0, 3.0], SECOND)
    historian.deliver("2024-02.parquet", [7.0], SECOND, month=2)
    assert historian.run() == [1.0, 3.0, 7.0, 20.0]
    historian.deliver("late.parquet", [5.0], THIRD)
    assert historian.run() == [1.0, 3.0, 5.0, 7.0, 20.0]
    for instant in (BEFORE, FIRST, SECOND - timedelta(seconds=1)):
        assert historian.run(instant) == [1.0, 2.0, 3.0]
    assert historian.run(SECOND) == [1.0, 3.0, 7.0, 20.0]
    assert historian.run(THIRD) == [1.0, 3.0, 5.0, 7.0, 20.0]
    rows = historian.warehouse.read(HISTORY)
    assert rows.select("readings", "superseded").rows() == [(4, 1), (1, 0)]
    assert rows["latest_at"].to_list() == [
        datetime.fromisoformat("2024-01-01T00:00:02"),
        datetime.fromisoformat("2024-02-01"),
    ]


def test_the_default_as_of_date_reaches_the_last_delivery_of_readings(
    historian: Historian,
) -> None:
    """So what a run says can be asked for again by the instant it names."""
    historian.deliver("2024-01.parquet", [1.0], FIRST)
    historian.run()
    query = latest_instant_sql(RAW_TABLES, with_readings=True)
    assert historian.warehouse.query(query).item() == datetime.fromisoformat("2024-02-01T08:00")
    historian.deliver("2024-01.parquet", [2.0], SECOND)
    historian.run()
    assert historian.warehouse.query(query).item() == SECOND


def test_a_reading_taken_back_and_said_again_has_two_lives(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0, 2.0], FIRST)
    historian.run()
    historian.deliver("2024-01.parquet", [1.0, 3.0], SECOND)
    historian.run()
    historian.deliver("2024-01.parquet", [1.0, 2.0], THIRD)
    assert historian.run() == [1.0, 2.0]
    assert historian.known(FIRST) == [1.0, 2.0]
    assert historian.known(SECOND) == [1.0, 3.0]
    assert historian.known(THIRD) == [1.0, 2.0]


def test_of_equal_readings_as_many_are_taken_back_as_left(historian: Historian) -> None:
    """The same reading stands in three files; one of them is replaced."""
    for name in ("a.parquet", "b.parquet", "c.parquet"):
        historian.deliver(name, [1.0, float("nan")], FIRST)
    assert historian.run()[:3] == [1.0] * 3
    historian.deliver("b.parquet", [4.0], SECOND)
    assert historian.run()[:3] == [1.0, 1.0, 4.0]
    assert len(historian.known(SECOND)) == 5
    assert historian.known(FIRST)[:3] == [1.0] * 3
    assert len(historian.known(FIRST)) == 6


def test_a_file_taken_away_takes_its_readings_from_then_on(historian: Historian) -> None:
    historian.deliver("a.parquet", [1.0], FIRST)
    historian.deliver("b.parquet", [2.0], FIRST, month=2)
    historian.run()
    (historian.source.data / "historian" / "b.parquet").unlink()
    assert historian.run() == [1.0]
    assert historian.known(FIRST) == [1.0, 2.0]


def test_a_delivery_with_the_clock_set_back_is_the_later_word(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0], FIRST)
    historian.run()
    historian.deliver("2024-01.parquet", [2.0], datetime.fromisoformat("2019-01-01"))
    assert historian.run() == [2.0]
    assert historian.known(FIRST) == [1.0]
    assert historian.run(FIRST + timedelta(seconds=1)) == [2.0]


def test_nothing_new_writes_nothing(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0], FIRST)
    historian.run()
    before = [(file, file.stat().st_ino) for file in historian.files()]
    rows = historian.warehouse.read(HISTORY)
    historian.run()
    assert [(file, file.stat().st_ino) for file in historian.files()] == before
    historian.deliver("copy.parquet", [], SECOND)  # other files, the same readings
    historian.run()
    assert [(file, file.stat().st_ino) for file in historian.files()] == before
    assert historian.warehouse.read(HISTORY).drop("input_hash").equals(rows.drop("input_hash"))


def test_a_month_that_changes_leaves_the_others_alone(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0], FIRST)
    historian.deliver("2024-02.parquet", [2.0], FIRST, month=2)
    historian.run()
    january, february = historian.files()
    historian.deliver("2024-02.parquet", [2.0, 3.0], SECOND, month=2)
    assert historian.run() == [1.0, 2.0, 3.0]
    assert january in historian.files()
    historian.warehouse.publish()
    assert february not in historian.files(), "its successor holds all it held"
    assert historian.known(FIRST) == [1.0, 2.0]


def test_a_profile_that_reads_otherwise_rewrites_no_earlier_answer(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0], FIRST)
    historian.run()
    profile = historian.source.profile
    said = '"historian/*.parquet", optional: true'
    missing = "missing: [{columns: [value], equals: ['1'], reason: a machine at rest}]"
    text = profile.read_text().replace(said, f"{said}, {missing}")
    profile.write_text(text)
    historian.stamp(profile, SECOND)
    assert historian.run() == [None]
    assert historian.known(SECOND - timedelta(seconds=1)) == [1.0]
    assert historian.known(SECOND) == [None]


def test_a_kept_file_that_is_gone_is_told_before_anything_is_lost(historian: Historian) -> None:
    historian.deliver("2024-01.parquet", [1.0], FIRST)
    historian.run()
    historian.files()[0].unlink()
    historian.deliver("2024-01.parquet", [2.0], SECOND)
    with pytest.raises(WarehouseError, match=r"2024-01-\w+\.parquet is missing \(1 of 1 files\)"):
        historian.run()
    assert historian.warehouse.read(HISTORY)["readings"].to_list() == [1]


def test_kept_readings_move_with_the_home_and_stay_when_the_export_goes(
    historian: Historian, tmp_path: Path
) -> None:
    historian.deliver("2024-01.parquet", [1.0, 2.0], FIRST)
    historian.run()
    historian.warehouse.publish()
    (historian.source.data / "historian" / "2024-01.parquet").unlink()
    moved = Home(tmp_path / "somebody's home")
    shutil.move(historian.warehouse.home.root, moved.root)
    Warehouse(moved, historian.warehouse.source_key).publish()
    total = "SELECT sum(value) FROM raw.sensor_readings"
    with open_published(moved) as published:
        assert published.query(total).item() == 3.0
