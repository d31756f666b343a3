"""Dagster assets of the rules: loads features and outcomes, searches, saves what was found."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import table_ins, table_outputs, table_outs

GROUP = "rules"
TABLES = (
    "evidence.rule_search",
    "finding.rules",
    "finding.rule_conditions",
    "finding.rule_effects",
    "finding.rule_periods",
    "finding.rule_batches",
)
INPUTS = (
    "feature.gate_values",
    "feature.dictionary",
    "feature.batch_gates",
    "core.outcomes",
    "core.outcome_definitions",
    "core.outcome_margins",
    "evidence.withheld_features",
    "core.material_usage",
)


@dg.multi_asset(
    name="failure_rules",
    ins=table_ins(*INPUTS),
    outs=table_outs(*TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def failure_rules(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Search for rules, confirm them on later batches and save what was found."""
    from assets.rules.study import RuleInputs, run_rule_study
    from assets.rules.tables import rule_tables
    from assets.rules.target_search import RuleSettings

    run = context.resources.run_settings
    settings = RuleSettings(seed=run.seed, is_quick=run.is_quick)
    found = rule_tables(run_rule_study(RuleInputs(**tables), settings), settings)
    for row in found["finding.rules"].filter("is_shown").iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['text']}")
    yield from table_outputs(found, TABLES)
