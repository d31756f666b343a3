"""Dagster assets of the stages: a line a finding, what it reads and what builds it."""

from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_asset
from assets.stages.dispensing.balance_drift import balance_drift
from assets.stages.formulation.scan_validity import scan_validity
from assets.stages.formulation.spectral_uniformity import spectral_uniformity
from assets.stages.packaging.reject_rates import reject_rates
from assets.stages.quality_control.degradation_rates import degradation_rates
from assets.stages.quality_control.shelf_life import shelf_life
from assets.stages.quality_control.stability_trends import stability_trends
from assets.stages.quality_control.storage_temperatures import storage_temperatures
from assets.stages.raw_material.lot_effects import lot_effects, supplier_effects
from assets.stages.raw_material.lots_in_stock import lots_in_stock
from assets.stages.raw_material.material_models import material_models
from assets.stages.release.lead_times_by_test import lead_times_by_test
from assets.stages.release.nowcast import nowcast
from assets.stages.release.quarantine_stock import quarantine_stock
from assets.stages.release.record_exceptions import record_exceptions
from assets.stages.release.release_steps import release_steps
from assets.stages.release.review_queue import review_queue

GROUP = "stages"
SEED = {"resources": ("run_settings",)}


def finding(name: str, *reads: str, **more: Any) -> Any:
    """Make the asset of a finding.

    Args:
        name: Table of the schema ``finding``.
        reads: ``schema.table``, each.
        more: As ``table_asset`` takes it.
    """
    return table_asset(f"finding.{name}", *reads, group=GROUP, **more)


STUDIES = ("core.stability_results", "core.batches")
WAITS = ("core.batches", "core.lab_results", "core.deviations")
LOTS = ("core.batches", "core.lab_results", "core.material_usage")

lots = finding("lot_effects", *LOTS)(lot_effects)
suppliers = finding("supplier_effects", *LOTS)(supplier_effects)


@finding("material_models", *LOTS, "core.material_attributes", **SEED)
def materials(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """Foretell results from materials."""
    return material_models(**tables, seed=context.resources.run_settings.seed)


@finding(
    "lots_in_stock",
    "core.batches",
    "core.material_lots",
    "core.material_usage",
    "core.material_attributes",
    "economics.rate_arithmetic",
    **SEED,
)
def shelves(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """Foretell what lots in stock cost."""
    return lots_in_stock(**tables, seed=context.resources.run_settings.seed)


@finding("balance_drift", "core.weighings", **SEED)
def balances(context: dg.AssetExecutionContext, weighings: pl.DataFrame) -> pl.DataFrame:
    """Look for drifting balances."""
    return balance_drift(weighings, context.resources.run_settings.seed)


scans = finding("scan_validity", "core.spectra")(scan_validity)
uniformity = finding(
    "spectral_uniformity", "core.spectra", "finding.scan_validity", "core.lab_results"
)(spectral_uniformity)
rejects = finding("reject_rates", "core.inspections")(reject_rates)
lives = finding("shelf_life", *STUDIES)(shelf_life)
trends = finding("stability_trends", *STUDIES)(stability_trends)
rates = finding("degradation_rates", *STUDIES)(degradation_rates)
stores = finding("storage_temperatures", "core.parameters")(storage_temperatures)
steps = finding("release_steps", *WAITS)(release_steps)
lead_times = finding("lead_times_by_test", "core.batches", "core.lab_results")(lead_times_by_test)
stock = finding("quarantine_stock", "core.batches")(quarantine_stock)


@finding("nowcast", "core.batches", **SEED)
def open_months(context: dg.AssetExecutionContext, batches: pl.DataFrame) -> pl.DataFrame:
    """Foretell the final counts of recent months."""
    return nowcast(batches, context.resources.run_settings.seed)


exceptions = finding(
    "record_exceptions",
    "core.batches",
    "core.phases",
    "core.parameters",
    "core.weighings",
    "core.deviations",
    "feature.sensor_phase_features",
)(record_exceptions)
queue = finding("review_queue", *WAITS, "finding.record_exceptions")(review_queue)
