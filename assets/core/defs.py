"""Dagster assets of core: runs the SQL of each table as of the as-of date, and decides outcomes."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.core.as_of import as_of_instant
from assets.core.defining_events import event_measurements
from assets.core.known_versions import (
    BATCHES,
    READINGS,
    known_versions_sql,
    latest_instant_sql,
    unknown_batches_sql,
)
from assets.core.limits import ABSENT, COST_TABLES, limits
from assets.core.lineage.known_genealogy import GENEALOGY_TABLES, known_genealogy
from assets.core.lineage.known_genealogy import RECORDS as GENEALOGY_RECORDS
from assets.core.margins import outcome_margins
from assets.core.measurements import measurements
from assets.core.outcomes import outcome_definitions, outcomes, quantities_of
from assets.defs import (
    asks_only,
    asset_key,
    table_asset,
    table_ins,
    table_outputs,
    table_outs,
    written_result,
    written_specs,
)
from data_contracts.catalogue import contract, contract_names

SQL = Path(__file__).parent / "sql"
GROUP = "core"

RAW_TABLES = contract_names("raw")
KNOWN_BY = (*RAW_TABLES, READINGS)  # the latest instant of all is when records count as known
# Tables that hold the known versions of a raw one and nothing else; batches have SQL of their own.
COPIES = [name for name in contract_names("core") if contract(name).inherits and name != BATCHES]
OUTCOME_TABLES = ("core.outcome_definitions", "core.outcome_margins", "core.outcomes")


def as_of_date(context: dg.AssetExecutionContext) -> datetime:
    """Return the instant up to which records count as known in this run."""
    warehouse = context.resources.warehouse
    query = latest_instant_sql(RAW_TABLES, with_readings=warehouse.exists(READINGS))
    latest = warehouse.query(query)
    return as_of_instant(context.resources.run_settings.as_of, latest["latest_at"].item())


def core_asset(name: str, select: str | Path, *reads: str) -> dg.AssetsDefinition:
    """Make the asset of one core table, built by one SELECT from the raw table of its name.

    Args:
        name: ``core.<table>``.
        select: The SELECT, or the file that holds it.
        reads: Other tables it reads.
    """

    @dg.asset(
        key=asset_key(name),
        deps=[asset_key(each) for each in (f"raw.{contract(name).table}", *reads)],
        group_name=GROUP,
        required_resource_keys={"warehouse", "run_settings"},
        op_tags=asks_only(*KNOWN_BY),
        description=contract(name).description,
    )
    def core_table(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        as_of = as_of_date(context)
        written = context.resources.warehouse.build_from_sql(name, select, {"as_of": as_of})
        return written_result(name, written, as_of=as_of.isoformat())

    return core_table


core_tables = [
    core_asset(BATCHES, SQL / "batches.sql", "core.batch_clusters"),
    *(
        core_asset(
            name,
            known_versions_sql(name),
            *([BATCHES] if "batch_id" in contract(name).column_names else []),
        )
        for name in COPIES
    ),
]


@dg.multi_asset(
    name="genealogy",
    specs=written_specs(*GENEALOGY_TABLES, deps=("raw.batches", *GENEALOGY_RECORDS), group=GROUP),
    required_resource_keys={"warehouse", "run_settings"},
    op_tags=asks_only(*KNOWN_BY),
)
def core_genealogy(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Put what was made of what into one graph, trace it, and join clusters by it."""
    warehouse = context.resources.warehouse
    for name, frame in known_genealogy(warehouse.query, as_of_date(context)).items():
        yield written_result(name, warehouse.write(name, frame))


@dg.multi_asset(
    name="outcomes",
    ins=table_ins(
        "core.batches",
        "core.lab_results",
        "core.parameters",
        "core.phases",
        "core.deviations",
        "core.equipment_events",
    ),
    outs=table_outs(*OUTCOME_TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def core_outcomes(
    context: dg.AssetExecutionContext,
    batches: pl.DataFrame,
    lab_results: pl.DataFrame,
    parameters: pl.DataFrame,
    **records: pl.DataFrame,
) -> Iterator[Any]:
    """Decide the profile's outcomes and measure their margins."""
    declared = context.resources.run_settings.profile.outcomes
    events = {name for outcome in declared for name in outcome.defined_by_events}
    measured = pl.concat(
        [
            measurements(lab_results, parameters, quantities_of(declared)),
            event_measurements(events & quantities_of(declared), batches, **records),
        ]
    )
    margins = outcome_margins(declared, measured)
    found = {
        "core.outcome_definitions": outcome_definitions(declared),
        "core.outcome_margins": margins,
        "core.outcomes": outcomes(declared, batches, measured, margins),
    }
    yield from table_outputs(found, OUTCOME_TABLES)


@table_asset(
    "evidence.limits",
    "core.batches",
    *(f"core.{name}" for name in (*ABSENT, *COST_TABLES, "genealogy_edges", "lineages")),
    "core.outcome_definitions",
    "core.outcomes",
    group=GROUP,
    resources={"warehouse", "run_settings"},
    tags=asks_only(*KNOWN_BY),
)
def evidence_limits(
    context: dg.AssetExecutionContext,
    outcome_definitions: pl.DataFrame,
    outcomes: pl.DataFrame,
    **tables: Any,
) -> pl.DataFrame:
    """Say what this source cannot tell."""
    known = {"as_of": as_of_date(context)}
    strays = context.resources.warehouse.query(unknown_batches_sql(RAW_TABLES), known)
    return limits(tables, outcome_definitions, outcomes, strays)
