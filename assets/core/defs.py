"""Dagster assets of core: runs the SQL of each table as of the as-of date, and decides outcomes."""

from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.core.as_of import as_of_instant
from assets.core.limits import ABSENT, limits
from assets.core.margins import outcome_margins
from assets.core.measurements import measurements
from assets.core.outcomes import batch_outcomes, outcome_definitions, quantities_of

SQL = Path(__file__).parent / "sql"
GROUP, IO = "core", "warehouse_io"
RESOURCES = {"warehouse", "run_settings"}

# table, other tables its SQL reads, what one row is
TABLES = (
    ("batches", ("raw.material_usage",), "Batches with what was known of their fate"),
    ("phases", ("core.batches",), "Phases of batches with their equipment and times"),
    ("parameters", ("core.batches",), "Process parameters of batches"),
    ("lab_results", ("core.batches",), "Laboratory results of batches"),
    ("deviations", ("core.batches",), "Deviations, their cause only once they were closed"),
    ("capas", (), "Corrective and preventive actions"),
    ("material_lots", (), "Material lots"),
    ("material_attributes", (), "Results of material lots"),
    ("material_usage", ("core.batches",), "Which lots went into which batch, and how much"),
    ("weighings", ("core.batches",), "Weighings of materials for batches"),
    ("inspections", ("core.batches",), "Inspection counts of batches by defect class"),
    ("spectra", ("core.batches",), "Spectra of samples of batches"),
    ("stability_results", ("core.batches",), "Stability results of batches"),
    ("equipment_events", (), "Maintenance, calibration, cleaning, breakdowns, part changes"),
    ("sensor_tags", (), "Sensor tags with their ranges"),
)


def as_of_date(context: dg.AssetExecutionContext) -> datetime:
    """Return the instant up to which records count as known in this run."""
    latest = context.resources.warehouse.query((SQL / "latest_instant.sql").read_text("utf-8"))
    return as_of_instant(context.resources.run_settings.as_of, latest["latest_at"].item())


def sql_asset(table: str, reads: tuple[str, ...], meaning: str) -> dg.AssetsDefinition:
    """Make the asset of one core table, built by the SQL file of its name."""

    @dg.asset(
        key=["core", table],
        deps=[["raw", table], *(name.split(".") for name in reads)],
        group_name=GROUP,
        required_resource_keys=RESOURCES,
        description=f"{meaning}: the latest version known as of the as-of date, one per key.",
    )
    def core_table(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        as_of = as_of_date(context)
        written = context.resources.warehouse.build_from_sql(
            f"core.{table}", SQL / f"{table}.sql", {"as_of": as_of}
        )
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": written.rows,
                "content_hash": written.content_hash,
                "as_of": as_of.isoformat(),
            }
        )

    return core_table


core_tables = [sql_asset(*table) for table in TABLES]


@dg.multi_asset(
    name="outcomes",
    ins={
        table: dg.AssetIn(key=["core", table]) for table in ("batches", "lab_results", "parameters")
    },
    outs={
        "definitions": dg.AssetOut(
            key=["core", "outcome_definitions"],
            io_manager_key=IO,
            description="What counts as a failure, as the profile says: one row per outcome.",
        ),
        "margins": dg.AssetOut(
            key=["core", "outcome_margins"],
            io_manager_key=IO,
            description=(
                "Distance to each limit in robust spread units, positive inside: one row "
                "per batch, outcome and quantity."
            ),
        ),
        "outcomes": dg.AssetOut(
            key=["core", "outcomes"],
            io_manager_key=IO,
            description="Whether each batch failed, is pending or was not measured, per outcome.",
        ),
    },
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def core_outcomes(
    context: dg.AssetExecutionContext,
    batches: pl.DataFrame,
    lab_results: pl.DataFrame,
    parameters: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Decide the profile's outcomes and measure their margins."""
    outcomes = context.resources.run_settings.profile.outcomes
    measured = measurements(lab_results, parameters, quantities_of(outcomes))
    margins = outcome_margins(outcomes, measured)
    return (
        outcome_definitions(outcomes),
        margins,
        batch_outcomes(outcomes, batches, measured, margins),
    )


@dg.asset(
    key=["evidence", "limits"],
    ins={
        **{name: dg.AssetIn(key=["core", name]) for name in ("batches", *ABSENT)},
        "definitions": dg.AssetIn(key=["core", "outcome_definitions"]),
        "outcomes": dg.AssetIn(key=["core", "outcomes"]),
    },
    group_name=GROUP,
    io_manager_key=IO,
    required_resource_keys={"warehouse"},
    description="What could not be computed for this source and why: one sentence a row.",
)
def evidence_limits(
    context: dg.AssetExecutionContext,
    definitions: pl.DataFrame,
    outcomes: pl.DataFrame,
    **tables: Any,
) -> pl.DataFrame:
    """Say what this source cannot tell."""
    strays = context.resources.warehouse.query((SQL / "unknown_batches.sql").read_text("utf-8"))
    return limits(tables, definitions, outcomes, strays)
