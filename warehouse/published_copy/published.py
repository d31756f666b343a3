"""The analysts' copy, read-only.

An open copy is one snapshot: a publish during its life does not change what it shows, and whoever
opens the copy afterwards sees the new one whole.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

import polars as pl

from data_contracts.errors import WarehouseError
from warehouse.connection import connect_read_only, plain_errors
from warehouse.paths import Home

_TABLES = """
SELECT schema_name || '.' || table_name FROM duckdb_tables()
WHERE database_name = current_database()
UNION ALL
SELECT schema_name || '.' || view_name FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal
ORDER BY 1
"""


class PublishedWarehouse:
    """One snapshot of the published warehouse, from opening to ``close``.

    Args:
        home: The runtime home.

    Raises:
        WarehouseError: Nothing has been published, or the file cannot be opened.
    """

    def __init__(self, home: Home) -> None:
        self.file = home.published_file
        if not self.file.is_file():
            raise WarehouseError(
                f"There is no published warehouse at {self.file}. Run 'lotwise run' first, or name "
                "the right home with --home."
            )
        self._open = ExitStack()
        self._connection = self._open.enter_context(connect_read_only(self.file))

    def query(self, sql: str) -> pl.DataFrame:
        """Return the rows of one query.

        Raises:
            WarehouseError: The query fails, or tries to change something.
        """
        with plain_errors(self.file):
            return self._connection.execute(sql).pl()

    def tables(self) -> list[str]:
        """Return the names of all tables and views, ``schema.table``."""
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
