"""The shapes asset definitions of all topics share: tables in, tables out, by their names.

A topic's own ``defs.py`` says which tables and what is done with them; how a table becomes an input
or an output of a step is said here once, and what it holds is said in its contract.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
import polars as pl

from data_contracts.catalogue import contract
from warehouse.content_hash import Written

WAREHOUSE_IO = "warehouse_io"
ASKS_ONLY = "lotwise/asks_only"


def asks_only(*tables: str) -> dict[str, str]:
    """Return the tag of a step that asks the warehouse for its ``deps`` and these tables alone.

    A step that asks the warehouse for anything and does not say so is run every time; one that says
    so is run when what it reads has changed.

    Args:
        tables: ``schema.table``, each.
    """
    return {ASKS_ONLY: " ".join(tables)}


def asset_key(table: str) -> dg.AssetKey:
    """Return the key of the asset that is a table: ``schema.table`` as a path."""
    return dg.AssetKey(table.split("."))


def table_ins(*tables: str) -> dict[str, dg.AssetIn]:
    """Return the inputs of a step: each table under its own name, without its schema.

    Args:
        tables: ``schema.table``, each.
    """
    return {contract(name).table: dg.AssetIn(key=asset_key(name)) for name in tables}


def table_outs(*tables: str) -> dict[str, dg.AssetOut]:
    """Return the outputs of a step that hands over several tables, described by their contracts."""
    return {
        _output_name(name): dg.AssetOut(
            key=asset_key(name),
            io_manager_key=WAREHOUSE_IO,
            description=contract(name).description,
        )
        for name in tables
    }


def table_outputs(
    found: Mapping[str, pl.DataFrame], tables: Iterable[str]
) -> Iterator[dg.Output[Any]]:
    """Hand over tables under the names of ``table_outs``.

    Args:
        found: ``schema.table`` -> frame; may hold more than is handed over.
        tables: What is handed over, in order.
    """
    for name in tables:
        yield dg.Output(found[name], output_name=_output_name(name))


def table_asset(
    table: str,
    *ins: str,
    group: str,
    resources: Iterable[str] = (),
    deps: Iterable[str] = (),
    tags: Mapping[str, str] | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Make a function the builder of one table.

    Args:
        table: What it returns, ``schema.table``.
        ins: Tables it is handed as arguments of their own names.
        group: Group of the asset.
        resources: Keys of the resources it needs.
        deps: Tables that must be in place although they are not handed over.
        tags: Of the step, such as ``asks_only``.
    """
    return dg.asset(
        key=asset_key(table),
        ins=table_ins(*ins),
        deps=[asset_key(name) for name in deps],
        group_name=group,
        io_manager_key=WAREHOUSE_IO,
        required_resource_keys=set(resources),
        op_tags=tags,
        description=contract(table).description,
    )


def written_specs(*tables: str, deps: Iterable[str], group: str) -> list[dg.AssetSpec]:
    """Return the specs of tables a step writes into the warehouse by itself.

    Args:
        tables: What is written, ``schema.table``, each.
        deps: Tables that must be in place before.
        group: Group of the assets.
    """
    before = [asset_key(name) for name in deps]
    return [
        dg.AssetSpec(
            key=asset_key(name),
            deps=before,
            group_name=group,
            description=contract(name).description,
        )
        for name in tables
    ]


def written_result(table: str, holds: Written, **metadata: Any) -> dg.MaterializeResult[None]:
    """Report a table that a step wrote by itself: its rows and content hash."""
    return dg.MaterializeResult(
        asset_key=asset_key(table),
        metadata={"dagster/row_count": holds.rows, "content_hash": holds.content_hash, **metadata},
    )


def _output_name(table: str) -> str:
    return table.replace(".", "_")
