"""The tiny published warehouse, changed two ways: with a process signal, and without one."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import cache
from itertools import count
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform, empty
from tests.published.changed_rows import Rows
from tests.reports.mix_tables import mix_tables
from tests.reports.signal_tables import signal_tables

Frames = dict[str, pl.DataFrame]
Copies = Callable[[Callable[[], Frames]], AbstractContextManager["PublishedTables"]]


class PublishedTables:
    """A published warehouse, held in memory unless a file is given."""

    def __init__(self, frames: Frames, file: str | Path = ":memory:") -> None:
        self._connection = duckdb.connect(file)
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

    def close(self) -> None:
        self._connection.close()


def _shaped(name: str, rows: Rows) -> pl.DataFrame:
    described = contract(name)
    return (
        conform(pl.DataFrame(rows, infer_schema_length=None), described)
        if rows
        else empty(described)
    )


def with_claims(frames: Frames) -> Frames:
    """Add the claims made on tables, as a run does."""
    from reports.claims import evaluate

    return {**frames, "evidence.claims": evaluate(PublishedTables(frames).query)}


@cache
def signal_frames() -> Frames:
    return with_claims(signal_tables())


@cache
def mix_frames() -> Frames:
    return with_claims(mix_tables())


@cache
def bare_frames() -> Frames:
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


@pytest.fixture(scope="session")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Copies:
    """Make plants to change: copying a file costs a tenth of creating its tables anew."""
    folder = tmp_path_factory.mktemp("published")
    numbers = count()

    @contextmanager
    def copied(frames: Callable[[], Frames]) -> Iterator[PublishedTables]:
        prepared = folder / f"{frames.__name__}.duckdb"
        copy = folder / f"copy_{next(numbers)}.duckdb"
        if not prepared.exists():
            PublishedTables(frames(), prepared).close()
        shutil.copyfile(prepared, copy)
        with closing(PublishedTables({}, copy)) as plant:
            yield plant
        copy.unlink()

    return copied


@pytest.fixture
def signal_plant(copies: Copies) -> Iterator[PublishedTables]:
    with copies(signal_frames) as plant:
        yield plant


@pytest.fixture
def plant_priced_at(copies: Copies) -> Iterator[Callable[..., PublishedTables]]:
    """Build the plant with a signal from other joint figures; None leaves a measure out."""
    from reports.claims import evaluate

    opened = ExitStack()

    def build(
        changed: dict[str, float | None], more: dict[str, Rows] | None = None
    ) -> PublishedTables:
        rows = [
            row
            for row in signal_frames()["economics.scenarios"].to_dicts()
            if row["lever"] != "all" or row["measure"] not in changed
        ]
        template = next(row for row in rows if row["scenario"] == "base")
        rows += [
            {**template, "measure": measure, "p10": value, "p50": value, "p90": value}
            | {"basis": "evidence"}
            for measure, value in changed.items()
            if value is not None
        ]
        plant = opened.enter_context(copies(signal_frames))
        plant.execute("DROP TABLE evidence.claims")
        for name, given in {"economics.scenarios": rows, **(more or {})}.items():
            plant.put(name, _shaped(name, given))
        plant.put("evidence.claims", evaluate(plant.query))
        return plant

    with opened:
        yield build


@pytest.fixture
def mix_plant(copies: Copies) -> Iterator[PublishedTables]:
    with copies(mix_frames) as plant:
        yield plant


@pytest.fixture
def bare_plant(copies: Copies) -> Iterator[PublishedTables]:
    """Only what every source has: a list of batches and the run."""
    with copies(bare_frames) as plant:
        yield plant
