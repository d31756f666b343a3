"""Publishing: a complete copy built beside the old one and put in its place by one rename.

The copy holds every table and view under contract, empty where a source has nothing to say. Whoever
reads the old copy keeps it: the old file is moved to ``retired/`` and goes, together with the
Parquet readings only it names, at the first publish that finds nobody reading it.
"""

import fcntl
import os
import time
import uuid
from collections.abc import Iterable
from pathlib import Path

import duckdb

from data_contracts.catalogue import contract, contract_names
from data_contracts.contract import Contract
from warehouse.connection import Connection, connect, connect_read_only, quoted, transaction
from warehouse.paths import Home
from warehouse.reading_files import create_readings_view, delivered_views, named_files
from warehouse.relations import create_table, create_view, describe, no_rows_sql, order_by
from warehouse.table_parts import has_parts

# DuckDB opens a file first and locks it then; a reader caught between the two is given this long.
OPENING_S = 0.05
MARTS = "mart"


def publish(home: Home, source_key: str, memory_limit: str) -> Path:
    """Publish a source's working warehouse.

    Args:
        home: The runtime home; the caller holds its run lock.
        source_key: The source.
        memory_limit: DuckDB's limit on its own buffers.

    Returns:
        The published file.

    Raises:
        WarehouseError: The working warehouse cannot be read or the copy not be written; the copy
            published before is then still in place.
    """
    target = home.published_file
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove(target.parent.glob(f".{target.stem}-*"))  # what a killed publish left behind
    part = target.with_name(f".{target.stem}-{uuid.uuid4().hex[:12]}.duckdb.part")
    try:
        _refresh_readings_view(home, source_key, memory_limit)
        _build(home, source_key, part, memory_limit)
        _put_in_place(home, part)
    finally:
        _remove(target.parent.glob(f"{part.name}*"))
    home.published_source_file.write_text(source_key + "\n", encoding="utf-8")
    _collect(home, source_key, memory_limit)
    return target


def _refresh_readings_view(home: Home, source_key: str, memory_limit: str) -> None:
    """Let the working view name its files where the home is now."""
    with connect(home.working_file(source_key), home.spill_dir, memory_limit) as connection:
        create_readings_view(connection, home.readings_dir(source_key))


def _build(home: Home, source_key: str, part: Path, memory_limit: str) -> None:
    with connect(part, home.spill_dir, memory_limit) as connection:
        working = home.working_file(source_key)
        connection.execute(f"ATTACH {quoted(str(working))} AS working (READ_ONLY)")
        known = _working_columns(connection)
        with transaction(connection):  # a thousand statements committed one by one cost seconds
            for name in contract_names():
                described = contract(name)
                if described.is_table:
                    _copy_table(connection, described, known.get(name, set()))
                if described.schema == MARTS:
                    name_mart(connection, described)
            create_readings_view(connection, home.readings_dir(source_key))
        _copy_delivered_readings(connection)
        connection.execute("DETACH working")
        connection.execute("CHECKPOINT")


def _working_columns(connection: Connection) -> dict[str, set[str]]:
    """The columns of every table of the working warehouse, which may be older than a contract."""
    rows = connection.execute(
        "SELECT schema_name || '.' || table_name, list(column_name) FROM duckdb_columns() "
        "WHERE database_name = 'working' GROUP BY ALL"
    ).fetchall()
    return {table: set(columns) for table, columns in rows}


def _copy_table(connection: Connection, described: Contract, known: set[str]) -> None:
    create_table(connection, described)
    columns = ", ".join(f'"{name}"' for name in described.column_names if name in known)
    if columns:
        order = order_by(described) if has_parts(connection, described.name, "working.") else ""
        connection.execute(
            f"INSERT INTO {described.name} BY NAME "
            f"SELECT {columns} FROM working.{described.name}{order}"
        )


def name_mart(connection: Connection, described: Contract) -> None:
    """Let a mart be asked for by its name alone: a DuckDB file keeps no search path.

    Args:
        connection: A file that holds the mart.
        described: The mart.
    """
    connection.execute(f"CREATE VIEW main.{described.table} AS SELECT * FROM {described.name}")
    describe(connection, described, f"main.{described.table}", "VIEW")


def _copy_delivered_readings(connection: Connection) -> None:
    """Keep the delivered readings in reach while their files are where they were."""
    described = contract("raw.sensor_readings")
    row = connection.execute(
        "SELECT sql FROM duckdb_views() WHERE database_name = 'working' AND schema_name = 'raw' "
        "AND view_name = 'sensor_readings'"
    ).fetchone()
    select = no_rows_sql(described) if row is None else _select_of(str(row[0]))
    try:
        create_view(connection, described, select)
    except duckdb.Error:  # the export was moved away: everything computed from it is still here
        create_view(connection, described, no_rows_sql(described))


def _select_of(create_view_sql: str) -> str:
    return create_view_sql.partition(" AS ")[2].rstrip().rstrip(";")


def _put_in_place(home: Home, part: Path) -> None:
    target = home.published_file
    _sync(part)
    if target.exists():
        home.retired_dir.mkdir(parents=True, exist_ok=True)
        os.link(target, home.retired_dir / f"{uuid.uuid4().hex[:12]}.duckdb")
    part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    """Make a file or a folder's entries survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _collect(home: Home, source_key: str, memory_limit: str) -> None:
    """Remove retired copies nobody reads, then this source's readings no copy names."""
    retired = sorted(home.retired_dir.glob("*.duckdb"))
    if retired:
        time.sleep(OPENING_S)
    _remove(file for file in retired if not _is_read(file))
    copies = [home.published_file, *(file for file in retired if file.exists())]
    named: set[str] = set()
    views = ""
    for copy in copies:
        with connect_read_only(copy) as connection:
            named |= named_files(connection)
            views += delivered_views(connection)
    with connect(home.working_file(source_key), home.spill_dir, memory_limit) as connection:
        named |= named_files(connection)
        views += delivered_views(connection)
    readings = home.readings_dir(source_key)
    _remove(file for file in readings.glob("*.parquet*") if file.name not in named)
    delivered = home.delivered_dir(source_key)
    _remove(file for file in delivered.glob("*.parquet") if file.name not in views)


def _is_read(file: Path) -> bool:
    """Tell whether another process has a DuckDB file open: readers hold a lock on it."""
    with file.open("r+b") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def _remove(files: Iterable[Path]) -> None:
    for file in list(files):
        file.unlink(missing_ok=True)
