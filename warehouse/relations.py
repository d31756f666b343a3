"""Tables and views under contract inside one open DuckDB file.

Here belong the statements that create, fill and describe a relation so that it is what its contract
says, comments included; transactions and files are the caller's.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb
import polars as pl

from data_contracts.contract import Contract
from data_contracts.errors import WarehouseError
from data_contracts.generated.duckdb_ddl import comment_sql, create_table_sql
from warehouse.connection import Connection


def exists(connection: Connection, name: str) -> bool:
    """Tell whether a table or view has a name.

    Binding a query on it answers in a tenth of the time the information schema takes.
    """
    try:
        connection.execute(f"SELECT 1 FROM {name} LIMIT 0")
    except duckdb.CatalogException:
        return False
    except duckdb.IOException:
        return True  # a view whose files were moved away
    return True


def create_table(connection: Connection, contract: Contract) -> None:
    """Create a table under contract, empty, in place of the one before."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.schema}")
    statement = create_table_sql(contract)
    connection.execute(statement.replace("CREATE TABLE", "CREATE OR REPLACE TABLE", 1))
    describe(connection, contract, contract.name, "TABLE")


def create_table_if_missing(connection: Connection, contract: Contract) -> None:
    """Create a table under contract, empty, unless it is there.

    One that an earlier version wrote gains the columns it lacks, null in the rows it holds.

    Raises:
        WarehouseError: A column that must be given is missing.
    """
    if not exists(connection, contract.name):
        create_table(connection, contract)
        return
    held = _columns_held(connection, contract)
    lacking = [column for column in contract.columns if column.name not in held]
    for column in lacking:
        if column.is_required:
            raise _lacks(contract, column.name)
        connection.execute(
            f'ALTER TABLE {contract.name} ADD COLUMN "{column.name}" {column.physical_type}'
        )
    if lacking:
        describe(connection, contract, contract.name, "TABLE")


def create_view(connection: Connection, contract: Contract, select: str) -> None:
    """Create a view under contract, in place of the one before."""
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.schema}")
    connection.execute(f"CREATE OR REPLACE VIEW {contract.name} AS {select}")
    describe(connection, contract, contract.name, "VIEW")


def no_rows_sql(contract: Contract) -> str:
    """Return a SELECT with the contract's columns and no rows."""
    columns = ", ".join(f'NULL::{c.physical_type} AS "{c.name}"' for c in contract.columns)
    return f"SELECT {columns} WHERE false"


def select_sql(connection: Connection, contract: Contract, columns: Sequence[str]) -> str:
    """Return a SELECT of columns of a table, null where an earlier version did not write them.

    Raises:
        WarehouseError: A column that must be given is missing.
    """
    held = _columns_held(connection, contract)
    parts = []
    for column in (contract.column(name) for name in columns):
        if column.name not in held and column.is_required:
            raise _lacks(contract, column.name)
        value = "" if column.name in held else f"NULL::{column.physical_type} AS "
        parts.append(f'{value}"{column.name}"')
    return f"SELECT {', '.join(parts)} FROM {contract.name}"


def _columns_held(connection: Connection, contract: Contract) -> set[str]:
    return {row[0] for row in connection.execute(f"DESCRIBE {contract.name}").fetchall()}


def _lacks(contract: Contract, column: str) -> WarehouseError:
    return WarehouseError(
        f"{contract.name} was written by an earlier version and has no '{column}'. "
        "Run 'lotwise run' for this source, or begin a new home."
    )


def insert(connection: Connection, contract: Contract, frame: pl.DataFrame) -> None:
    """Insert a conformed frame into its table, sorted by key.

    The frame is found by the name of its variable: a registered one would be held, though dropped,
    until the transaction ends, and with it every part a table is built of. It is sorted here, in
    the order DuckDB would give it: most frames are sorted already, which DuckDB does not notice.
    """
    ordered = frame.sort(contract.key, nulls_last=True) if contract.key else frame
    rows = ordered.to_arrow()  # noqa: F841
    connection.execute(f"INSERT INTO {contract.name} BY NAME SELECT * FROM rows")


@contextmanager
def incoming(connection: Connection, frame: pl.DataFrame) -> Iterator[None]:
    """Make a frame known to SQL as ``incoming``."""
    connection.register("incoming", frame.to_arrow())
    try:
        yield
    finally:
        connection.unregister("incoming")


def order_by(contract: Contract) -> str:
    """Return the clause that sorts by key, or nothing where the table has no key."""
    return " ORDER BY " + ", ".join(f'"{n}"' for n in contract.key) if contract.key else ""


def describe(connection: Connection, contract: Contract, name: str, kind: str) -> None:
    """Put a contract's words beside a relation and its columns.

    Args:
        connection: Where the relation is.
        contract: What it holds.
        name: What it is called there.
        kind: ``TABLE`` or ``VIEW``, which it is there: readings are a file to their contract.
    """
    connection.execute(";\n".join(comment_sql(contract, name, kind)))
