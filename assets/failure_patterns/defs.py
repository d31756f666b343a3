"""Dagster assets of the failure patterns: loads tables, calls the pure functions, saves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import WAREHOUSE_IO, table_ins, table_outputs, table_outs

SQL = Path(__file__).parent / "sql"
# Searches belong to the monthly refit; plain counting follows every night.
GROUP, COUNTING_GROUP = "failure_patterns", "deviations"
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
# Rules: what failed batches have in common.
RULE_TABLES = {
    "evidence.rule_search": "What was searched for rules, how hard, and what chance would give.",
    "finding.rules": "Rules discovered on earlier batches, and whether they held on later ones.",
    "finding.rule_conditions": "The conditions of each rule, discovered and estimated again.",
    "finding.rule_effects": "Rates inside and outside each rule, with intervals.",
    "finding.rule_periods": "Rates inside and outside each rule over time.",
    "finding.rule_batches": "Which batches each rule covers.",
}
DEVIATION_TABLES = {
    "finding.deviation_recurrence": "Where deviations come back: equipment, lot, shift, season.",
    "finding.deviation_groups": "Deviations whose descriptions say nearly the same.",
    "finding.deviation_category_suggestions": (
        "Categories suggested for deviations filed without one, or why not."
    ),
    "finding.capa_effectiveness": (
        "Deviations before and after each corrective action took effect."
    ),
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
    ins=table_ins(PRECURSOR_RECORDS),
    outs=table_outs(PRECURSOR_TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def event_precursors(
    context: dg.AssetExecutionContext, **tables: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Search for event precursors and sequences."""
    from assets.failure_patterns.precursor_study import DRAWS, QUICK_DRAWS, precursor_tables
    from assets.failure_patterns.precursors import Records

    run = context.resources.run_settings
    draws = QUICK_DRAWS if run.is_quick else DRAWS
    found = precursor_tables(Records(**tables), draws=draws, seed=run.seed)
    for row in found.searches.iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['reason']}")
    return found.precursors, found.searches, found.sequences


@dg.multi_asset(
    name="deviation_intelligence",
    ins={
        name: dg.AssetIn(key=["core", name])
        for name in ("deviations", "capas", "batches", "phases", "material_usage")
    },
    outs=table_outs(DEVIATION_TABLES),
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
    io_manager_key=WAREHOUSE_IO,
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
    ins=table_ins(RULE_INPUTS),
    outs=table_outs(RULE_TABLES),
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
    yield from table_outputs({name: found[name] for name in RULE_TABLES})
