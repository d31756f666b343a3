"""Rows as a table under contract: the one way every topic makes a frame of what it found.

Columns, types, order and key of a table are said in its contract and nowhere else; a builder makes
rows, and ``table`` gives them the shape.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.contract import Contract
from data_contracts.errors import ContractError
from data_contracts.generated.polars_schema import conform, polars_schema

Row = Mapping[str, Any] | Sequence[Any]


def table(name: str, rows: pl.DataFrame | Iterable[Row] = ()) -> pl.DataFrame:
    """Return rows as the table of that name.

    Args:
        name: ``schema.table``.
        rows: A frame, or rows as mappings from column to value or as sequences in the contract's
            order of columns. Optional columns may be absent and become null or their default.

    Returns:
        The columns of the contract in order and type, sorted by its key.

    Raises:
        ContractError: A column is unknown, a required one is absent or null, or a value does not
            fit its type.

    Examples:
        >>> table("evidence.limits", [("sensors", "no_tags", "No sensor tag was delivered.")])[
        ...     "code"
        ... ].to_list()
        ['no_tags']
    """
    described = contract(name)
    if not isinstance(rows, pl.DataFrame):
        rows = list(rows)
        _require_known(described, rows)
        rows = pl.DataFrame(rows, schema=polars_schema(described), orient="row")
    return conform(rows, described).sort(described.key)


def _require_known(described: Contract, rows: list[Row]) -> None:
    """Refuse columns the contract does not have: polars would drop them without a word."""
    given = set[str]().union(*(row for row in rows if isinstance(row, Mapping)))
    if unknown := sorted(given - set(described.column_names)):
        raise ContractError(
            f"{described.name} has no column {', '.join(map(repr, unknown))}. "
            "Drop it from the rows or describe it in the contract."
        )


def columns(name: str) -> list[str]:
    """Return the names of a table's columns in order.

    Args:
        name: ``schema.table``.

    Examples:
        >>> columns("evidence.limits")
        ['topic', 'code', 'statement']
    """
    return list(contract(name).column_names)


def key(name: str) -> list[str]:
    """Return the names of the columns that identify a row of a table.

    Args:
        name: ``schema.table``.

    Examples:
        >>> key("evidence.limits")
        ['topic', 'code']
    """
    return list(contract(name).key)
