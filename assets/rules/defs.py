"""Dagster assets of the rules: loads features and outcomes, searches, saves what was found."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outputs, table_outs

GROUP = "rules"
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
    name="failure_rules",
    ins=table_ins(RULE_INPUTS),
    outs=table_outs(RULE_TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def failure_rules(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Search for rules, confirm them on later batches and save what was found."""
    from assets.rules.study import RuleInputs, RuleSettings, run_rule_study
    from assets.rules.tables import rule_tables

    run = context.resources.run_settings
    verdicts = tables.pop("verdicts")
    settings = RuleSettings(seed=run.seed, is_quick=run.is_quick)
    found = rule_tables(run_rule_study(RuleInputs(**tables), settings), settings, verdicts)
    for row in found["finding.rules"].filter("is_shown").iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['text']}")
    yield from table_outputs({name: found[name] for name in RULE_TABLES})
