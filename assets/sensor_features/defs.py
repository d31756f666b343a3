"""Dagster assets of sensor features: places readings in phases, then computes their features."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import polars as pl

from assets.sensor_features.executors import chosen_executor
from assets.sensor_features.fault_marks import sensor_faults
from assets.sensor_features.phase_features import phase_features, series_features
from assets.sensor_features.placement import PLAN
from warehouse.kept_months import KeptMonths
from warehouse.readings import build_readings
from warehouse.store import Warehouse
from warehouse.stored_readings import stored_months

GROUP = "sensor_features"
READINGS = dg.AssetKey(["core", "sensor_readings"])
MONTHS = dg.AssetKey(["evidence", "reading_months"])
SENSOR_MONTH = dg.AssetKey(["kept", "sensor_month"])
MONTHS_OF_PHASES = dg.MonthlyPartitionsDefinition(start_date="2015-01-01")
# Delivered readings are no table: they are staged with the raw tables, for which batches stand.
PLACED_BY = [["raw", "batches"], ["core", "batches"], ["core", "phases"], ["core", "sensor_tags"]]


@dg.multi_asset(
    name="placed_readings",
    specs=[
        dg.AssetSpec(
            key=READINGS,
            deps=PLACED_BY,
            group_name=GROUP,
            description="Sensor readings with the batch and phase they belong to, month by month.",
        ),
        dg.AssetSpec(
            key=MONTHS,
            deps=PLACED_BY,
            group_name=GROUP,
            description="The account of every month of readings: received, placed, bad, repeated.",
        ),
    ],
    required_resource_keys={"warehouse", "run_settings"},
)
def placed_readings(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Join the delivered readings to phases by equipment and time."""
    warehouse, settings = context.resources.warehouse, context.resources.run_settings
    listed = build_readings(warehouse, PLAN, settings.as_of)
    counts = listed.select(pl.col(pl.Int64).sum()).row(0, named=True)
    context.log.info(f"{counts['received']:,} readings in {listed.height} months")
    yield dg.MaterializeResult(
        asset_key=READINGS,
        metadata={"dagster/row_count": counts["stored"], "without phase": counts["without_phase"]},
    )
    yield dg.MaterializeResult(
        asset_key=MONTHS, metadata={"dagster/row_count": listed.height, **counts}
    )


@dg.multi_asset(
    name="sensor_phase_features",
    ins={
        "sensor_tags": dg.AssetIn(key=["core", "sensor_tags"]),
        "batches": dg.AssetIn(key=["core", "batches"]),
    },
    outs={
        "features": dg.AssetOut(
            key=["feature", "sensor_phase_features"],
            io_manager_key="warehouse_io",
            description="What a process engineer would read off each trajectory: a row per phase "
            "and tag.",
        ),
        "golden": dg.AssetOut(
            key=["feature", "golden_trajectories"],
            io_manager_key="warehouse_io",
            description="Where good batches run, as known before each month: a row per step of "
            "progress.",
        ),
        "faults": dg.AssetOut(
            key=["evidence", "sensor_faults"],
            io_manager_key="warehouse_io",
            description="What is wrong with the sensors: a row per phase, tag and fault.",
        ),
    },
    deps=[READINGS, MONTHS],
    group_name=GROUP,
    required_resource_keys={"warehouse"},
)
def sensor_phase_features(
    context: dg.AssetExecutionContext, sensor_tags: pl.DataFrame, batches: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Compute the features of every phase and tag, and mark what is wrong with the sensors."""
    warehouse = context.resources.warehouse
    months = stored_months(warehouse)
    series = series_features(months, sensor_tags, chosen_executor(), _kept(warehouse))
    features, golden = phase_features(series, batches)
    shared = sensor_tags.filter(pl.col("is_shared_area").fill_null(value=False))["tag"].unique()
    return features, golden, sensor_faults(series, shared.to_list())


@dg.asset(
    key=SENSOR_MONTH,
    deps=PLACED_BY,
    group_name=GROUP,
    partitions_def=MONTHS_OF_PHASES,
    required_resource_keys={"warehouse", "run_settings"},
    description="Readings and features of one month alone: placed, computed and kept, so that the "
    "tables over all months take them as they are.",
)
def sensor_month(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Bring one month up to date: that in which its phases started, UTC."""
    warehouse, settings = context.resources.warehouse, context.resources.run_settings
    month = date.fromisoformat(context.partition_key)
    with warehouse.connection():
        listed = build_readings(warehouse, PLAN, settings.as_of, month)
        here = [stored for stored in stored_months(warehouse) if stored.month == month]
        tags = warehouse.read("core.sensor_tags")
    rows = series_features(here, tags, chosen_executor(), _kept(warehouse))
    counts = listed.filter(pl.col("month") == month)["stored"].sum()
    return dg.MaterializeResult(
        metadata={"readings": int(counts), "phases and tags": 0 if rows is None else rows.height}
    )


def _kept(warehouse: Warehouse) -> KeptMonths:
    return KeptMonths(warehouse.home.kept_dir(warehouse.source_key, "phase_features"))
