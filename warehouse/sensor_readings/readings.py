"""Building the monthly Parquet files of sensor readings, in bounded memory.

What a reading belongs to is said by the SQL files of a ``ReadingsPlan``, over channels and days;
readings themselves are moved by ``placing``. Here belong what has to be built, files written beside
and named by content, the list and the view replaced in one transaction. A month whose inputs are
those of its files on disk is not built again, and content already on disk is not written again.
"""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.errors import WarehouseError
from data_contracts.generated.polars_schema import conform, empty
from warehouse.connection import Connection, transaction
from warehouse.content_hash import digest
from warehouse.reading_files import READING_MONTHS, create_readings_view, series_file
from warehouse.relations import create_table, exists, insert
from warehouse.select_file import parameters_of, read_select
from warehouse.sensor_readings.delivered_files import delivered_files
from warehouse.store import Warehouse
from warehouse.table_lists.table_states import note


@dataclass(frozen=True, slots=True)
class ReadingsPlan:
    """The SQL files that say which readings belong where; each is one SELECT.

    They read ``delivered_runs``: equipment_id, batch_id, tag, day, readings, first_at, last_at and
    content of the readings that count, several rows a day and channel.

    Attributes:
        prepared: Run once, in order; each becomes a temporary table named like its file. One is
            ``phase_places`` (place_no, stage, started_at, ended_at), one ``lane_intervals`` (what
            readings in them are stored with).
        delivered: One number: how many readings there are to place.
        channels: One row per channel, with the way it follows (``placing.ways``).
        along: The intervals along every way, in order of time.
        batches: Names of batches, sorted.
        inputs: month and one text that stands for all its files depend on, for months to build.
        window: window_from and window_until of the readings that concern ``$month`` alone.
        reaching_back: The file of ``prepared`` whose rows, where it has any, may depend on readings
            of any month, so that no window holds.
    """

    prepared: tuple[Path, ...]
    delivered: Path
    channels: Path
    along: Path
    batches: Path
    inputs: Path
    window: Path
    reaching_back: Path

    def text(self) -> str:
        """The SQL that decides what stands in the files."""
        files = (*self.prepared, self.channels, self.along, self.batches)
        return "".join(file.read_text(encoding="utf-8") for file in files)


def build_readings(
    warehouse: Warehouse,
    plan: ReadingsPlan,
    as_of: datetime | None = None,
    month: date | None = None,
) -> pl.DataFrame:
    """Write ``core.sensor_readings`` and its list, month by month.

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
        window = None
        if month is not None:
            window = _rows(opened, plan.window, {"month": month}).row(0)
        rows = _months(warehouse, opened, plan, before, as_of, window, month)
        if month is not None:
            rows += [row for row in before.values() if row["month"] != month]
        rows = sorted(rows, key=lambda row: row["month"])
        listed = conform(pl.DataFrame(rows), described) if rows else empty(described)
        if month is None:
            _require_all(listed, _rows(opened, plan.delivered).item())
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


def _months(
    warehouse: Warehouse,
    connection: Connection,
    plan: ReadingsPlan,
    before: Mapping[date, dict[str, Any]],
    as_of: datetime | None,
    window: tuple[datetime, datetime] | None,
    month: date | None,
) -> list[dict[str, Any]]:
    """Return the rows of the list of months, or of one, having written the files that changed."""
    with delivered_files(warehouse, connection, as_of, window) as delivered:
        delivered.create_runs(connection)
        for file in plan.prepared:
            connection.execute(f"CREATE OR REPLACE TEMP TABLE {file.stem} AS {read_select(file)}")
            is_windowed = window is not None and file == plan.reaching_back
            if is_windowed and connection.sql(f"SELECT 1 FROM {file.stem} LIMIT 1").fetchone():
                return _months(warehouse, connection, plan, before, as_of, None, month)
        texts = plan.text() + _sources_digest()
        asked = {
            at.date(): digest((inputs, texts))
            for at, inputs in _rows(connection, plan.inputs).iter_rows()
            if month is None or at.date() == month
        }
        kept = [
            before[at]
            for at, inputs in asked.items()
            if at in before and before[at]["input_hash"] == inputs
        ]
        missing = {at: asked[at] for at in asked.keys() - {row["month"] for row in kept}}
        return kept + _placed(warehouse, connection, plan, delivered, missing)


def _placed(
    warehouse: Warehouse,
    connection: Connection,
    plan: ReadingsPlan,
    delivered: Any,
    inputs: Mapping[date, str],
) -> list[dict[str, Any]]:
    """Build months; returns the rows of those with readings.

    Args:
        warehouse: Whose folder of readings is written to.
        connection: Has the tables of the plan.
        plan: The SQL.
        delivered: The files of delivered readings.
        inputs: What stands for the inputs of every month to build.
    """
    if not inputs:
        return []
    from warehouse.sensor_readings.placing.month_files import write_month
    from warehouse.sensor_readings.placing.month_rows import month_series
    from warehouse.sensor_readings.placing.placing import place_months
    from warehouse.sensor_readings.placing.ways import month_numbers, ways_of

    folder = warehouse.home.readings_dir(warehouse.source_key)
    ways = ways_of(
        _rows(connection, plan.channels),
        _rows(connection, plan.along),
        connection.sql("FROM lane_intervals").pl(),
        _rows(connection, plan.batches).to_series(),
    )
    places = connection.sql("SELECT place_no, stage, started_at, ended_at FROM phase_places").pl()
    first_days = pl.Series([*inputs], dtype=pl.Date)
    days = dict(zip(month_numbers(first_days).tolist(), inputs, strict=True))

    def finish(number: int, rows: Any, account: dict[str, int]) -> dict[str, Any]:
        month, series = days[number], month_series(rows, ways, places)
        content = digest((series.write_csv(),))
        file = folder / f"{month:%Y-%m}-{content}.parquet"
        # The list of series first: a file of readings is never without it.
        in_phases = series.filter(pl.col("phase").is_not_null())
        _write(file.with_name(series_file(file.name)), in_phases.write_parquet)
        _write(file, lambda part: write_month(rows, ways, part))
        return account | {
            "month": month,
            "series": in_phases.height,
            "content_hash": content,
            "input_hash": inputs[month],
            "file": file.name,
        }

    return [*place_months(delivered.known, delivered.runs, ways, [*days], finish)]


def _rows(
    connection: Connection, file: Path, values: Mapping[str, Any] | None = None
) -> pl.DataFrame:
    select = read_select(file)
    return connection.execute(select, parameters_of(select, values)).pl()


def _sources_digest() -> str:
    """Hash the passes' source files: they too decide what stands in the files."""
    files = sorted((Path(__file__).parent / "placing").glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def _write(file: Path, write: Callable[[Path], Any]) -> None:
    """Write a file whole or not at all; a file of that name already holds that content."""
    if file.exists():
        return
    part = file.with_name(f"{file.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        write(part)
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
