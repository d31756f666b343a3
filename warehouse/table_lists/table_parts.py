"""Tables kept in parts, such as months: a part is replaced by itself, the rest is not touched.

The working file lists the parts of such tables: under which version each was written, its rows and
the sums of their hashes. As the hash of a table is made of sums over its rows, that of the whole
follows from the list, and no row of another part is read. What a version means is the caller's.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.contract import Contract
from data_contracts.errors import WarehouseError
from data_contracts.generated.polars_schema import conform
from warehouse.connection import Connection
from warehouse.content_hash import SUMS, Written, digest, lines_sql
from warehouse.relations import create_table, exists, insert

LIST = "table_parts"  # of the working file alone; no analyst's table
BATCH_LIST = "batch_parts"  # of tables written by batch (``batch_parts``), likewise
_CREATE = f"""
CREATE TABLE IF NOT EXISTS main.{LIST} (
    table_name VARCHAR, columns VARCHAR, part DATE, version VARCHAR, row_count BIGINT, low HUGEINT,
    high HUGEINT
)
"""


class TableParts:
    """Replaces parts of tables inside one transaction of the caller's.

    Args:
        connection: Inside a transaction.
        column: The column, of a date, whose value says to which part a row belongs.
    """

    def __init__(self, connection: Connection, column: str) -> None:
        self._connection = connection
        self._column = column
        self._written: dict[str, Written] = {}
        self._changed: dict[str, dict[date, str]] = {}
        connection.execute(_CREATE)

    def versions(self, table: str) -> dict[date, str]:
        """Return the version of every part of a table.

        A table that is not there, is not wholly listed or was written under another contract has no
        parts: it is created anew, empty.
        """
        if table in self._changed:
            self.settle()
        else:
            self._changed[table] = {}
            if not self._is_listed(contract(table)):
                forget_parts(self._connection, table)
                create_table(self._connection, contract(table))
        listed = f"SELECT part, version FROM main.{LIST} WHERE table_name = ?"
        return dict(self._rows(listed, table))

    def replace(self, table: str, versions: Mapping[date, str], frame: pl.DataFrame) -> None:
        """Write the rows of some parts in place of those before.

        Args:
            table: ``schema.table``.
            versions: The parts, each with what stands for all its rows depend on.
            frame: Their rows at the grain of the contract; a part may have none.

        Raises:
            ContractError: The frame does not have the contract's columns and types.
            WarehouseError: A row belongs to another part.
        """
        described = contract(table)
        ready = conform(frame, described)
        strays = ready.filter(~pl.col(self._column).is_in([*versions], nulls_equal=True))
        if strays.height:
            parts = ", ".join(map(str, versions))
            raise WarehouseError(
                f"{strays.height} rows do not belong to the part of {table} where {self._column} "
                f"is {parts}: write them to their own part."
            )
        for part in versions:
            self.remove(table, part)
        insert(self._connection, described, ready)
        self._changed[table].update(versions)

    def remove(self, table: str, part: date) -> None:
        """Take a part out of its table."""
        if table not in self._changed:
            self.versions(table)
        is_unsettled = self._changed[table].pop(part, None) is not None
        listed = f"FROM main.{LIST} WHERE table_name = ? AND part = ?"
        if is_unsettled or self._rows(f"SELECT 1 {listed}", table, part):
            self._rows(f'DELETE FROM {table} WHERE "{self._column}" = ?', part)
            self._rows(f"DELETE {listed}", table, part)

    def settle(self) -> None:
        """List what was replaced, with its hashes; nothing else of the tables is read."""
        for table, versions in self._changed.items():
            described = contract(table)
            if versions:
                self._list(described, versions)
            self._changed[table] = {}
            total = f"SELECT sum(row_count)::BIGINT, sum(low), sum(high) FROM main.{LIST}"
            rows, low, high = self._rows(f"{total} WHERE table_name = ?", table)[0]
            sums = (rows or 0, low if rows else None, high if rows else None)
            self._written[table] = Written(rows or 0, digest((*described.compared_columns, *sums)))

    def written(self, table: str) -> Written:
        """Return what a table holds, all parts together, once settled."""
        return self._written[table]

    def all_written(self) -> dict[str, Written]:
        """Return what every table holds that was touched, once settled."""
        return dict(self._written)

    def _list(self, described: Contract, versions: dict[date, str]) -> None:
        lines = lines_sql(described.name, described.compared_columns, f'"{self._column}" AS part,')
        wanted = ", ".join(f"DATE '{part}'" for part in versions)
        found = self._rows(
            f'SELECT part, {SUMS} FROM ({lines} WHERE "{self._column}" IN ({wanted})) GROUP BY part'
        )
        sums = {part: row for part, *row in found}
        self._connection.executemany(
            f"INSERT INTO main.{LIST} VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (described.name, _columns(described), part, version, *sums.get(part, (0, 0, 0)))
                for part, version in versions.items()
            ],
        )

    def _is_listed(self, described: Contract) -> bool:
        """Whether every row of the table, as now described, stands in a part of the list."""
        if not exists(self._connection, described.name):
            return False
        listed = self._rows(
            f"SELECT columns, sum(row_count) FROM main.{LIST} WHERE table_name = ? GROUP BY ALL",
            described.name,
        )
        rows = self._rows(f"SELECT count(*) FROM {described.name}")[0][0]
        return listed == [(_columns(described), rows)] or (not listed and not rows)

    def _rows(self, sql: str, *given: object) -> list[Any]:
        return self._connection.execute(sql, given).fetchall()


def tables_in_parts(connection: Connection, catalogue: str = "") -> frozenset[str]:
    """Name the tables kept in parts, so that their rows do not stand in the order of the key.

    Args:
        connection: Where the tables are known.
        catalogue: Name of the attached file they are in, with a dot; by default the opened one.
    """
    found: set[str] = set()
    for name in (LIST, BATCH_LIST):
        listed = f"{catalogue}main.{name}"
        if exists(connection, listed):
            rows = connection.execute(f"SELECT DISTINCT table_name FROM {listed}").fetchall()
            found.update(table for (table,) in rows)
    return frozenset(found)


def forget_parts(connection: Connection, table: str) -> None:
    """Take a table off the list, for instance because it is written whole."""
    for name in (LIST, BATCH_LIST):
        if exists(connection, f"main.{name}"):
            connection.execute(f"DELETE FROM main.{name} WHERE table_name = ?", [table])


def begin_whole(connection: Connection, described: Contract) -> None:
    """Create a table that is written whole, in place of the one before and of its parts."""
    create_table(connection, described)
    forget_parts(connection, described.name)


def _columns(described: Contract) -> str:
    """What a list depends on in the contract: the columns, their types, and which are compared."""
    typed = [f"{c.name} {c.physical_type} {c.is_required}" for c in described.columns]
    return digest((*typed, "compared", *described.compared_columns))
