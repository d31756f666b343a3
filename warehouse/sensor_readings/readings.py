"""Building the monthly Parquet files of sensor readings, in bounded memory.

What a reading belongs to is said by the SQL files of a ``ReadingsPlan``. Here belong the mechanics:
temporary tables, one month after the other, files written beside and named by content, the list
and the view replaced in one transaction. Content already on disk is not written again.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.errors import WarehouseError
from data_contracts.generated.polars_schema import conform, empty
from warehouse.connection import Connection, quoted, transaction
from warehouse.content_hash import digest
from warehouse.reading_files import (
    HISTORY,
    READING_MONTHS,
    create_readings_view,
    series_file,
)
from warehouse.relations import create_table, exists, insert
from warehouse.select_file import parameters_of, read_select
from warehouse.sensor_readings.reading_days import held_days
from warehouse.store import Warehouse
from warehouse.table_lists.table_states import note

PARQUET = "(FORMAT parquet, COMPRESSION zstd)"
Kind = Literal["TABLE", "VIEW", "ENUM"]


@dataclass(frozen=True, slots=True)
class ReadingsPlan:
    """The SQL files that say which readings belong where; each is one SELECT.

    Any of them may ask for ``$as_of``; those of a month for ``$month``, ``$span_from``,
    ``$span_until`` too. Each becomes a temporary relation named like its file.

    Attributes:
        days: The days of delivered readings, as ``reading_days`` keeps them; made before the rest.
        prepared: Run once, in order: a table, a view where a table would be too large, or an
            enumeration of the texts in its one column.
        delivered: One number: how many readings there are to place.
        months: Months to build and the span of their readings: month, span_from, span_until.
        readings: Rows of one month in stored order.
        stored: The same in the columns of ``core.sensor_readings``, and ``is_usable``.
        series: Its runs of readings of one batch, phase and tag in stored order, those of no phase
            last, with ``readings`` (how many) and ``content`` (a hash of them).
        account: One row of the month's counts in ``evidence.reading_months``.
        inputs: One text that stands for all a month's files depend on.
        window: window_from and window_until of the readings that concern one month alone.
        reaching_back: The file of ``prepared`` whose rows, where it has any, may depend on readings
            of any month, so that no window holds.
    """

    days: Path
    prepared: tuple[tuple[Kind, Path], ...]
    delivered: Path
    months: Path
    readings: Path
    stored: Path
    series: Path
    account: Path
    inputs: Path
    window: Path
    reaching_back: Path


def build_readings(
    warehouse: Warehouse,
    plan: ReadingsPlan,
    as_of: datetime | None = None,
    month: date | None = None,
) -> pl.DataFrame:
    """Write ``core.sensor_readings`` and its list, month by month.

    A month whose inputs are those of its files on disk is not built again.

    Args:
        warehouse: Has ``raw.sensor_readings`` and what the plan reads.
        plan: The SQL.
        as_of: Readings recorded later are not yet known and left out; by default none is.
        month: First day of the only month to look at; the others stay as they are, and whether all
            that was delivered is placed is left to a run over every month.

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
        before = _listed(opened, folder)
        days = None if as_of or month else _kept_days(warehouse, opened)
        given = _prepare_all(opened, plan, as_of, month, days)
        spans = _rows(opened, plan.months, given).to_dicts()
        if month is not None:
            spans = [span for span in spans if span["month"].date() == month]
        given |= {"texts": _texts(plan)}
        built = [_build_month(opened, plan, folder, span | given, before) for span in spans]
        if month is not None:
            built += [row for row in before.values() if row["month"] != month]
        rows = sorted((row for row in built if row["stored"]), key=lambda row: row["month"])
        listed = conform(pl.DataFrame(rows), described) if rows else empty(described)
        if month is None:
            _require_all(listed, _rows(opened, plan.delivered, given).item())
        with transaction(opened):
            create_table(opened, described)
            insert(opened, described, listed)
            note(opened, described)
            create_readings_view(opened, folder)
        warehouse.forget_state(READING_MONTHS)
    return listed


def _listed(connection: Connection, folder: Path) -> dict[date, dict[str, Any]]:
    """Return the rows of the list as it is, of months whose files are still there."""
    if not exists(connection, READING_MONTHS):
        return {}
    rows = connection.sql(f"SELECT * FROM {READING_MONTHS}").pl().to_dicts()
    known = [row for row in rows if "input_hash" in row and (folder / row["file"]).is_file()]
    return {row["month"]: row for row in known}


def _kept_days(warehouse: Warehouse, connection: Connection) -> str | None:
    """Return a SELECT of the days of all that is held, kept from before; None of earlier homes."""
    if not exists(connection, HISTORY):
        return None
    files = [quoted(str(file)) for file in held_days(warehouse, connection)]
    return f"FROM read_parquet([{', '.join(files)}])" if files else None


def _prepare_all(
    connection: Connection,
    plan: ReadingsPlan,
    as_of: datetime | None,
    month: date | None,
    days: str | None = None,
) -> dict[str, Any]:
    """Create the plan's relations and return the values its files may ask for."""
    given: dict[str, Any] = {"as_of": as_of, "window_from": None, "window_until": None}
    if month is not None:
        window = _rows(connection, plan.window, {"month": month}).row(0, named=True)
        given |= window
    if days is None:
        _prepare(connection, "TABLE", plan.days, given)
    else:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {plan.days.stem} AS {days}")
    for kind, file in plan.prepared:
        _prepare(connection, kind, file, given)
        is_windowed = month is not None and file == plan.reaching_back
        if is_windowed and connection.sql(f"SELECT 1 FROM {file.stem} LIMIT 1").fetchone():
            return _prepare_all(connection, plan, as_of, None)
    return given


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
    connection: Connection,
    plan: ReadingsPlan,
    folder: Path,
    span: Mapping[str, Any],
    before: Mapping[date, dict[str, Any]],
) -> dict[str, Any]:
    """Return a month's row of ``evidence.reading_months``, having written its files if need be."""
    month = span["month"].date()
    inputs = digest((_rows(connection, plan.inputs, span).item(), span["texts"]))
    if month in before and before[month]["input_hash"] == inputs:
        return before[month]
    _prepare(connection, "TABLE", plan.readings, span)
    account = _rows(connection, plan.account, span).row(0, named=True)
    _prepare(connection, "TABLE", plan.series, span)
    series = connection.sql(f"SELECT * FROM {plan.series.stem}").pl()
    content = digest(tuple(series.rows()))
    file = folder / f"{month:%Y-%m}-{content}.parquet"
    if account["stored"]:
        # The list of series first: a file of readings is never without it.
        in_phases = f"FROM {plan.series.stem} WHERE phase IS NOT NULL"
        _write_parquet(connection, in_phases, file.with_name(series_file(file.name)))
        _write_parquet(connection, read_select(plan.stored), file)
    return account | {
        "month": month,
        "series": series["phase"].count(),
        "content_hash": content,
        "input_hash": inputs,
        "file": file.name,
    }


def _texts(plan: ReadingsPlan) -> str:
    """The SQL itself, which the files depend on too."""
    files = [
        plan.days,
        *(file for _, file in plan.prepared),
        plan.readings,
        plan.stored,
        plan.series,
    ]
    return "".join(file.read_text(encoding="utf-8") for file in files)


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
