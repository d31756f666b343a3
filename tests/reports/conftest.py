"""Two small published warehouses in contract shape: one with a process signal, one without."""

from collections.abc import Callable
from functools import cache

import duckdb
import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.polars_schema import conform, empty
from tests.reports.mix_tables import mix_tables
from tests.reports.signal_tables import signal_tables
from tests.reports.table_rows import (
    Rows,
)


class PublishedTables:
    """A published warehouse held in memory."""

    def __init__(self, frames: dict[str, pl.DataFrame]) -> None:
        self._connection = duckdb.connect(":memory:")
        for name, frame in frames.items():
            self.put(name, frame)

    def put(self, name: str, frame: pl.DataFrame) -> None:
        self._connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
        self._connection.register("shaped", frame)
        self._connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM shaped")
        self._connection.unregister("shaped")

    def execute(self, sql: str) -> None:
        self._connection.execute(sql)

    def query(self, sql: str) -> pl.DataFrame:
        return self._connection.sql(sql).pl()


def _shaped(name: str, rows: Rows) -> pl.DataFrame:
    described = contract(name)
    return (
        conform(pl.DataFrame(rows, infer_schema_length=None), described)
        if rows
        else empty(described)
    )


def with_claims(tables: dict[str, Rows]) -> dict[str, pl.DataFrame]:
    """Shape tables by their contracts and add the claims made on them, as a run does."""
    from reports.claims import evaluate

    frames = {name: _shaped(name, rows) for name, rows in tables.items()}
    return {**frames, "evidence.claims": evaluate(PublishedTables(frames).query)}


@cache
def signal_frames() -> dict[str, pl.DataFrame]:
    return with_claims(signal_tables())


@cache
def mix_frames() -> dict[str, pl.DataFrame]:
    return with_claims(mix_tables())


@cache
def bare_frames() -> dict[str, pl.DataFrame]:
    tables = mix_tables()
    return with_claims({name: tables[name] for name in ("core.batches", "evidence.runs")})


@pytest.fixture(scope="session")
def untouched_signal_plant() -> PublishedTables:
    """The plant with a signal, for tests that only read."""
    return PublishedTables(signal_frames())


@pytest.fixture(scope="session")
def untouched_mix_plant() -> PublishedTables:
    """The plant without a signal, for tests that only read."""
    return PublishedTables(mix_frames())


@pytest.fixture
def signal_plant() -> PublishedTables:
    return PublishedTables(signal_frames())


@pytest.fixture
def plant_priced_at() -> Callable[..., PublishedTables]:
    """Build the plant with a signal from other joint figures; None leaves a measure out."""

    def build(
        changed: dict[str, float | None], more: dict[str, Rows] | None = None
    ) -> PublishedTables:
        tables = signal_tables()
        rows = [
            row
            for row in tables["economics.scenarios"]
            if row["lever"] != "all" or row["measure"] not in changed
        ]
        template = next(row for row in rows if row["scenario"] == "base")
        rows += [
            {**template, "measure": measure, "p10": value, "p50": value, "p90": value}
            | {"basis": "evidence"}
            for measure, value in changed.items()
            if value is not None
        ]
        return PublishedTables(with_claims({**tables, "economics.scenarios": rows, **(more or {})}))

    return build


@pytest.fixture
def mix_plant() -> PublishedTables:
    return PublishedTables(mix_frames())


@pytest.fixture
def bare_plant() -> PublishedTables:
    """Only what every source has: a list of batches and the run."""
    return PublishedTables(bare_frames())
