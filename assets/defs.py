"""The shapes asset definitions of all topics share: tables in, tables out, by their names.

A topic's own ``defs.py`` says which tables and what is done with them; how a table becomes an input
or an output of a step is said here once.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import polars as pl

WAREHOUSE_IO = "warehouse_io"


def table_ins(tables: Mapping[str, list[str]]) -> dict[str, dg.AssetIn]:
    """Return the inputs of a step: argument name -> asset key of the table it is handed."""
    return {name: dg.AssetIn(key=key) for name, key in tables.items()}


def table_outs(tables: Mapping[str, str]) -> dict[str, dg.AssetOut]:
    """Return the outputs of a step that builds several tables.

    Args:
        tables: ``schema.table`` -> what it holds, in words.
    """
    return {
        _output_name(name): dg.AssetOut(
            key=name.split("."), io_manager_key=WAREHOUSE_IO, description=description
        )
        for name, description in tables.items()
    }


def table_outputs(found: Mapping[str, pl.DataFrame]) -> Iterator[dg.Output[Any]]:
    """Hand over what a step built, ``schema.table`` -> frame, under the names of ``table_outs``."""
    for name, frame in found.items():
        yield dg.Output(frame, output_name=_output_name(name))


def _output_name(table: str) -> str:
    return table.replace(".", "_")
