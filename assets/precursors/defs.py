"""Dagster assets of event precursors: loads records, searches, saves what was found."""

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outs

GROUP = "precursors"
PRECURSOR_TABLES = {
    "finding.precursors": "Events that come before failures, with their lag and matched controls.",
    "finding.precursor_searches": (
        "How each outcome was searched for precursors, and what came of it."
    ),
    "finding.event_sequences": "Sequences of two or three events that come before failures.",
}
PRECURSOR_RECORDS = {
    "batches": ["core", "batches"],
    "phases": ["core", "phases"],
    "deviations": ["core", "deviations"],
    "equipment_events": ["core", "equipment_events"],
    "material_usage": ["core", "material_usage"],
    "phase_features": ["feature", "sensor_phase_features"],
    "batch_gates": ["feature", "batch_gates"],
    "outcomes": ["core", "outcomes"],
    "outcome_definitions": ["core", "outcome_definitions"],
}


@dg.multi_asset(
    name="event_precursors",
    ins=table_ins(PRECURSOR_RECORDS),
    outs=table_outs(PRECURSOR_TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def event_precursors(
    context: dg.AssetExecutionContext, **tables: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Search for event precursors and sequences."""
    from assets.precursors.search import Records
    from assets.precursors.study import DRAWS, QUICK_DRAWS, precursor_tables

    run = context.resources.run_settings
    draws = QUICK_DRAWS if run.is_quick else DRAWS
    found = precursor_tables(Records(**tables), draws=draws, seed=run.seed)
    for row in found.searches.iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['reason']}")
    return found.precursors, found.searches, found.sequences
