"""Rows of the tiny published warehouse, as they are and changed to known answers."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from tests.published.tiny import FOLDER, KEPT

Rows = list[dict[str, Any]]


@cache
def tiny(name: str) -> pl.DataFrame:
    """A table of the tiny warehouse; where its contract has moved on, ``make tiny`` does too."""
    return conform(pl.read_parquet(FOLDER / f"{name}.parquet"), contract(name))


def tiny_tables() -> dict[str, pl.DataFrame]:
    """Every table of the tiny warehouse by name."""
    return {name: tiny(name) for name in KEPT}


def like(name: str, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Change rows of a table of the tiny warehouse.

    Args:
        name: The table.
        rows: Of each row what is changed; the rest is that of the row that agrees with it most.

    Returns:
        A table of these rows alone, under its contract.
    """
    there = tiny(name).to_dicts()
    changed = [max(there, key=lambda own: _agreement(own, row)) | row for row in rows]
    return conform(pl.DataFrame(changed, infer_schema_length=None), contract(name))


def changed(name: str, **columns: pl.Expr) -> pl.DataFrame:
    """A table of the tiny warehouse with columns changed in every row."""
    return conform(tiny(name).with_columns(**columns), contract(name))


def _agreement(own: dict[str, Any], row: dict[str, Any]) -> int:
    return sum(own[name] == value for name, value in row.items())
