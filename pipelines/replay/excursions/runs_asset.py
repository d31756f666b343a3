"""``evidence.excursion_runs`` as an asset: measured on request, kept otherwise."""

import dagster as dg
import polars as pl

from assets.defs import WAREHOUSE_IO, asset_key
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.store import Warehouse

TABLE = "evidence.excursion_runs"
# What the replay asks of the warehouse: all that the parts of the detector are made of.
ASKED = (
    "core.batches",
    "core.phases",
    "core.sensor_tags",
    "core.outcomes",
    "core.sensor_readings",
    "feature.sensor_phase_features",
    "feature.phase_trajectories",
    "feature.golden_trajectories",
    "feature.gate_values",
    "finding.chart_points",
    "finding.multivariate_scores",
    "model.batch_scores",
    "evidence.sensor_faults",
)


@dg.asset(
    key=asset_key(TABLE),
    deps=[asset_key(name) for name in ASKED],
    group_name="tier_evidence",
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys={"run_settings", "warehouse"},
    description=contract(TABLE).description,
)
def excursion_runs(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Keep what the last replay measured."""
    warehouse: Warehouse = context.resources.warehouse
    return warehouse.read(TABLE) if warehouse.exists(TABLE) else table(TABLE)
