"""Dagster assets of savings: loads tables, calls the pure functions beside it, saves tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import WAREHOUSE_IO, table_ins, table_outputs, table_outs
from assets.run_settings import RunSettings
from assets.savings.business_case import RESAMPLES, Records, business_case
from assets.savings.records.baseline import baseline, priced_failures
from assets.savings.records.controller_answers import controller_answers, failures_by_year
from assets.savings.records.copq_ledger import copq_ledger
from assets.savings.uncertainty.assumptions_table import assumptions_table

GROUP = "economics"
SETTINGS = {"run_settings"}
DRAWS, QUICK_DRAWS = 100_000, 20_000
QUICK_RESAMPLES = 50
CASE_TABLES = {
    "economics.value_by_gate": "What an alert is worth a year at each of the seven gates.",
    "economics.levers": "Declared levers: in the programme, supported, or refused and why.",
    "economics.window_effects": (
        "What holding a parameter in a window does, standardised over the records."
    ),
    "economics.sensitivity": (
        "How each input moves the net present value, and what knowing it is worth."
    ),
    "economics.detectability": "How many batches until the promised saving could be proven.",
    "economics.savings_tracker": "Month by month, whether the promised reduction is showing.",
    "economics.plan_inputs": "What the run measured, as inputs of the workbook.",
    "economics.scenarios": "Baseline, savings, NPV and payback of three scenarios, P10 to P90.",
}
EVIDENCE_TABLES = {
    "verdicts": ["model", "verdicts"],
    "alarm_performance": ["model", "alarm_performance"],
    "alarm_periods": ["model", "alarm_periods"],
    "predictions": ["model", "predictions"],
    "replacement_intervals": ["finding", "replacement_intervals"],
}
WINDOW_TABLES = {
    "outcome_margins": ["core", "outcome_margins"],
    "gate_values": ["feature", "gate_values"],
    "dictionary": ["feature", "dictionary"],
    "drivers": ["finding", "drivers"],
}
RECORDS = table_ins(
    {
        "batches": ["core", "batches"],
        "outcomes": ["core", "outcomes"],
        "definitions": ["core", "outcome_definitions"],
    }
)


@dg.asset(
    key=["economics", "assumptions"],
    deps=[["evidence", "ingestion"]],  # nothing is written for a source that is refused
    group_name=GROUP,
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys=SETTINGS,
    description="Every number nobody measured: range, unit, owner, source, date.",
)
def assumptions(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """The cost assumptions of the run, one row per number."""
    return assumptions_table(context.resources.run_settings.assumptions())


@dg.asset(
    key=["economics", "copq_ledger"],
    ins=RECORDS,
    group_name=GROUP,
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys=SETTINGS,
    description="What each failed batch cost, by category, to the cent.",
)
def ledger(
    context: dg.AssetExecutionContext,
    batches: pl.DataFrame,
    outcomes: pl.DataFrame,
    definitions: pl.DataFrame,
) -> pl.DataFrame:
    """The cost of poor quality, one row per failed batch and category."""
    priced = priced_failures(batches, outcomes, definitions)
    return copq_ledger(priced, context.resources.run_settings.assumptions())


@dg.asset(
    key=["economics", "controller_answers"],
    ins=RECORDS,
    group_name=GROUP,
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys=SETTINGS,
    description="What a controller asks about the business case, answered line by line.",
)
def controller_questions(
    context: dg.AssetExecutionContext,
    batches: pl.DataFrame,
    outcomes: pl.DataFrame,
    definitions: pl.DataFrame,
) -> pl.DataFrame:
    """Baseline, money, tax, run-rate, avoidable cost, worst year, owners: one row each."""
    priced = priced_failures(batches, outcomes, definitions)
    return controller_answers(
        context.resources.run_settings.assumptions(),
        baseline(batches, outcomes, definitions),
        failures_by_year(batches, priced),
    )


@dg.multi_asset(
    name="business_case",
    outs=table_outs(CASE_TABLES),
    ins={
        **RECORDS,
        **table_ins(EVIDENCE_TABLES),
        **table_ins(WINDOW_TABLES),
    },
    group_name=GROUP,
    required_resource_keys=SETTINGS,
)
def savings(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """What levers may claim, at which gate, and what that is worth."""
    settings: RunSettings = context.resources.run_settings
    windows = {name: tables.pop(name) for name in WINDOW_TABLES}
    case = business_case(
        settings.assumptions(),
        Records(**tables, windows=windows),
        draws=QUICK_DRAWS if settings.is_quick else DRAWS,
        seed=settings.seed,
        resamples=QUICK_RESAMPLES if settings.is_quick else RESAMPLES,
    )
    for row in case.levers.iter_rows(named=True):
        context.log.info(f"{row['lever']}: {row['basis']}. {row['reason']}")
    yield from table_outputs({name: getattr(case, name.split(".")[1]) for name in CASE_TABLES})
