"""Building and reading the monthly Parquet files of sensor readings, in bounded memory.

What a reading belongs to is said by the SQL files of a ``ReadingsPlan``. Here belong the mechanics:
temporary tables, one month after the other, files written beside and named by content, the list
and the view replaced in one transaction. Content already on disk is not written again.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.errors import WarehouseError
from data_contracts.polars_schema import conform, empty
from warehouse.connection import Connection, connect_in_memory, quoted, transaction
from warehouse.content_hash import digest
from warehouse.reading_files import READING_MONTHS, create_readings_view, series_file
from warehouse.relations import create_table, insert
from warehouse.select_file import parameters_of, read_select
from warehouse.store import Warehouse

PARQUET = "(FORMAT parquet, COMPRESSION zstd)"
Kind = Literal["TABLE", "VIEW", "ENUM"]


@dataclass(frozen=True, slots=True)
class ReadingsPlan:
    """The SQL files that say which readings belong where; each is one SELECT.

    Any of them may ask for ``$as_of``; those of a month for ``$month``, ``$span_from``,
    ``$span_until`` too. Each becomes a temporary relation named like its file.

    Attributes:
        prepared: Run once, in order: a table, a view where a table would be too large, or an
            enumeration of the texts in its one column.
        delivered: One number: how many readings there are to place.
        months: Months to build and the span of their readings: month, span_from, span_until.
        readings: Rows of one month in stored order.
        stored: The same in the columns of ``core.sensor_readings``, and ``is_usable``.
        series: Its runs of readings of one batch, phase and tag in stored order, those of no phase
            last, with ``readings`` (how many) and ``content`` (a hash of them).
        account: One row of the month's counts in ``evidence.reading_months``.
    """

    prepared: tuple[tuple[Kind, Path], ...]
    delivered: Path
    months: Path
    readings: Path
    stored: Path
    series: Path
    account: Path


@dataclass(frozen=True, slots=True)
class MonthOfReadings:
    """The readings of one month that belong to a phase, ready for a kernel.

    Attributes:
        month: First day of the month in which the phases started.
        series: One row per batch, phase and tag, in stored order, with ``readings`` each.
        readings: ``recorded_at`` and ``value`` of all series one after the other; a value is NaN
            where there is none or its quality is bad.
    """

    month: date
    series: pl.DataFrame
    readings: pl.DataFrame


def build_readings(
    warehouse: Warehouse, plan: ReadingsPlan, as_of: datetime | None = None
) -> pl.DataFrame:
    """Write ``core.sensor_readings`` and its list, month by month.

    Args:
        warehouse: Has ``raw.sensor_readings`` and what the plan reads.
        plan: The SQL.
        as_of: Readings recorded later are not yet known and left out; by default none is.

    Returns:
        ``evidence.reading_months``: one row per month with readings.

    Raises:
        WarehouseError: A file of the plan fails, or readings were lost on the way; what was there
            before is still in place.
    """
    folder = warehouse.home.readings_dir(warehouse.source_key)
    folder.mkdir(parents=True, exist_ok=True)
    described = contract(READING_MONTHS)
    with warehouse.connection() as opened:
        for kind, file in plan.prepared:
            _prepare(opened, kind, file, {"as_of": as_of})
        spans = _rows(opened, plan.months, {"as_of": as_of}).to_dicts()
        built = [_build_month(opened, plan, folder, span | {"as_of": as_of}) for span in spans]
        rows = [row for row in built if row["stored"]]
        listed = conform(pl.DataFrame(rows), described) if rows else empty(described)
        _require_all(listed, _rows(opened, plan.delivered, {"as_of": as_of}).item())
        with transaction(opened):
            create_table(opened, described)
            insert(opened, described, listed)
            create_readings_view(opened, folder)
    return listed


def readings_by_month(warehouse: Warehouse) -> Iterator[MonthOfReadings]:
    """Yield the readings of every month, one month in memory at a time."""
    folder = warehouse.home.readings_dir(warehouse.source_key)
    listed = warehouse.read(READING_MONTHS, ["month", "file"])
    with connect_in_memory(warehouse.home.spill_dir) as opened:
        for month, name in listed.iter_rows():
            yield _read_month(opened, month, folder / name)


def _prepare(connection: Connection, kind: Kind, file: Path, values: Mapping[str, Any]) -> None:
    select = read_select(file)
    name, given = file.stem, parameters_of(select, values)
    if kind == "ENUM":
        connection.execute(f"DROP TYPE IF EXISTS temp.{name}")
        connection.execute(f"CREATE TEMP TYPE {name} AS ENUM ({select}\n)", given)
    else:
        connection.execute(f"CREATE OR REPLACE TEMP {kind} {name} AS {select}", given)


def _rows(connection: Connection, file: Path, values: Mapping[str, Any]) -> pl.DataFrame:
    select = read_select(file)
    return connection.execute(select, parameters_of(select, values)).pl()


def _build_month(
    connection: Connection, plan: ReadingsPlan, folder: Path, span: Mapping[str, Any]
) -> dict[str, Any]:
    """Write one month's files and return its row of ``evidence.reading_months``."""
    _prepare(connection, "TABLE", plan.readings, span)
    account = _rows(connection, plan.account, span).row(0, named=True)
    _prepare(connection, "TABLE", plan.series, span)
    series = connection.sql(f"SELECT * FROM {plan.series.stem}").pl()
    content = digest(tuple(series.rows()))
    file = folder / f"{span['month']:%Y-%m}-{content}.parquet"
    if account["stored"]:
        # The list of series first: a file of readings is never without it.
        in_phases = f"FROM {plan.series.stem} WHERE phase IS NOT NULL"
        _write_parquet(connection, in_phases, file.with_name(series_file(file.name)))
        _write_parquet(connection, read_select(plan.stored), file)
    return account | {
        "month": span["month"].date(),
        "series": series["phase"].count(),
        "content_hash": content,
        "file": file.name,
    }


def _write_parquet(connection: Connection, select: str, file: Path) -> None:
    """Write a file whole or not at all; a file of that name already holds that content."""
    if file.exists():
        return
    part = file.with_name(f"{file.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        connection.execute(f"COPY ({select}\n) TO {quoted(str(part))} {PARQUET}")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _require_all(listed: pl.DataFrame, delivered: int) -> None:
    """Hold the account to what was delivered: nothing is dropped without a count."""
    received = listed["received"].sum()
    if received != delivered:
        raise WarehouseError(
            f"raw.sensor_readings holds {delivered} readings and {received} were placed: every "
            "reading needs equipment, a tag and a finite time. Correct the profile of the source."
        )


def _read_month(connection: Connection, month: date, file: Path) -> MonthOfReadings:
    of_series = quoted(str(file.with_name(series_file(file.name))))
    series = connection.sql(f"SELECT * FROM read_parquet({of_series})").pl()
    readings = connection.sql(
        "SELECT recorded_at, CASE WHEN is_usable THEN value ELSE 'nan' END AS value "
        f"FROM read_parquet({quoted(str(file))})"
    ).pl()
    # The readings of no phase stand last and belong to no series.
    return MonthOfReadings(month, series, readings.head(int(series["readings"].sum())))
