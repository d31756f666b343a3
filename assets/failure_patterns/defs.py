"""Dagster assets of the failure patterns: loads tables, calls the pure functions, saves."""

import dagster as dg
import polars as pl

GROUP, IO = "failure_patterns", "warehouse_io"
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
    ins={name: dg.AssetIn(key=key) for name, key in PRECURSOR_RECORDS.items()},
    outs={
        "precursors": dg.AssetOut(
            key=["finding", "precursors"],
            io_manager_key=IO,
            description="Events that come before failures, with their lag and matched controls.",
        ),
        "precursor_searches": dg.AssetOut(
            key=["finding", "precursor_searches"],
            io_manager_key=IO,
            description="How each outcome was searched for precursors, and what came of it.",
        ),
        "event_sequences": dg.AssetOut(
            key=["finding", "event_sequences"],
            io_manager_key=IO,
            description="Sequences of two or three events that come before failures.",
        ),
    },
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def event_precursors(
    context: dg.AssetExecutionContext,
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    deviations: pl.DataFrame,
    equipment_events: pl.DataFrame,
    material_usage: pl.DataFrame,
    phase_features: pl.DataFrame,
    batch_gates: pl.DataFrame,
    outcomes: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Search for event precursors and sequences."""
    from assets.failure_patterns.precursor_study import DRAWS, QUICK_DRAWS, precursor_tables
    from assets.failure_patterns.precursors import Records

    run = context.resources.run_settings
    tables = precursor_tables(
        Records(
            batches=batches,
            phases=phases,
            deviations=deviations,
            equipment_events=equipment_events,
            material_usage=material_usage,
            phase_features=phase_features,
            batch_gates=batch_gates,
            outcomes=outcomes,
            outcome_definitions=outcome_definitions,
        ),
        draws=QUICK_DRAWS if run.is_quick else DRAWS,
        seed=run.seed,
    )
    for row in tables.searches.iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['reason']}")
    return tables.precursors, tables.searches, tables.sequences
