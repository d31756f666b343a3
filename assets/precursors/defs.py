"""Dagster assets of event precursors: loads records, searches, saves what was found."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outputs, table_outs

GROUP = "precursors"
TABLES = ("finding.precursors", "finding.precursor_searches", "finding.event_sequences")
INPUTS = (
    "core.batches",
    "core.phases",
    "core.deviations",
    "core.equipment_events",
    "core.material_usage",
    "feature.sensor_phase_features",
    "feature.batch_gates",
    "core.outcomes",
    "core.outcome_definitions",
)


@dg.multi_asset(
    name="event_precursors",
    ins=table_ins(*INPUTS),
    outs=table_outs(*TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def event_precursors(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Search for event precursors and sequences."""
    from assets.precursors.search import EventRecords
    from assets.precursors.study import DRAWS, QUICK_DRAWS, precursor_tables

    run = context.resources.run_settings
    draws = QUICK_DRAWS if run.is_quick else DRAWS
    found = precursor_tables(EventRecords(**tables), draws=draws, seed=run.seed)
    for row in found["finding.precursor_searches"].iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['reason']}")
    yield from table_outputs(found, TABLES)
