"""Questions a person asks of the published copy: one statement that reads it and nothing else.

Two locks: what kind of statement it is, judged here, and DuckDB's own settings
(``warehouse.connection.lock_for_questions``), which hold for whatever a SELECT may call. Here
belongs what is refused and how that is said; opening and locking do not.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from data_contracts.errors import WarehouseError
from warehouse.connection import Connection, plain_errors

_EXPLAINED = re.compile(r"\s*EXPLAIN\s*(\([^)]*\)\s*)?(ANALYZE\s+)?", re.IGNORECASE)
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
# Functions a SELECT may call that take an address of memory, of which a wrong one ends the program,
# or that change a setting all the same.
_UNSAFE = re.compile(
    r"\b(arrow_scan\w*|pandas_scan|python_map_function|(?:enable|disable)_logging"
    r"|truncate_duckdb_logs|(?:force_)?checkpoint)\s*\(",
    re.IGNORECASE,
)

_ROWS = (
    "would change rows, and the published warehouse is read-only: correct the records where they "
    "come from and run again"
)
_TABLES = (
    "would change tables, and the published warehouse is read-only: build your own in a database "
    "of yours, from 'lotwise export'"
)
_SETTING = "would change a setting, and a query only reads: settings are locked"
_SESSION = "is for a session, and a query is asked alone: give the SELECT itself"
_REFUSED = {
    "COPY": "would write or read a file: use --format csv for rows, or 'lotwise export'",
    "COPY_DATABASE": "would write a database, and a query only reads: use 'lotwise export'",
    "EXPORT": "would write files, and a query only reads: use 'lotwise export'",
    "ATTACH": "would open another database: open both with DuckDB's own client, read-only",
    "DETACH": "would close the published warehouse, of which a query is asked",
    "LOAD": "(and INSTALL) would add code to DuckDB, which a query may not",
    "SET": f"(also RESET, USE and PRAGMA) {_SETTING}",
    "VARIABLE_SET": _SESSION,
    "PRAGMA": _SETTING,
    "CALL": "would run a procedure, and a query only reads",
    **dict.fromkeys(("INSERT", "UPDATE", "DELETE", "MERGE_INTO"), _ROWS),
    **dict.fromkeys(("CREATE", "CREATE_FUNC", "ALTER", "DROP"), _TABLES),
    **dict.fromkeys(("PREPARE", "EXECUTE", "TRANSACTION"), _SESSION),
}
_OTHERWISE = "is no question, and the published warehouse is read-only"


def require_question(connection: Connection, sql: str) -> None:
    """Check that a query a person asks is one statement that only reads.

    Args:
        connection: A locked one: to parse ``IMPORT DATABASE`` DuckDB reads the files it names.
        sql: The query.

    Raises:
        WarehouseError: It cannot be parsed, is blank, is several statements, or would write.
    """
    text = _EXPLAINED.sub("", sql, count=1)
    try:
        kinds = [statement.type.name for statement in connection.extract_statements(text)]
    except duckdb.Error as error:
        raise WarehouseError(f"The query cannot be parsed: {error}") from error
    if len(kinds) != 1:
        raise WarehouseError(
            "The query must be exactly one SELECT (or SHOW, DESCRIBE, SUMMARIZE, EXPLAIN of one), "
            f"not {len(kinds)} statements."
        )
    if kinds != ["SELECT"]:
        raise WarehouseError(f"{kinds[0]} {_REFUSED.get(kinds[0], _OTHERWISE)}.")
    if found := _UNSAFE.search(sql):
        raise WarehouseError(f"{found[1]} does more than read, which a query may not.")


@contextmanager
def told_plainly(file: Path) -> Iterator[None]:
    """Say in one sentence what was refused while a question was answered.

    Raises:
        WarehouseError: In place of any DuckDB error.
    """
    try:
        with plain_errors(file):
            yield
    except WarehouseError as error:
        if not isinstance(error.__cause__, duckdb.PermissionException):
            raise
        named = re.search(r'(?:file|directory) "(.*?)"', str(error.__cause__))
        raise WarehouseError(
            f"A query reads the published warehouse alone, not {named[1] if named else 'files'}: "
            "open both with DuckDB's own client."
        ) from error


def read_files(views: str) -> list[str]:
    """Return the files that views read.

    Args:
        views: The SQL of the views, which names them by absolute path.
    """
    literals = {found.replace("''", "'") for found in _LITERAL.findall(views)}
    return sorted(each for each in literals if each.startswith("/") and Path(each).is_file())
