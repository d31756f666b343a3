"""Dagster assets of sensor features: places readings in phases, then computes their features."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import polars as pl

from assets.defs import asset_key, written_result, written_specs
from assets.sensor_features.executors import chosen_executor
from assets.sensor_features.fault_marks import COLUMNS as FAULT_COLUMNS
from assets.sensor_features.fault_marks import sensor_faults
from assets.sensor_features.golden import KEY
from assets.sensor_features.month_tables import ENVELOPES, TABLE, MonthTables, update_months
from assets.sensor_features.phase_features import kept_features
from assets.sensor_features.phase_trajectories import TABLE as TRAJECTORIES
from assets.sensor_features.phase_trajectories import update_trajectories
from assets.sensor_features.placement import PLAN
from data_contracts.catalogue import contract
from warehouse.reading_files import HISTORY
from warehouse.sensor_readings.reading_history import stage_known_readings
from warehouse.sensor_readings.readings import build_readings
from warehouse.store import Warehouse

GROUP = "sensor_features"
READINGS, MONTHS = "core.sensor_readings", "evidence.reading_months"
SENSOR_MONTH = dg.AssetKey(["kept", "sensor_month"])
MONTHS_OF_PHASES = dg.MonthlyPartitionsDefinition(start_date="2015-01-01")
FAULTS = "evidence.sensor_faults"
# Delivered readings are a view over the files the history lists.
PLACED_BY = ("raw.batches", HISTORY, "core.batches", "core.phases", "core.sensor_tags")
COMPUTED_BY = (READINGS, MONTHS, "core.sensor_tags", "core.batches")


@dg.multi_asset(
    name="placed_readings",
    specs=written_specs(READINGS, MONTHS, deps=PLACED_BY, group=GROUP),
    required_resource_keys={"warehouse", "run_settings"},
)
def placed_readings(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Join the delivered readings to phases by equipment and time."""
    warehouse, settings = context.resources.warehouse, context.resources.run_settings
    stage_known_readings(warehouse, settings.as_of)
    listed = build_readings(warehouse, PLAN, settings.as_of)
    counts = listed.select(pl.col(pl.Int64).sum()).row(0, named=True)
    context.log.info(f"{counts['received']:,} readings in {listed.height} months")
    yield dg.MaterializeResult(
        asset_key=asset_key(READINGS),
        metadata={"dagster/row_count": counts["stored"], "without phase": counts["without_phase"]},
    )
    yield dg.MaterializeResult(
        asset_key=asset_key(MONTHS), metadata={"dagster/row_count": listed.height, **counts}
    )


@dg.multi_asset(
    name="sensor_phase_features",
    specs=written_specs(TABLE, ENVELOPES, FAULTS, deps=COMPUTED_BY, group=GROUP),
    required_resource_keys={"warehouse"},
)
def sensor_phase_features(
    context: dg.AssetExecutionContext,
) -> Iterator[dg.MaterializeResult[None]]:
    """Compute the features of the months that changed, and mark what is wrong with the sensors."""
    warehouse: Warehouse = context.resources.warehouse
    with warehouse.connection():
        updated = update_months(warehouse, chosen_executor())
        faults = sensor_faults(_all_months(warehouse, updated), _shared_tags(warehouse))
        written = updated.written | {FAULTS: warehouse.write(FAULTS, faults)}
    context.log.info(f"{len(updated.replaced)} of {len(updated.names)} months written")
    for table, holds in written.items():
        yield written_result(table, holds)


@dg.asset(
    key=asset_key(TRAJECTORIES),
    deps=[asset_key(TABLE)],
    group_name=GROUP,
    required_resource_keys={"warehouse"},
    description=contract(TRAJECTORIES).description,
)
def phase_trajectories(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the trajectories of the months whose features changed."""
    warehouse: Warehouse = context.resources.warehouse
    with warehouse.connection():
        holds, months = update_trajectories(warehouse, TABLE)
    context.log.info(f"trajectories of {len(months)} months written")
    return written_result(TRAJECTORIES, holds)


def _all_months(warehouse: Warehouse, updated: MonthTables) -> pl.DataFrame | None:
    """What faults are told from: sensors are compared over all months."""
    kept = kept_features(warehouse)
    frames = [kept.read(name, FAULT_COLUMNS) for name in updated.names.values()]
    return pl.concat(frames).sort(KEY) if frames else None


def _shared_tags(warehouse: Warehouse) -> list[str]:
    tags = warehouse.read("core.sensor_tags")
    shared = tags.filter(pl.col("is_shared_area").fill_null(value=False))
    return shared["tag"].unique(maintain_order=True).to_list()


@dg.asset(
    key=SENSOR_MONTH,
    deps=[asset_key(name) for name in PLACED_BY],
    group_name=GROUP,
    partitions_def=MONTHS_OF_PHASES,
    required_resource_keys={"warehouse", "run_settings"},
    description="Readings and features of one month alone: placed, computed and put in place of "
    "the month's rows in the tables over all months, which the next run judges and publishes.",
)
def sensor_month(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Bring one month up to date: that in which its phases started, UTC."""
    warehouse, settings = context.resources.warehouse, context.resources.run_settings
    month = date.fromisoformat(context.partition_key)
    with warehouse.connection():
        stage_known_readings(warehouse, settings.as_of)
        listed = build_readings(warehouse, PLAN, settings.as_of, month)
        updated = update_months(warehouse, chosen_executor(), month)
    readings = listed.filter(pl.col("month") == month)["stored"].sum()
    return dg.MaterializeResult(
        metadata={
            "readings": int(readings),
            "phases and tags of all months": updated.written[TABLE].rows,
            "months written": ", ".join(f"{at:%Y-%m}" for at in updated.replaced) or "none",
        }
    )
