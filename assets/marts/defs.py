"""Dagster assets of the marts: each is one SELECT over the tables its text names."""

import re
from pathlib import Path

import dagster as dg

from assets.defs import asks_only, asset_key, written_result
from data_contracts.catalogue import SCHEMAS, contract

SQL = Path(__file__).parent / "sql"
GROUP = "marts"
_TABLE = re.compile(rf"\b(?:{'|'.join(SCHEMAS)})\.[a-z_0-9]+\b")


def mart(name: str) -> dg.AssetsDefinition:
    """Make a SQL file the builder of the mart of its name.

    Args:
        name: Table name without its schema; the SELECT says which tables it needs.
    """
    table, file = f"mart.{name}", SQL / f"{name}.sql"
    named = set(_TABLE.findall(file.read_text(encoding="utf-8")))

    @dg.asset(
        key=asset_key(table),
        deps=[asset_key(each) for each in sorted(named)],
        group_name=GROUP,
        required_resource_keys={"warehouse"},
        op_tags=asks_only(),
        description=contract(table).description,
    )
    def built(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        return written_result(table, context.resources.warehouse.build_from_sql(table, file))

    return built


outcomes = mart("outcomes")
batches = mart("batches")
results = mart("results")
failures = mart("failures")
flagged_batches = mart("flagged_batches")
open_batches = mart("open_batches")
recent_dispositions = mart("recent_dispositions")
sensor_quality = mart("sensor_quality")
similar_batches = mart("similar_batches")
chart_signals = mart("chart_signals")
drivers = mart("drivers")
relevance = mart("relevance")
savings = mart("savings")
next_measurements = mart("next_measurements")
stages = mart("stages")
runs = mart("runs")
trace = mart("trace")
