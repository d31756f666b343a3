"""Publishing: a complete copy, made in a draft and put in place with the reports drawn from it.

The copy holds every table and view under contract, empty where a source has nothing to say. What
becomes of the copies before it is said in ``retention``.
"""

from pathlib import Path

import duckdb

from data_contracts.catalogue import contract, contract_names
from data_contracts.contract import Contract
from data_contracts.errors import WarehouseError
from warehouse.connection import Connection, connect, connect_read_only, quoted, transaction
from warehouse.paths import Home
from warehouse.published_copy.release import begin_draft, discard_draft, draft_of, put_in_place
from warehouse.published_copy.released_runs import ReleasedRun
from warehouse.published_copy.retention import Retention, collect
from warehouse.reading_files import create_readings_view, relocated
from warehouse.relations import (
    create_table,
    create_view,
    describe,
    exists,
    no_rows_sql,
    order_by,
)
from warehouse.table_lists.table_parts import tables_in_parts

MARTS = "mart"
RUNS = "evidence.runs"
_LATEST_RUN = f"FROM {RUNS} WHERE run_number IS NOT NULL ORDER BY run_number DESC LIMIT 1"


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


def release(home: Home, source_key: str, memory_limit: str, retention: Retention) -> Path:
    """Put a source's draft in place of what was published before, warehouse and reports together.

    Args:
        home: The runtime home; the caller holds its run lock.
        source_key: The source.
        memory_limit: DuckDB's limit on its own buffers.
        retention: What is kept of earlier publications.

    Returns:
        The published file, by the name readers use.

    Raises:
        WarehouseError: There is no draft; what was published before is still in place.
    """
    put_in_place(home, source_key, _run_of(draft_of(home, source_key), source_key))
    collect(home, source_key, memory_limit, retention)
    return home.published_file


def _run_of(draft: Home, source_key: str) -> ReleasedRun:
    """Return the run a draft is of; a warehouse that knows none is of a run without a name."""
    unnamed = ReleasedRun(source_key)
    if not draft.published_file.is_file():
        return unnamed
    with connect_read_only(draft.published_file) as connection:
        if not exists(connection, RUNS):
            return unnamed
        rows = connection.sql(_LATEST_RUN).pl().to_dicts()
    return ReleasedRun.of_row(source_key, rows[0]) if rows else unnamed


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
        known, in_parts = _working_columns(connection), tables_in_parts(connection, "working.")
        with transaction(connection):  # a thousand statements committed one by one cost seconds
            for name in contract_names():
                described = contract(name)
                if described.is_table:
                    held = known.get(name, set())
                    _copy_table(connection, described, held, in_order=name not in in_parts)
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


def _copy_table(
    connection: Connection, described: Contract, known: set[str], *, in_order: bool
) -> None:
    create_table(connection, described)
    columns = ", ".join(f'"{name}"' for name in described.column_names if name in known)
    if columns:
        order = "" if in_order else order_by(described)
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
