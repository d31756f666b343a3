"""Parquet files of sensor readings: immutable, one per month, named by content.

Readings placed in phases: ``evidence.reading_months`` lists them; the view ``core.sensor_readings``
names exactly those files by absolute path. Beside each lies a small file listing its series (runs
of readings of one batch, phase and tag) in the order they stand in it, so that a reader needs to
decode only times and values. Readings as delivered: ``evidence.reading_history`` lists their files,
the view ``raw.sensor_readings`` names them. Here belong names, lists and views; writing the files
is in ``sensor_readings``.
"""

import re
from pathlib import Path

from data_contracts.catalogue import contract
from warehouse.connection import Connection, quoted
from warehouse.relations import create_view, exists, no_rows_sql

READING_MONTHS = "evidence.reading_months"
READINGS = "core.sensor_readings"
HISTORY = "evidence.reading_history"
SERIES_SUFFIX = ".series.parquet"


def series_file(file: str) -> str:
    """Return the name of the file that lists the series of a file of readings."""
    return file.removesuffix(".parquet") + SERIES_SUFFIX


def month_files(connection: Connection) -> list[str]:
    """Return the names of the files of readings in the database's list, in order of month."""
    if not exists(connection, READING_MONTHS):
        return []
    rows = connection.execute(f"SELECT file FROM {READING_MONTHS} ORDER BY month").fetchall()
    return [row[0] for row in rows]


def named_files(connection: Connection) -> set[str]:
    """Return the names of all files a database needs: readings and their series."""
    files = month_files(connection)
    return {*files, *map(series_file, files)}


def history_files(connection: Connection) -> set[str]:
    """Return the names of the files of delivered readings a database lists."""
    if not exists(connection, HISTORY):
        return set()
    return {row[0] for row in connection.execute(f"SELECT file FROM {HISTORY}").fetchall()}


def relocated(select: str, folder: Path) -> str:
    """Return the SELECT of ``raw.sensor_readings``, naming kept files where they lie now.

    Args:
        select: The view's SELECT; files that are not kept ones stay as they are.
        folder: Where kept files lie.
    """
    kept = r"'(?:[^']|'')*?/delivered/(\d{4}-\d{2}-[0-9a-f]{32}\.parquet)'"
    return re.sub(kept, lambda found: quoted(str(folder.resolve() / found[1])), select)


def delivered_views(connection: Connection) -> str:
    """Return the SQL of the view of delivered readings, which names the files it reads."""
    rows = connection.execute(
        "SELECT sql FROM duckdb_views() WHERE schema_name = 'raw' AND view_name = 'sensor_readings'"
    ).fetchall()
    return " ".join(str(row[0]) for row in rows)


def create_readings_view(connection: Connection, folder: Path) -> None:
    """Create ``core.sensor_readings`` over the listed files.

    Args:
        connection: A database that may have the list of files.
        folder: Where the files lie now.
    """
    described = contract(READINGS)
    files = [quoted(str((folder / name).resolve())) for name in month_files(connection)]
    if not files:
        create_view(connection, described, no_rows_sql(described))
        return
    columns = ", ".join(f'"{name}"' for name in described.column_names)
    select = f"SELECT {columns} FROM read_parquet([{', '.join(files)}])"
    create_view(connection, described, select)
