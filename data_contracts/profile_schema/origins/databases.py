"""What a profile says of rows that come from a database: a query or table, and where to go on.

A profile names a connection and never holds one: address, user and password stand in the
environment, and nothing here reads it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NoReturn

from data_contracts.profile_schema.document import Section

DATABASE_KEYS: Final = ("connection", "query", "table", "watermark", "key", "casts")
DATABASE_ONLY: Final = (*DATABASE_KEYS, "dialect", "timeout")
CASTS: Final = ("number", "instant", "flag", "text")
DIALECTS: Final = ("postgresql", "sqlserver", "oracle")
DEFAULT_TIMEOUT_S: Final = 600
LONGEST_TIMEOUT_S: Final = 86_400
_CONNECTION = re.compile(r"[A-Za-z]\w{0,63}", re.ASCII)
_TABLE = re.compile(r'(?:[\w$#]+|"[^"\0]+")(?:\.(?:[\w$#]+|"[^"\0]+")){0,3}')
_SELECT = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with)\b", re.IGNORECASE | re.DOTALL)
_SECRETS = ("password", "pwd", "passwd", "secret", "user", "uid", "uri", "url", "dsn")


@dataclass(frozen=True)
class DatabaseRows:
    """Rows of a database that are delivered as a file would be.

    Attributes:
        connection: Name of the connection; its address stands in the environment.
        table: Table or view, None where a query is given.
        query: One SELECT, None where a table is given.
        watermark: Columns, the first counting most, that only grow from row to row as rows are
            entered; a later run reads what lies after the last. Empty: every run reads all.
        key: Columns that name a row; of rows with one key the last read stands. Empty: all stand.
        casts: Columns the database is asked to write so that nothing is lost on the way.
        dialect: The database's SQL; None where the connection says it.
        timeout_s: Seconds a statement may take, 1 to 86,400.
        where: Place in the profile.
    """

    connection: str
    table: str | None
    query: str | None
    watermark: tuple[str, ...]
    key: tuple[str, ...]
    casts: Mapping[str, str]
    dialect: str | None
    timeout_s: int
    where: str

    @property
    def variable(self) -> str:
        """The environment variable that says where the connection leads."""
        return f"LOTWISE_CONNECTION_{self.connection.upper()}"

    @property
    def spoken(self) -> str:
        """What is read, in words."""
        asked = (
            f"table {self.table}" if self.table else f"query {' '.join(str(self.query).split())}"
        )
        return f"connection {self.connection}, {asked}"


def is_database(section: Section) -> bool:
    """Tell whether an entry of ``files`` speaks of a database."""
    return any(key in section.values for key in DATABASE_KEYS)


def read_database(section: Section) -> DatabaseRows:
    """Read an entry of ``files`` that names a connection.

    Raises:
        ProfileError: Something is missing, is said twice, or has no place in a profile.
    """
    for key in section.values:
        if key.lower() in _SECRETS:
            _refuse_secret(section, key)
    connection = section.required_text("connection", "the name of a connection, such as 'plant'")
    if not _CONNECTION.fullmatch(connection):
        _refuse_secret(section, "connection")
    if "path" in section.values:
        section.fail("path", "rows come from a file or from a connection; keep one of the two")
    rows = DatabaseRows(
        connection=connection,
        table=section.text("table"),
        query=_query(section),
        watermark=section.texts("watermark"),
        key=section.texts("key"),
        casts=_casts(section.section("casts")),
        dialect=section.choice("dialect", DIALECTS, "") if "dialect" in section.values else None,
        timeout_s=_timeout(section),
        where=section.where(),
    )
    if (rows.table is None) == (rows.query is None):
        section.fail(None, "say 'table:' or 'query:', exactly one of them")
    if rows.table is not None and not _TABLE.fullmatch(rows.table):
        section.fail("table", f"'{rows.table}' is no table; write schema.table, or give 'query:'")
    return rows


def _refuse_secret(section: Section, key: str) -> NoReturn:
    """Refuse what looks like an address or a secret, without repeating it."""
    section.fail(
        key,
        "a profile names a connection ('connection: plant') and holds no address, user or "
        "password; put those into the environment, as LOTWISE_CONNECTION_PLANT, and remove them "
        "here",
    )


def _query(section: Section) -> str | None:
    text = section.text("query")
    if text is None:
        return None
    query = text.strip().removesuffix(";").rstrip()
    if ";" in query or not _SELECT.match(query):
        section.fail("query", "give one SELECT (or WITH ... SELECT), without any ';'")
    return query


def _casts(section: Section) -> dict[str, str]:
    return {name: section.choice(name, CASTS, "") for name in section.values}


def _timeout(section: Section) -> int:
    number = section.number("timeout")
    if number is None:
        return DEFAULT_TIMEOUT_S
    if not 1 <= number <= LONGEST_TIMEOUT_S or number != int(number):
        section.fail("timeout", f"whole seconds from 1 to {LONGEST_TIMEOUT_S:,}, found {number:g}")
    return int(number)
