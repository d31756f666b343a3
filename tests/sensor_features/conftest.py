"""A working warehouse with a small plant, whose readings each test delivers itself."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.month_tables import TABLE, MonthTables, update_months
from assets.sensor_features.placement import PLAN
from warehouse.paths import Home
from warehouse.sensor_readings.readings import build_readings
from warehouse.store import Warehouse

INSTANT = pl.Datetime("us")
PHASES: dict[str, Any] = {
    "batch_id": pl.String, "stage": pl.Int64, "unit_procedure": pl.String, "phase": pl.String,
    "equipment_id": pl.String, "started_at": INSTANT, "ended_at": INSTANT,
}  # fmt: skip
TAGS: dict[str, Any] = {
    "tag": pl.String, "equipment_id": pl.String, "stage": pl.Int64, "unit": pl.String,
    "nor_low": pl.Float64, "nor_high": pl.Float64, "is_shared_area": pl.Boolean,
}  # fmt: skip
READINGS: dict[str, Any] = {
    "equipment_id": pl.String, "batch_id": pl.String, "tag": pl.String, "recorded_at": INSTANT,
    "value": pl.Float64, "quality": pl.String,
}  # fmt: skip


def instant(text: str) -> datetime:
    """An instant of the plant: '01-31 23:50' is in 2024."""
    return datetime.fromisoformat(f"2024-{text}")


@pytest.fixture
def at() -> Callable[[str], datetime]:
    """Spells instants of the plant."""
    return instant


class Plant:
    """A warehouse to deliver readings to."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.warehouse = Warehouse(home, "plant")
        self._folder = folder

    def batches(self, *names: str) -> None:
        order = range(1, len(names) + 1)
        frame = pl.DataFrame({"batch_id": names, "production_order": order, "cluster_id": names})
        self.warehouse.write(
            "core.batches", frame.with_columns(started_at_precision=pl.lit("instant"))
        )

    def phases(self, *rows: tuple[Any, ...]) -> None:
        self.warehouse.write("core.phases", pl.DataFrame(rows, PHASES, orient="row"))

    def tags(self, *rows: tuple[Any, ...]) -> None:
        self.warehouse.write("core.sensor_tags", pl.DataFrame(rows, TAGS, orient="row"))

    def deliver(self, *rows: tuple[Any, ...]) -> None:
        file = self._folder / "delivered.parquet"
        pl.DataFrame(rows, READINGS, orient="row").write_parquet(file)
        self.warehouse.stage_readings(f"SELECT * FROM read_parquet('{file}')")

    def place(self, month: date | None = None) -> None:
        build_readings(self.warehouse, PLAN, month=month)

    def update(self, month: date | None = None) -> MonthTables:
        """Bring the tables up to date with what is placed."""
        return update_months(self.warehouse, features_of_months, month)

    def features(self) -> pl.DataFrame:
        """Place what was delivered and compute the features of every phase and tag."""
        self.place()
        self.update()
        return self.warehouse.read(TABLE)

    def stored(self) -> pl.DataFrame:
        return self.warehouse.read("core.sensor_readings")


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """Two batches on one granulator and one dryer, one tag each, no readings yet.

    Its file is kept open throughout the test, as a run keeps it.
    """
    made = Plant(Home(tmp_path / "home"), tmp_path)
    with made.warehouse.kept_open():
        _two_batches(made)
        yield made


def _two_batches(made: Plant) -> None:
    made.batches("B1", "B2")
    made.phases(
        ("B1", 3, "granulation", "wet_mass", "GRN", instant("01-10 08:00"), instant("01-10 09:00")),
        ("B1", 3, "drying", "drying", "FBD", instant("01-10 09:00"), instant("01-10 10:00")),
        ("B2", 3, "granulation", "wet_mass", "GRN", instant("01-31 23:30"), instant("02-01 00:30")),
    )
    made.tags(
        ("power_kw", "GRN", 3, "kW", 10.0, 20.0, False),
        ("outlet_c", "FBD", 3, "degC", None, 45.0, False),
    )
