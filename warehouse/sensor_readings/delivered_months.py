"""Keeping delivered readings: what a delivery changed, month by month, in bounded memory.

Readings have no key, so what changed is a difference of two heaps: readings of a tag and day whose
number and sum of hashes are as before are not looked at, of the others each reading is compared
with its equals. Numbers and hashes by day are kept (``reading_days``), so a delivery costs the
files that came or changed and the months they change, and nothing where files and mapping are those
of the last look.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any

from data_contracts.catalogue import contract
from data_contracts.errors import WarehouseError
from data_contracts.tables import table
from warehouse.connection import Connection, quoted
from warehouse.content_hash import Written, digest
from warehouse.reading_files import HISTORY
from warehouse.relations import no_rows_sql
from warehouse.sensor_readings.reading_days import (
    GROUP,
    ReadingPiece,
    days_of_months,
    days_of_pieces,
    kept_days,
)
from warehouse.sensor_readings.reading_history import COLUMNS, reading_history
from warehouse.store import Warehouse

# Two systems' clocks, and local time taken for UTC, differ by less than a day.
TOLERANCE = "INTERVAL 1 DAY"
# A piece of more months is read once and sorted into them, which costs half as much again a row.
MOST_READ_AGAIN = 3
PARQUET = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2"  # smaller and quicker than v1
_ROW = ", ".join(COLUMNS)
_NOTHING = f"({no_rows_sql(contract('raw.sensor_readings'))})"
_DAYS = f"""
SELECT {", ".join(GROUP)}, day, sum(readings) AS readings,
    sum(content) % 18446744073709551616 AS content
FROM read_parquet({{files}}) GROUP BY ALL
"""
_CHANGED_DAYS = f"""
CREATE OR REPLACE TEMP TABLE changed_days AS
WITH delivered_days AS ({_DAYS.replace("files", "delivered")}),
held_days AS ({_DAYS.replace("files", "held")})
SELECT DISTINCT {", ".join(GROUP)}, day FROM (
    ((FROM delivered_days) EXCEPT (FROM held_days))
    UNION ALL
    ((FROM held_days) EXCEPT (FROM delivered_days))
)
"""
_WITH_CHANGED_DAYS = """
SELECT DISTINCT d.filename FROM read_parquet({files}, filename = true) AS d
SEMI JOIN changed_days AS c
ON d.equipment_id = c.equipment_id AND d.batch_id IS NOT DISTINCT FROM c.batch_id
    AND d.tag = c.tag AND d.day = c.day
"""
_OF_CHANGED_DAYS = f"""
SELECT {_ROW} FROM {{rows}} AS r SEMI JOIN changed_days AS c
ON r.equipment_id = c.equipment_id AND r.batch_id IS NOT DISTINCT FROM c.batch_id
    AND r.tag = c.tag AND date_trunc('day', r.recorded_at) = c.day
"""
_DIFFERENCE = "CREATE OR REPLACE TEMP TABLE {name} AS ({rows}) EXCEPT ALL ({others})"
# A reading that left is the last received of its equals.
_MONTH = f"""
WITH kept AS (SELECT * FROM read_parquet({{files}})),
gone AS (
    SELECT {_ROW}, count(*) AS readings FROM left_readings
    WHERE recorded_at >= {{month}} AND recorded_at < {{month}} + INTERVAL 1 MONTH
    GROUP BY ALL
),
held AS (
    SELECT k.*, g.readings AS gone_readings
    FROM (SELECT * FROM kept WHERE superseded_at IS NULL) AS k
    LEFT JOIN gone AS g ON {" AND ".join(f"k.{n} IS NOT DISTINCT FROM g.{n}" for n in COLUMNS)}
)
SELECT {_ROW}, received_at, superseded_at FROM kept WHERE superseded_at IS NOT NULL
UNION ALL
SELECT {_ROW}, received_at, superseded_at FROM held WHERE gone_readings IS NULL
UNION ALL
SELECT {_ROW}, received_at,
    CASE WHEN row_number() OVER (PARTITION BY {_ROW} ORDER BY received_at DESC) <= gone_readings
    THEN {{received_at}} END AS superseded_at
FROM held WHERE gone_readings IS NOT NULL
UNION ALL
SELECT {_ROW}, {{received_at}} AS received_at, NULL::TIMESTAMP AS superseded_at
FROM new_readings
WHERE recorded_at >= {{month}} AND recorded_at < {{month}} + INTERVAL 1 MONTH
"""
_FIRST = f"""
COPY (
    SELECT {_ROW}, {{received_at}} AS received_at, NULL::TIMESTAMP AS superseded_at,
        strftime(recorded_at, '%Y-%m') AS month
    FROM delivered
) TO {{folder}} ({PARQUET}, PARTITION_BY (month))
"""
_FIRST_MONTH = f"""
COPY (
    SELECT {_ROW}, {{received_at}} AS received_at, NULL::TIMESTAMP AS superseded_at
    FROM ({{rows}})
    WHERE recorded_at >= {{month}} AND recorded_at < {{month}} + INTERVAL 1 MONTH
) TO {{file}} ({PARQUET})
"""
_MONTHS_OF_PIECES = """
SELECT filename, list(DISTINCT date_trunc('month', day)::DATE ORDER BY 1)
FROM read_parquet({files}, filename = true) GROUP BY ALL
"""
_ACCOUNT = f"""
SELECT
    coalesce(sum(readings) FILTER (superseded_at IS NULL), 0)::BIGINT AS readings,
    coalesce(sum(readings) FILTER (superseded_at IS NOT NULL), 0)::BIGINT AS superseded,
    sum(content) FILTER (superseded_at IS NULL) AS held,
    sum(hash(received_at, superseded_at, readings, content)) AS content,
    max(latest_at) FILTER (superseded_at IS NULL) AS latest_at,
    min(received_at) AS first_received_at,
    greatest(max(received_at), max(superseded_at)) AS last_received_at
FROM (
    SELECT received_at, superseded_at, count(*) AS readings, sum(hash({_ROW})) AS content,
        max(recorded_at) FILTER (recorded_at <= received_at + {TOLERANCE}) AS latest_at
    FROM read_parquet({{files}}) GROUP BY ALL
)
"""


@dataclass(frozen=True, slots=True)
class ReadingDelivery:
    """What a delivery says of sensor readings.

    Attributes:
        select: A SELECT over the delivered files in the columns of ``raw.sensor_readings``.
        pieces: The same readings in pieces, each as small as can be read apart.
        input_hash: Stands for the files' content and for how they are read.
        received_at: When it was received, UTC; later than every delivery before.
    """

    select: str
    pieces: tuple[ReadingPiece, ...]
    input_hash: str
    received_at: datetime


def keep_readings(warehouse: Warehouse, delivery: ReadingDelivery) -> Written:
    """Keep what a delivery added, corrected or no longer has.

    Args:
        warehouse: The working warehouse; ``evidence.reading_history`` is written.
        delivery: The delivery.

    Returns:
        What ``evidence.reading_history`` holds now.

    Raises:
        WarehouseError: The delivered files cannot be read, or a kept file is missing; the list is
            as it was.
    """
    before = reading_history(warehouse)
    if before.height and before["input_hash"].unique().to_list() == [delivery.input_hash]:
        return warehouse.holds(HISTORY)
    folder = warehouse.home.delivered_dir(warehouse.source_key)
    folder.mkdir(parents=True, exist_ok=True)
    rows = {row["month"]: row for row in before.iter_rows(named=True)}
    _require_files(folder, rows)
    answers = kept_days(warehouse, "delivered")
    with warehouse.connection() as opened, _parts(folder) as parts:
        days = days_of_pieces(opened, answers, delivery.pieces)
        if rows:
            held = kept_days(warehouse, "held")
            files = [row["file"] for row in rows.values()]
            _find_changed_days(opened, days, days_of_months(opened, held, folder, files))
            held.forget_others()
            opened.execute(
                f"CREATE OR REPLACE TEMP VIEW delivered AS {_changed_pieces(opened, days)}"
            )
            written = _merged_months(opened, rows, folder, parts, delivery.received_at)
        else:
            written = _first_months(opened, delivery, days, parts)
        for month, files in written.items():
            rows[month] = _settled(opened, month, files, folder)
        opened.execute("DROP VIEW IF EXISTS temp.delivered")
    answers.forget_others()
    listed = [rows[month] | {"input_hash": delivery.input_hash} for month in sorted(rows)]
    return warehouse.write(HISTORY, table(HISTORY, listed))


def _require_files(folder: Path, rows: dict[date, dict[str, Any]]) -> None:
    missing = [row["file"] for row in rows.values() if not (folder / row["file"]).is_file()]
    if missing:
        raise WarehouseError(
            f"{folder / missing[0]} is missing ({len(missing)} of {len(rows)} files): it holds the "
            "sensor readings delivered so far, corrected ones included. Put the folder back from "
            "a backup, or begin a new home."
        )


@contextmanager
def _parts(folder: Path) -> Iterator[Path]:
    """A folder for what is not finished; what a killed run left behind goes first."""
    for left in folder.glob(".*.parts"):
        rmtree(left)
    parts = folder / f".{uuid.uuid4().hex[:8]}.parts"
    parts.mkdir()
    try:
        yield parts
    finally:
        rmtree(parts, ignore_errors=True)


def _first_months(
    connection: Connection,
    delivery: ReadingDelivery,
    days: Mapping[ReadingPiece, Path],
    parts: Path,
) -> dict[date, list[Path]]:
    """Write every month of a first load from the pieces that have readings of it."""
    received_at = _instant(delivery.received_at)
    found = connection.sql(_MONTHS_OF_PIECES.format(files=_listed([*days.values()]))).fetchall()
    months_of = {Path(name).name: months for name, months in found}
    if any(len(months) > MOST_READ_AGAIN for months in months_of.values()):
        return _sorted_into_months(connection, delivery.select, received_at, parts)
    pieces: dict[date, list[str]] = {}
    for piece, file in days.items():
        for month in months_of.get(file.name, ()):
            pieces.setdefault(month, []).append(f"({piece.select})")
    written = {}
    for month in sorted(pieces):
        file = parts / f"{month:%Y-%m}.parquet"
        given = {"received_at": received_at, "month": f"DATE '{month}'", "file": quoted(str(file))}
        connection.execute(
            _FIRST_MONTH.format(rows=" UNION ALL BY NAME ".join(pieces[month]), **given)
        )
        written[month] = [file]
    return written


def _sorted_into_months(
    connection: Connection, select: str, received_at: str, parts: Path
) -> dict[date, list[Path]]:
    """Write every month of a first load in one scan of what was delivered."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW delivered AS {select}")
    folder = quoted(str(parts / "all"))
    connection.execute(_FIRST.format(received_at=received_at, folder=folder))
    return {
        date.fromisoformat(f"{folder.name.partition('=')[2]}-01"): sorted(folder.glob("*.parquet"))
        for folder in (parts / "all").iterdir()
    }


def _merged_months(
    connection: Connection,
    rows: dict[date, dict[str, Any]],
    folder: Path,
    parts: Path,
    received_at: datetime,
) -> dict[date, list[Path]]:
    """Write the months a later delivery changes: all that was kept of them, and what is new."""
    changed = connection.sql("SELECT DISTINCT date_trunc('month', day)::DATE FROM changed_days")
    touched = [folder / rows[at]["file"] for (at,) in changed.fetchall() if at in rows]
    held = f"read_parquet({_listed(touched)}) WHERE superseded_at IS NULL"
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW held AS SELECT {_ROW} FROM {held if touched else _NOTHING}"
    )
    ours, theirs = (_OF_CHANGED_DAYS.format(rows=name) for name in ("held", "delivered"))
    for name, some, others in (
        ("new_readings", theirs, ours),
        ("left_readings", ours, theirs),
    ):
        connection.execute(_DIFFERENCE.format(name=name, rows=some, others=others))
    months = connection.sql(
        "SELECT DISTINCT date_trunc('month', recorded_at)::DATE FROM "
        "(FROM new_readings UNION ALL FROM left_readings) ORDER BY ALL"
    ).fetchall()
    written = {}
    for (month,) in months:
        files = [folder / rows[month]["file"]] if month in rows else []
        part = parts / f"{month:%Y-%m}.parquet"
        _write_month(connection, month, files, part, received_at)
        written[month] = [part]
    connection.execute("DROP VIEW temp.held")
    for name in ("changed_days", "new_readings", "left_readings"):
        connection.execute(f"DROP TABLE temp.{name}")
    return written


def _find_changed_days(
    connection: Connection, days: Mapping[ReadingPiece, Path], held: Sequence[Path]
) -> None:
    """List the days of a tag of which not the same readings are delivered as are held."""
    listed = {"delivered": _listed([*days.values()]), "held": _listed([*held])}
    connection.execute(_CHANGED_DAYS.format(**listed))


def _changed_pieces(connection: Connection, days: Mapping[ReadingPiece, Path]) -> str:
    """Return a SELECT over the pieces that have a changed day; the others need not be read."""
    found = connection.sql(_WITH_CHANGED_DAYS.format(files=_listed([*days.values()])))
    names = {Path(name).name for (name,) in found.fetchall()}
    selects = [f"({piece.select})" for piece, file in days.items() if file.name in names]
    return " UNION ALL BY NAME ".join(selects) or f"SELECT {_ROW} FROM {_NOTHING}"


def _write_month(
    connection: Connection, month: date, files: list[Path], part: Path, received_at: datetime
) -> None:
    given = {"received_at": _instant(received_at), "month": f"DATE '{month}'"}
    if files:
        select = _MONTH.format(files=_listed(files), **given)
    else:
        select = _MONTH.rpartition("UNION ALL")[2].format(**given)
    connection.execute(f"COPY ({select}) TO {quoted(str(part))} ({PARQUET})")


def _settled(
    connection: Connection, month: date, parts: list[Path], folder: Path
) -> dict[str, Any]:
    """Give a month's file the name of its content; returns its row of the list."""
    if len(parts) > 1:
        whole = parts[0].with_name("whole.parquet")
        connection.execute(
            f"COPY (FROM read_parquet({_listed(parts)})) TO {quoted(str(whole))} ({PARQUET})"
        )
        parts = [whole]
    row = connection.sql(_ACCOUNT.format(files=_listed(parts))).pl().row(0, named=True)
    held, content = row.pop("held"), row.pop("content")
    file = folder / f"{month:%Y-%m}-{digest((content, row['readings'], row['superseded']))}.parquet"
    parts[0].replace(file)
    return row | {
        "month": month,
        "content_hash": digest((held, row["readings"])),
        "file": file.name,
    }


def _listed(files: list[Path]) -> str:
    return f"[{', '.join(quoted(str(file)) for file in files)}]"


def _instant(at: datetime) -> str:
    return f"TIMESTAMP '{at}'"
