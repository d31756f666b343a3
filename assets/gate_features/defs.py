"""Dagster assets of gate features: loads core tables, calls the pure functions, saves tables."""

from typing import Any

import dagster as dg
import polars as pl

from assets.gate_features.composition import CoreRecords, gate_features
from assets.gate_features.gates import batch_gates

GROUP, IO = "gate_features", "warehouse_io"
CORE_INPUTS = (
    "batches",
    "phases",
    "parameters",
    "lab_results",
    "deviations",
    "material_usage",
    "material_attributes",
    "weighings",
    "inspections",
    "equipment_events",
    "sensor_tags",
)


def _core(table: str) -> dg.AssetIn:
    return dg.AssetIn(key=["core", table])


@dg.asset(
    key=["feature", "batch_gates"],
    ins={table: _core(table) for table in ("batches", "phases", "lab_results")},
    group_name=GROUP,
    io_manager_key=IO,
    description=(
        "When each of the seven gates of a batch closed, with the context models stratify by: one "
        "row per batch and gate reached."
    ),
)
def feature_batch_gates(
    batches: pl.DataFrame, phases: pl.DataFrame, lab_results: pl.DataFrame
) -> pl.DataFrame:
    """Build ``feature.batch_gates``."""
    return batch_gates(batches, phases, lab_results)


@dg.multi_asset(
    name="gate_features",
    ins={
        **{table: _core(table) for table in CORE_INPUTS},
        "sensor_phase_features": dg.AssetIn(key=["feature", "sensor_phase_features"]),
        "gates": dg.AssetIn(key=["feature", "batch_gates"]),
        "definitions": dg.AssetIn(key=["core", "outcome_definitions"]),
    },
    outs={
        "values": dg.AssetOut(
            key=["feature", "gate_values"],
            io_manager_key=IO,
            description=(
                "Every feature of every batch at the gate at which it became available or changed: "
                "one row per batch, gate and feature."
            ),
        ),
        "dictionary": dg.AssetOut(
            key=["feature", "dictionary"],
            io_manager_key=IO,
            description="What every feature is, generated from what was built: one row each.",
        ),
        "refused": dg.AssetOut(
            key=["evidence", "refused_features"],
            io_manager_key=IO,
            description=(
                "Features an outcome may not use, by meaning or by time, each with a sentence: one "
                "row per outcome and feature."
            ),
        ),
    },
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def gate_feature_tables(
    context: dg.AssetExecutionContext,
    gates: pl.DataFrame,
    definitions: pl.DataFrame,
    **records: Any,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Build the features, their dictionary and the refusals in one pass."""
    built = gate_features(
        CoreRecords(**records),
        gates,
        definitions,
        quantity_stages=context.resources.run_settings.profile.quantity_stages,
    )
    context.log.info(f"{built.dictionary.height} features, {built.refused.height} refusals")
    return built.values, built.dictionary, built.refused
