"""Small delivered sources, and DuckDB as a run would use it."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from assets.sources.queries import Query
from data_contracts.profile import load_profile
from warehouse.paths import Home
from warehouse.store import Warehouse

REAL_DATA = Path(__file__).parents[3] / "shared" / "data"
PROFILE = """
profile: small_plant
files:
  batches: {path: batches.csv}
  results: {path: results.csv}
  readings: {path: "historian/*.parquet", optional: true}
tables:
  batches:
    file: batches
    same_names: [batch_id, production_order, product, started_at, ended_at, disposition]
  lab_results:
    file: results
    same_names: [batch_id, stage, test, value, unit]
  sensor_readings:
    file: readings
    same_names: [equipment_id, tag, recorded_at, value]
outcomes:
  - name: failure
    title: Batch rejected
    rule: disposition = 'rejected'
    first_known_stage: 6
"""


@pytest.fixture
def query(tmp_path_factory: pytest.TempPathFactory) -> Query:
    return scratch_query(tmp_path_factory.mktemp("scratch"))


class SmallSource:
    """A delivered source of a hundred batches that a test may spoil before it is read."""

    def __init__(self, folder: Path, query: Query) -> None:
        self.folder, self._query = folder, query
        self.profile = folder / "small_plant.yaml"
        self.data = folder / "data"
        (self.data / "historian").mkdir(parents=True)
        self.profile.write_text(PROFILE)
        self.batches = ["batch_id,production_order,product,started_at,ended_at,disposition"] + [
            f"B{n:03d},{n},P1,2024-01-{1 + n // 4:02d} 08:00:00,2024-02-01 08:00:00,released"
            for n in range(1, 101)
        ]
        self.results = ["batch_id,stage,test,value,unit"] + [
            f"B{n:03d},6,assay_pct,{99 + n / 100},%" for n in range(1, 101)
        ]
        self.readings = pl.DataFrame(
            {
                "equipment_id": ["PRS-1"] * 50,
                "tag": ["force_kn"] * 50,
                "recorded_at": pl.datetime_range(
                    pl.datetime(2024, 1, 1), pl.datetime(2024, 1, 1, 0, 0, 49), "1s", eager=True
                ),
                "value": [float(n) for n in range(50)],
            }
        )

    def deliver(self) -> None:
        (self.data / "batches.csv").write_text("\n".join(self.batches) + "\n")
        (self.data / "results.csv").write_text("\n".join(self.results) + "\n")
        self.readings.write_parquet(self.data / "historian" / "2024-01.parquet")

    def read(self) -> SourceRecords:
        return read_source(load_profile(self.profile), self.data, self._query)


@pytest.fixture
def small_source(tmp_path: Path, query: Query) -> SmallSource:
    return SmallSource(tmp_path, query)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    """A working warehouse kept open, in a home of its own."""
    with Warehouse(Home(tmp_path / "home"), "small_plant-test").kept_open() as opened:
        yield opened
