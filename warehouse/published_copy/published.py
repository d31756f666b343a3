"""The analysts' copy, read-only, whatever else is done to it meanwhile.

An open copy is one snapshot: a publish during its life does not change what it shows, and whoever
opens the copy afterwards sees the new one whole.
"""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import polars as pl
import pyarrow as pa

from data_contracts.catalogue import contract
from data_contracts.errors import FileHeldError, WarehouseError
from data_contracts.untrusted.limits import MOST_RESULT_CELLS
from warehouse.connection import (
    Connection,
    connect_read_only,
    lock_for_questions,
    plain_errors,
)
from warehouse.content_hash import Written, held
from warehouse.paths import SOURCE_KEY, Home
from warehouse.published_copy.question import read_files, require_question, told_plainly
from warehouse.published_copy.release import log_of, released

_ROWS_AT_ONCE = 100_000

_TABLES = """
SELECT schema_name || '.' || table_name FROM duckdb_tables()
WHERE database_name = current_database()
UNION ALL
SELECT schema_name || '.' || view_name FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND schema_name <> 'main'
ORDER BY 1
"""

_VIEWS = """
SELECT sql FROM duckdb_views() WHERE database_name = current_database() AND NOT internal
"""


class PublishedWarehouse:
    """One snapshot of the published warehouse, from opening to ``close``.

    Args:
        home: The runtime home.

    Raises:
        WarehouseError: Nothing has been published, or the file cannot be opened.
    """

    def __init__(self, home: Home) -> None:
        self.file = released(home).published_file
        if not self.file.is_file():
            raise WarehouseError(
                f"There is no published warehouse at {home.published_file}. Run 'lotwise run' "
                "first, or name the right home with --home."
            )
        self._is_locked = False
        self._open = ExitStack()
        self._connection = self._connected()

    def _connected(self) -> Connection:
        """Open the copy, or one of our own where somebody holds it for writing or left a log."""
        if not log_of(self.file).exists():
            try:
                return self._open.enter_context(connect_read_only(self.file))
            except FileHeldError:
                pass
        folder = self._open.enter_context(TemporaryDirectory(prefix="lotwise-reading-"))
        own = shutil.copyfile(self.file, Path(folder, self.file.name))
        return self._open.enter_context(connect_read_only(own))

    def query(self, sql: str, *values: object) -> pl.DataFrame:
        """Return the rows of one query.

        Args:
            sql: The query.
            values: What its question marks stand for.

        Raises:
            WarehouseError: The query fails, or tries to change something.
        """
        with plain_errors(self.file):
            return self._connection.execute(sql, list(values) or None).pl()

    def answer(self, sql: str) -> pl.DataFrame:
        """Return the rows of a query that a person asks.

        Raises:
            WarehouseError: It is no single question, fails, or gives more than can be shown.
        """
        self._lock()
        with told_plainly(self.file):
            require_question(self._connection, sql)
            reader = self._connection.execute(sql).to_arrow_reader(_ROWS_AT_ONCE)
            parts, cells = [reader.schema.empty_table()], 0
            for batch in reader:
                cells += batch.num_rows * max(1, batch.num_columns)
                if cells > MOST_RESULT_CELLS:
                    raise WarehouseError(
                        f"The query gives more than {MOST_RESULT_CELLS:,} values, which is more "
                        "than is printed: add a LIMIT or count rows, or open "
                        f"{self.file} with DuckDB."
                    )
                parts.append(pa.Table.from_batches([batch]))
            return pl.DataFrame(pl.from_arrow(pa.concat_tables(parts)))

    def _lock(self) -> None:
        """Let no question do more than read, from the first on until the copy is closed."""
        if not self._is_locked:
            lock_for_questions(self._connection, read_files("\n".join(self.query(_VIEWS)["sql"])))
            self._is_locked = True

    def holds(self, table: str) -> Written:
        """Return how many rows a table under contract has, and their hash.

        Raises:
            WarehouseError: The table is not there, or is of an older contract.
        """
        with plain_errors(self.file):
            return held(self._connection, contract(table))

    def tables(self) -> list[str]:
        """Return the names of all tables and views, ``schema.table``; marts under theirs alone."""
        return self.query(_TABLES).to_series().to_list()

    def close(self) -> None:
        """Let go of the file."""
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_published(home: Home) -> PublishedWarehouse:
    """Open the published warehouse of a home.

    Raises:
        WarehouseError: Nothing has been published, or the file cannot be opened.
    """
    return PublishedWarehouse(home)


def last_source_key(home: Home) -> str:
    """Return the source whose working warehouse was published last.

    Raises:
        WarehouseError: Nothing has been published in this home.
    """
    file = home.published_source_file
    if not file.is_file():
        raise WarehouseError(f"Nothing has been published in {home.root}. Run 'lotwise run' first.")
    key = file.read_bytes().decode(errors="replace").strip()
    if not SOURCE_KEY.fullmatch(key):
        raise WarehouseError(
            f"{file} names no source of this home. Run 'lotwise run' once more to publish again."
        )
    return key
