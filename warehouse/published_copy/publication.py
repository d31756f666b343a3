"""Publishing: a complete copy, made in a draft and put in place with the reports drawn from it.

The copy holds every table and view under contract, empty where a source has nothing to say. Whoever
reads an old copy keeps it: its release goes, together with the Parquet readings only it names, at
the first publication that finds nobody reading it.
"""

import fcntl
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

import duckdb

from data_contracts.catalogue import contract, contract_names
from data_contracts.contract import Contract
from data_contracts.errors import WarehouseError
from warehouse.connection import Connection, connect, connect_read_only, quoted, transaction
from warehouse.paths import Home
from warehouse.published_copy.release import (
    begin_draft,
    discard_draft,
    earlier_releases,
    put_in_place,
    released,
)
from warehouse.reading_files import (
    create_readings_view,
    delivered_views,
    history_files,
    named_files,
    relocated,
)
from warehouse.relations import create_table, create_view, describe, no_rows_sql, order_by
from warehouse.table_parts import has_parts

# DuckDB opens a file first and locks it then; a reader caught between the two is given this long.
OPENING_S = 0.05
MARTS = "mart"


def draft(home: Home, source_key: str, memory_limit: str) -> Home:
    """Make the copy of a source's working warehouse, not yet seen by readers.

    Args:
        home: The runtime home; the caller holds its run lock.
        source_key: The source.
        memory_limit: DuckDB's limit on its own buffers.

    Returns:
        The release that is being made, into which the reports are drawn.

    Raises:
        WarehouseError: The working warehouse holds nothing or cannot be read, or the copy cannot be
            written; the copy published before is still in place.
    """
    _require_records(home, source_key, memory_limit)
    made = begin_draft(home, source_key)
    try:
        _refresh_readings_view(home, source_key, memory_limit)
        _build(home, source_key, made.published_file, memory_limit)
    except BaseException:
        discard_draft(home, source_key)
        raise
    return made


def release(home: Home, source_key: str, memory_limit: str) -> Path:
    """Put a source's draft in place of what was published before, warehouse and reports together.

    Args:
        home: The runtime home; the caller holds its run lock.
        source_key: The source.
        memory_limit: DuckDB's limit on its own buffers.

    Returns:
        The published file, by the name readers use.

    Raises:
        WarehouseError: There is no draft; what was published before is still in place.
    """
    put_in_place(home, source_key)
    _collect(home, source_key, memory_limit)
    return home.published_file


def _require_records(home: Home, source_key: str, memory_limit: str) -> None:
    """Refuse to put an empty copy in place of a good one."""
    working = home.working_file(source_key)
    held = 0
    if working.is_file():
        with connect(working, home.spill_dir, memory_limit) as connection:
            sizes = "SELECT sum(estimated_size) FROM duckdb_tables() WHERE schema_name <> 'main'"
            held = (connection.execute(sizes).fetchone() or (0,))[0]
    if not held:
        raise WarehouseError(
            f"{working} holds no record, so it is not published; the copy published before, if "
            "any, is still in place. Run 'lotwise run' for this source again."
        )


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
        _name_delivered_readings(connection, home, source_key)
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


def _name_delivered_readings(connection: Connection, home: Home, source_key: str) -> None:
    """Let a copy name the delivered readings where they lie now, while they are there."""
    described = contract("raw.sensor_readings")
    row = connection.execute(
        "SELECT sql FROM duckdb_views() WHERE database_name = 'working' AND schema_name = 'raw' "
        "AND view_name = 'sensor_readings'"
    ).fetchone()
    select = no_rows_sql(described) if row is None else _select_of(str(row[0]))
    try:
        create_view(connection, described, relocated(select, home.delivered_dir(source_key)))
    except duckdb.Error:  # the files were moved away: everything computed from them is still here
        create_view(connection, described, no_rows_sql(described))


def _select_of(create_view_sql: str) -> str:
    return create_view_sql.partition(" AS ")[2].rstrip().rstrip(";")


def _collect(home: Home, source_key: str, memory_limit: str) -> None:
    """Remove earlier releases nobody reads, then this source's readings no copy names."""
    earlier = earlier_releases(home)
    if earlier:
        time.sleep(OPENING_S)
    copies = [released(home).published_file]
    for folder in earlier:
        held = list(folder.rglob("*.duckdb"))
        if any(_is_read(file) for file in held):
            copies += held
        else:
            shutil.rmtree(folder)
    named: set[str] = set()
    views = ""
    for copy in copies:
        try:
            with connect_read_only(copy) as connection:
                named |= named_files(connection) | history_files(connection)
                views += delivered_views(connection)
        except WarehouseError:  # somebody has opened it for writing: what it names is not known
            return
    with connect(home.working_file(source_key), home.spill_dir, memory_limit) as connection:
        named |= named_files(connection) | history_files(connection)
        views += delivered_views(connection)
    readings = home.readings_dir(source_key)
    _remove(file for file in readings.glob("*.parquet*") if file.name not in named)
    delivered = home.delivered_dir(source_key)
    _remove(f for f in delivered.glob("*.parquet") if f.name not in named and f.name not in views)


def _is_read(file: Path) -> bool:
    """Tell whether another process has a DuckDB file open: readers hold a lock on it."""
    file.chmod(0o600)  # nobody comes to it any more, and the lock asks for a handle that may write
    with file.open("r+b") as handle:
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


def _remove(files: Iterable[Path]) -> None:
    for file in list(files):
        file.unlink(missing_ok=True)
