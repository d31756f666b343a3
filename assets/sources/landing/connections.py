"""Opening a database for reading only, by what the environment says of a connection.

Here belong the address, the settings that keep a session from writing, and the two drivers: ADBC
for PostgreSQL, ODBC for everything else. Both give rows in batches of Arrow.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from assets.sources.landing.database_errors import require_extra, secrets_of, spoken_errors
from assets.sources.landing.segments import RowBatches
from data_contracts.errors import UsageError
from data_contracts.profile_schema.origins.databases import DatabaseRows

_CONNECT_TIMEOUT_S: Final = 10
_BATCH_BYTES: Final = 4 << 20
_ODBC_BATCH_BYTES: Final = 32 << 20
_LONGEST_TEXT: Final = 65_536  # of a column without a stated length, over ODBC
_ODBC_KEY: Final = re.compile(r"(?i)(?:^|;)\s*(driver|dsn|filedsn)\s*=\s*(\{[^}]*\}|[^;]*)")
_DIALECT_OF_DRIVER: Final = {
    "postgre": "postgresql",
    "psqlodbc": "postgresql",
    "sql server": "sqlserver",
    "msodbcsql": "sqlserver",
    "freetds": "sqlserver",
    "tdsodbc": "sqlserver",
    "oracle": "oracle",
    "sqora": "oracle",
}


@dataclass(frozen=True)
class OpenDatabase:
    """A session that only reads.

    Attributes:
        dialect: The database's SQL; None where it is not known.
        secrets: Texts of its address that no message shows.
        select: Runs one SELECT.
    """

    dialect: str | None
    secrets: tuple[str, ...]
    select: Callable[[str], RowBatches]


@contextmanager
def open_database(rows: DatabaseRows) -> Iterator[OpenDatabase]:
    """Open the connection a profile names, for reading only.

    Raises:
        UsageError: The environment does not say where the connection leads, or a driver is missing.
        SourceError: The database cannot be reached or refuses.
    """
    address = os.environ.get(rows.variable, "").strip()
    if not address:
        raise UsageError(
            f"{rows.where}: nothing says where the connection '{rows.connection}' leads. Set "
            f"{rows.variable} in the environment to postgresql://user@host/database, or to an ODBC "
            "connection string (Driver=...;Server=...;)."
        )
    secrets = tuple(secrets_of(address))
    if address.startswith(("postgresql://", "postgres://")):
        with spoken_errors(rows, secrets), _adbc(rows, address) as select:
            yield OpenDatabase("postgresql", secrets, select)
        return
    named = _ODBC_KEY.search(address)
    if named is None:
        raise UsageError(
            f"{rows.variable} is neither postgresql://user@host/database nor an ODBC connection "
            "string with Driver= or DSN=; correct it in the environment."
        )
    driver = named[2].lower()
    found = (dialect for part, dialect in _DIALECT_OF_DRIVER.items() if part in driver)
    dialect = rows.dialect or next(found, None)
    with spoken_errors(rows, secrets), _odbc(rows, address, dialect) as select:
        yield OpenDatabase(dialect, secrets, select)


@contextmanager
def _adbc(rows: DatabaseRows, address: str) -> Iterator[Callable[[str], RowBatches]]:
    """One transaction that only reads: all its statements see the database at one instant."""
    with require_extra("PostgreSQL", "adbc-driver-postgresql"):
        from adbc_driver_postgresql import dbapi

    with dbapi.connect(_reading_only(rows, address)) as connection, ExitStack() as kept:

        def _select(sql: str) -> Any:
            cursor = kept.enter_context(connection.cursor())
            size = {"adbc.postgresql.batch_size_hint_bytes": str(_BATCH_BYTES)}
            cursor.adbc_statement.set_options(**size)
            cursor.execute(sql)
            return cursor.fetch_record_batch()

        yield _select


def _reading_only(rows: DatabaseRows, address: str) -> str:
    """Add to an address what keeps its session from writing, and its clocks in UTC."""
    base, _, query = address.partition("?")
    try:
        urlsplit(base)
    except ValueError:
        raise UsageError(
            f"{rows.variable} is no address; write postgresql://user@host/database, with "
            "characters such as @ or : in a password percent-encoded."
        ) from None
    said = dict(parse_qsl(query, keep_blank_values=True))
    own = f"{_session(rows)} -c default_transaction_isolation=repeatable\\ read"
    said["options"] = f"{said.get('options', '')} {own}".strip()
    said.setdefault("connect_timeout", str(_CONNECT_TIMEOUT_S))
    said.setdefault("application_name", "lotwise")
    return f"{base}?{urlencode(said, quote_via=quote)}"


def _session(rows: DatabaseRows) -> str:
    return (
        "-c default_transaction_read_only=on -c timezone=UTC -c datestyle=ISO "
        f"-c statement_timeout={rows.timeout_s * 1000}"
    )


@contextmanager
def _odbc(
    rows: DatabaseRows, address: str, dialect: str | None
) -> Iterator[Callable[[str], RowBatches]]:
    with require_extra("An ODBC source", "arrow-odbc"):
        import arrow_odbc

    text = f"{address.rstrip('; ')};"
    if dialect == "postgresql":
        # Without a cursor the driver holds the whole result in memory.
        own = f"options='{_session(rows)}' connect_timeout={_CONNECT_TIMEOUT_S}"
        text += f"ReadOnly=1;UseDeclareFetch=1;Fetch=10000;pqopt={{{own}}};"
    elif dialect == "sqlserver":
        text += "ApplicationIntent=ReadOnly;"
    connection = arrow_odbc.connect(text, login_timeout_sec=_CONNECT_TIMEOUT_S)

    def _select(sql: str) -> Any:
        return connection.read_arrow_batches(
            sql,
            max_bytes_per_batch=_ODBC_BATCH_BYTES,
            max_text_size=_LONGEST_TEXT,
            max_binary_size=_LONGEST_TEXT,
            falliable_allocations=True,
            query_timeout_sec=rows.timeout_s,
        )

    yield _select
