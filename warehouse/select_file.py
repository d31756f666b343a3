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


def read_select(file: Path) -> str:
    """Return the one SELECT of an SQL file, without its closing semicolon.

    Raises:
        WarehouseError: The file is missing, cannot be parsed, or is not a single SELECT.
    """
    if not file.is_file():
        raise WarehouseError(f"The SQL file {file} does not exist.")
    text = file.read_text(encoding="utf-8")
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise WarehouseError(f"The SQL file {file} cannot be parsed: {error}") from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise WarehouseError(f"The SQL file {file} must hold exactly one SELECT and nothing else.")
    return _CLOSING.sub("", text)


def parameters_of(select: str, values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values a SELECT asks for as ``$name``; DuckDB refuses any other."""
    asked = duckdb.extract_statements(select)[0].named_parameters
    return {name: value for name, value in (values or {}).items() if name in asked}
