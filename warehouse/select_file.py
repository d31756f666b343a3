"""SQL files: each holds exactly one SELECT, named after what it builds.

Here belongs reading and checking them; a file that would change the database by itself is refused,
so that writing stays with the store and its contracts.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from data_contracts.errors import WarehouseError

# A semicolon and whatever comments come after it: a SELECT to be nested must end before both.
_CLOSING = re.compile(r";\s*(--[^\n]*\s*)*\Z")


def read_select(sql: str | Path) -> str:
    """Return one SELECT, given as text or as the file that holds it, without its last semicolon.

    Raises:
        WarehouseError: The file is missing, cannot be parsed, or is not a single SELECT.
    """
    where = f"The SQL file {sql}" if isinstance(sql, Path) else f"The SQL '{sql}'"
    if isinstance(sql, Path) and not sql.is_file():
        raise WarehouseError(f"{where} does not exist.")
    text = sql.read_text(encoding="utf-8") if isinstance(sql, Path) else sql
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise WarehouseError(f"{where} cannot be parsed: {error}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise WarehouseError(f"{where} must hold exactly one SELECT and nothing else.")
    return _CLOSING.sub("", text)


def parameters_of(select: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values a SELECT asks for as ``$name``; DuckDB refuses any other."""
    asked = duckdb.extract_statements(select)[0].named_parameters
    return {name: value for name, value in (values or {}).items() if name in asked}
