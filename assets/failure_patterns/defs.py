"""Dagster assets of the failure patterns: loads tables, calls the pure functions, saves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

SQL = Path(__file__).parent / "sql"
# Searches belong to the monthly refit; plain counting follows every night.
GROUP, COUNTING_GROUP, IO = "failure_patterns", "deviations", "warehouse_io"
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
# Rules: what failed batches have in common.
RULE_TABLES = {
    "evidence.rule_search": "What was searched for rules, how hard, and what chance would give.",
    "finding.rules": "Rules discovered on earlier batches, and whether they held on later ones.",
    "finding.rule_conditions": "The conditions of each rule, discovered and estimated again.",
    "finding.rule_effects": "Rates inside and outside each rule, with intervals.",
    "finding.rule_periods": "Rates inside and outside each rule over time.",
    "finding.rule_batches": "Which batches each rule covers.",
}
RULE_INPUTS = {
    "gate_values": ["feature", "gate_values"],
    "dictionary": ["feature", "dictionary"],
    "batch_gates": ["feature", "batch_gates"],
    "outcomes": ["core", "outcomes"],
    "outcome_definitions": ["core", "outcome_definitions"],
    "outcome_margins": ["core", "outcome_margins"],
    "refused_features": ["evidence", "refused_features"],
    "material_usage": ["core", "material_usage"],
    "verdicts": ["model", "verdicts"],
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


@dg.multi_asset(
    name="deviation_intelligence",
    ins={
        name: dg.AssetIn(key=["core", name])
        for name in ("deviations", "capas", "batches", "phases", "material_usage")
    },
    outs={
        "recurrence": dg.AssetOut(
            key=["finding", "deviation_recurrence"],
            io_manager_key=IO,
            description="Where deviations come back: equipment, lot, shift, season.",
        ),
        "groups": dg.AssetOut(
            key=["finding", "deviation_groups"],
            io_manager_key=IO,
            description="Deviations whose descriptions say nearly the same.",
        ),
        "suggestions": dg.AssetOut(
            key=["finding", "deviation_category_suggestions"],
            io_manager_key=IO,
            description="Categories suggested for deviations filed without one, or why not.",
        ),
        "capa_effectiveness": dg.AssetOut(
            key=["finding", "capa_effectiveness"],
            io_manager_key=IO,
            description="Deviations before and after each corrective action took effect.",
        ),
    },
    group_name=COUNTING_GROUP,
)
def deviation_intelligence(
    deviations: pl.DataFrame,
    capas: pl.DataFrame,
    batches: pl.DataFrame,
    phases: pl.DataFrame,
    material_usage: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Count, group and compare deviations."""
    from assets.failure_patterns.capa_effectiveness import capa_effectiveness
    from assets.failure_patterns.category_suggestions import category_suggestions
    from assets.failure_patterns.deviation_groups import deviation_groups
    from assets.failure_patterns.deviation_recurrence import deviation_recurrence

    return (
        deviation_recurrence(deviations, batches, phases, material_usage),
        deviation_groups(deviations),
        category_suggestions(deviations),
        capa_effectiveness(capas, deviations, batches),
    )


@dg.asset(
    key=["finding", "escape_matrix"],
    ins={
        "ledger": dg.AssetIn(key=["economics", "copq_ledger"]),
        "deviations": dg.AssetIn(key=["core", "deviations"]),
        "outcomes": dg.AssetIn(key=["core", "outcomes"]),
        "definitions": dg.AssetIn(key=["core", "outcome_definitions"]),
        "dictionary": dg.AssetIn(key=["feature", "dictionary"]),
    },
    group_name=COUNTING_GROUP,
    io_manager_key=IO,
    description="Where failures began by where they were detected, with their cost.",
)
def escapes(
    ledger: pl.DataFrame,
    deviations: pl.DataFrame,
    outcomes: pl.DataFrame,
    definitions: pl.DataFrame,
    dictionary: pl.DataFrame,
) -> pl.DataFrame:
    """Build ``finding.escape_matrix``."""
    from assets.failure_patterns.escape_matrix import escape_matrix

    return escape_matrix(ledger, deviations, outcomes, definitions, dictionary)


@dg.asset(
    key=["finding", "paths"],
    deps=[["core", "phases"], ["core", "batches"], ["core", "outcomes"]],
    group_name=COUNTING_GROUP,
    required_resource_keys={"warehouse"},
    description="Failure rates of the ways batches took: routes, holds, repeats, rework.",
)
def paths(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Build ``finding.paths`` in SQL."""
    written = context.resources.warehouse.build_from_sql("finding.paths", SQL / "paths.sql")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": written.rows, "content_hash": written.content_hash}
    )


@dg.multi_asset(
    name="failure_rules",
    ins={name: dg.AssetIn(key=key) for name, key in RULE_INPUTS.items()},
    outs={
        name.replace(".", "_"): dg.AssetOut(
            key=name.split("."), io_manager_key=IO, description=description
        )
        for name, description in RULE_TABLES.items()
    },
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def failure_rules(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Search for rules, confirm them on later batches and save what was found."""
    from assets.failure_patterns.rule_study import RuleInputs, RuleSettings, run_rule_study
    from assets.failure_patterns.rule_tables import rule_tables

    run = context.resources.run_settings
    verdicts = tables.pop("verdicts")
    settings = RuleSettings(seed=run.seed, is_quick=run.is_quick)
    found = rule_tables(run_rule_study(RuleInputs(**tables), settings), settings, verdicts)
    for row in found["finding.rules"].filter("is_shown").iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['text']}")
    for name in RULE_TABLES:
        yield dg.Output(found[name], output_name=name.replace(".", "_"))
