"""The files readings are placed from, and the runs of readings found in them.

Kept months are read where they lie, and what was found in one is kept: its name stands for its
content. Readings staged by a SELECT of another kind are written as months first, once.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from os import cpu_count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

from warehouse.connection import Connection, quoted
from warehouse.kept_answers import KeptAnswers
from warehouse.reading_files import HISTORY
from warehouse.relations import exists
from warehouse.sensor_readings.reading_days import kept_days
from warehouse.store import Warehouse

# Raised when runs are found otherwise: what was kept of files is then found anew.
RUNS_VERSION = "runs of readings 1"


@dataclass(frozen=True)
class DeliveredFiles:
    """Delivered readings as files of one month each.

    Attributes:
        known: The files, and which of their rows count (``placing.columns.KnownReadings``).
        runs: The runs of each file (``placing.channel_runs.RUNS``).
    """

    known: Any
    runs: list[pl.DataFrame]

    def create_runs(self, connection: Connection) -> None:
        """Make the runs of all files known as ``delivered_runs``."""
        from warehouse.sensor_readings.placing.channel_runs import RUNS

        found = pl.concat(self.runs) if self.runs else pl.DataFrame(schema=RUNS)
        connection.register("found_runs", found.to_arrow())
        connection.execute("CREATE OR REPLACE TEMP TABLE delivered_runs AS FROM found_runs")
        connection.unregister("found_runs")


@contextmanager
def delivered_files(
    warehouse: Warehouse,
    connection: Connection,
    as_of: datetime | None,
    window: tuple[datetime, datetime] | None,
) -> Iterator[DeliveredFiles]:
    """Find the delivered readings that count, and their runs.

    Args:
        warehouse: The working warehouse.
        connection: Open on it.
        as_of: Readings received or recorded later do not count.
        window: Between which instants readings count.
    """
    from warehouse.sensor_readings.placing.columns import KnownReadings

    if exists(connection, HISTORY):
        folder = warehouse.home.delivered_dir(warehouse.source_key)
        rows = connection.sql(
            f"SELECT file, month, first_received_at FROM {HISTORY} ORDER BY month"
        ).fetchall()
        first = min((row[2] for row in rows), default=None)
        files = tuple(folder / name for name, month, _ in rows if _is_in(month, window))
        answers = None if as_of or window else kept_days(warehouse, "placed")
        known = KnownReadings(files, first, as_of, window)
        yield DeliveredFiles(known, _runs(known, answers))
        return
    warehouse.home.spill_dir.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="readings-", dir=warehouse.home.spill_dir) as scratch:
        known = KnownReadings(_written(connection, Path(scratch), as_of, window))
        yield DeliveredFiles(known, _runs(known, None))


def _is_in(month: Any, window: tuple[datetime, datetime] | None) -> bool:
    return window is None or window[0].replace(day=1).date() <= month <= window[1].date()


def _runs(known: Any, answers: KeptAnswers | None) -> list[pl.DataFrame]:
    """Find the runs of every file, or take what was kept of it."""

    def found(file: Path) -> pl.DataFrame:
        from warehouse.sensor_readings.placing.channel_runs import runs_of_file

        if answers is None:
            return runs_of_file(known, file)
        kept = answers.file(
            RUNS_VERSION, file.name, lambda part: runs_of_file(known, file).write_parquet(part)
        )
        return pl.read_parquet(kept)

    with ThreadPoolExecutor(cpu_count() or 1) as pool:
        runs = [*pool.map(found, known.files)]
    if answers is not None:
        answers.forget_others()
    return runs


def _written(
    connection: Connection,
    folder: Path,
    as_of: datetime | None,
    window: tuple[datetime, datetime] | None,
) -> tuple[Path, ...]:
    """Write staged readings as files of one month each."""
    limits = [f"coalesce(recorded_at <= TIMESTAMP '{as_of}', true)"] if as_of else []
    if window is not None:
        limits.append("recorded_at BETWEEN TIMESTAMP '{}' AND TIMESTAMP '{}'".format(*window))
    chosen = f" WHERE {' AND '.join(limits)}" if limits else ""
    columns = "equipment_id, batch_id, tag, recorded_at, value, quality"
    select = f"SELECT {columns}, strftime(recorded_at, '%Y-%m') AS month FROM raw.sensor_readings"
    if connection.sql(f"SELECT 1 FROM raw.sensor_readings{chosen} LIMIT 1").fetchone() is None:
        return ()
    connection.execute(
        f"COPY ({select}{chosen}) TO {quoted(str(folder))} "
        "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (month), OVERWRITE_OR_IGNORE)"
    )
    return tuple(sorted(folder.rglob("*.parquet")))
