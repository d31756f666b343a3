"""Dagster assets of gate features: loads core tables, calls the pure functions, saves tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_asset, table_ins, table_outputs, table_outs
from assets.gate_features.composition import CoreRecords, gate_features
from assets.gate_features.gates import batch_gates

GROUP = "gate_features"
TABLES = ("feature.gate_values", "feature.dictionary", "evidence.refused_features")
RECORDS = (
    "core.batches",
    "core.phases",
    "core.parameters",
    "core.lab_results",
    "core.deviations",
    "core.material_usage",
    "core.material_attributes",
    "core.weighings",
    "core.inspections",
    "core.equipment_events",
    "core.sensor_tags",
    "feature.sensor_phase_features",
    "core.genealogy_edges",
    "core.genealogy_trace",
    "core.outcomes",
    "core.outcome_margins",
)

feature_batch_gates = table_asset(
    "feature.batch_gates", "core.batches", "core.phases", "core.lab_results", group=GROUP
)(batch_gates)


@dg.multi_asset(
    name="gate_features",
    ins=table_ins(*RECORDS, "feature.batch_gates", "core.outcome_definitions"),
    outs=table_outs(*TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def gate_feature_tables(
    context: dg.AssetExecutionContext,
    batch_gates: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    **records: Any,
) -> Iterator[Any]:
    """Build the features, their dictionary and the refusals in one pass."""
    found = gate_features(
        CoreRecords(**records),
        batch_gates,
        outcome_definitions,
        quantity_stages=context.resources.run_settings.profile.quantity_stages,
    )
    features, refused = (found[name].height for name in TABLES[1:])
    context.log.info(f"{features} features, {refused} refusals")
    yield from table_outputs(found, TABLES)
