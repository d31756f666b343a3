"""Dagster assets of savings: loads tables, calls the pure functions beside it, saves tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import (
    asks_only,
    asset_key,
    table_asset,
    table_ins,
    table_outputs,
    table_outs,
    written_result,
    written_specs,
)
from assets.run_settings import RunSettings
from assets.savings.arithmetic.break_even import alarm_prices
from assets.savings.benefit.benefit_ledger import BENEFIT_LEDGER, benefit_ledger
from assets.savings.benefit.held_batches import unrecorded
from assets.savings.benefit.lever_adherence import LEVER_ADHERENCE, lever_adherence
from assets.savings.business_case import RESAMPLES, business_case, studied
from assets.savings.changes.earlier_run import ASSUMPTIONS, SCENARIOS, kept_studies
from assets.savings.changes.run_moves import PricingEffort, moves_of_run
from assets.savings.changes.tables import HEADLINE_MOVES, RATE_MOVES
from assets.savings.levers.evidence_gate import LEVER_STANDING
from assets.savings.proof.trial_designs import TRIAL_DESIGNS, trial_designs
from assets.savings.records.baseline import baseline, priced_failures
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.controller_answers import controller_answers, failures_by_year
from assets.savings.records.copq_ledger import copq_ledger
from assets.savings.records.cost_records import CostRecords
from assets.savings.records.quality_costs import QUALITY_COSTS, quality_costs
from assets.savings.records.rate_arithmetic import rate_arithmetic
from assets.savings.records.silenced_models import STANDING, silenced_models
from assets.savings.uncertainty.assumptions import assumptions
from assets.savings.upper_bounds.savings_upper_bounds import savings_upper_bounds
from assets.savings.windows.window_studies import STUDIES, kept_effects
from data_contracts.assumption_schema.recorded import RECORDED_PRICES
from data_contracts.assumptions import Assumptions, with_recorded
from data_contracts.catalogue import contract
from warehouse.store import Warehouse

GROUP, STUDIES_GROUP = "economics", "window_studies"
SETTINGS = {"run_settings"}
EFFORT = PricingEffort(draws=100_000, resamples=RESAMPLES)
QUICK_EFFORT = PricingEffort(draws=20_000, resamples=50)
CASE_TABLES = (
    "economics.value_by_gate",
    "economics.levers",
    "economics.window_effects",
    "economics.negative_controls",
    "economics.sensitivity",
    "economics.detectability",
    "economics.savings_tracker",
    "economics.plan_inputs",
    "economics.programme_arithmetic",
    "economics.cash_by_year",
    "economics.price_shares",
    "economics.price_standing",
    "economics.live_steps",
    "economics.live_inputs",
    "economics.live_draws",
    "economics.scenarios",
)
RECORDS = ("core.batches", "core.outcomes", "core.outcome_definitions")
QUALITY = ("core.deviations", "core.lab_results", "core.inspections")
COSTS = ("core.phases", "core.standard_costs", "core.write_offs")
EVIDENCE = (
    "model.verdicts",
    "model.alarm_counts",
    "model.predictions",
    "finding.replacement_intervals",
    "finding.drivers",
    "core.outcome_margins",
    "feature.gate_values",
    "feature.dictionary",
    "evidence.withheld_features",
)

OF_WINDOWS = tuple(
    name for name in EVIDENCE if name not in ("model.predictions", "finding.replacement_intervals")
)
READ_BY_MOVES = (*RECORDS, *EVIDENCE, STUDIES, STANDING, LEVER_STANDING, RECORDED_PRICES)
OF_TRIALS = (
    "core.outcomes",
    "core.outcome_margins",
    "feature.gate_values",
    "feature.dictionary",
    "finding.drivers",
    "evidence.withheld_features",
)


def in_force(context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame) -> Assumptions:
    """Return the cost assumptions of the run, with what its records give."""
    return with_recorded(context.resources.run_settings.assumptions(), recorded_prices)


@table_asset(RECORDED_PRICES, *RECORDS, *COSTS, group=GROUP, resources=SETTINGS)
def prices_on_record(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """The numbers that write-offs and standard costs give, one row each."""
    return CostRecords(**tables).recorded_prices(context.resources.run_settings.assumptions())


# Nothing is written for a source that is refused, so the account of what was received comes first.
@table_asset(
    "economics.assumptions",
    RECORDED_PRICES,
    group=GROUP,
    resources=SETTINGS,
    deps=["evidence.ingestion"],
)
def declared_assumptions(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame
) -> pl.DataFrame:
    """The cost assumptions of the run, one row per number."""
    return assumptions(in_force(context, recorded_prices))


@table_asset(
    "economics.alarm_prices",
    "model.alarm_counts",
    RECORDED_PRICES,
    group=GROUP,
    resources=SETTINGS,
)
def prices_of_an_alarm(
    context: dg.AssetExecutionContext, alarm_counts: pl.DataFrame, recorded_prices: pl.DataFrame
) -> pl.DataFrame:
    """What an alarm costs and saves at each gate, one row each."""
    return alarm_prices(in_force(context, recorded_prices), alarm_counts)


@table_asset(
    "economics.copq_ledger", *RECORDS, *COSTS, RECORDED_PRICES, group=GROUP, resources=SETTINGS
)
def ledger(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """The cost of poor quality, one row per failed batch and category."""
    priced, records = in_force(context, recorded_prices), CostRecords(**tables)
    return copq_ledger(records.priced_failures, priced, records.recorded_costs(priced))


@table_asset(
    "economics.rate_arithmetic", *RECORDS, RECORDED_PRICES, group=GROUP, resources=SETTINGS
)
def cost_at_recorded_rate(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """What failures cost at the recorded rate, multiplied out: one row per figure."""
    return rate_arithmetic(baseline(**tables), in_force(context, recorded_prices))


@table_asset(QUALITY_COSTS, *RECORDS, *QUALITY, RECORDED_PRICES, group=GROUP, resources=SETTINGS)
def costs_of_quality(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """What quality costs a year besides failed batches, one row per category."""
    counted = {contract(name).table: tables.pop(contract(name).table) for name in QUALITY}
    return quality_costs(
        in_force(context, recorded_prices),
        baseline(**tables),
        tables["batches"],
        priced_failures(**tables)["batch_id"],
        counted,
    )


@table_asset(
    "economics.controller_answers", *RECORDS, RECORDED_PRICES, group=GROUP, resources=SETTINGS
)
def controller_questions(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """Baseline, money, tax, run-rate, avoidable cost, worst year, owners: one row each."""
    return controller_answers(
        in_force(context, recorded_prices),
        baseline(**tables),
        failures_by_year(tables["batches"], priced_failures(**tables)),
    )


@table_asset(STUDIES, *RECORDS, *OF_WINDOWS, group=STUDIES_GROUP, resources=SETTINGS)
def studies_of_windows(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """What holding each named driver would do, studied at a refit and kept until the next."""
    settings: RunSettings = context.resources.run_settings
    return studied(
        settings.assumptions(),
        BusinessRecords(**tables),
        resamples=_effort(settings).resamples,
        seed=settings.seed,
    )


@table_asset(
    TRIAL_DESIGNS, STUDIES, "core.batches", *OF_TRIALS, group=STUDIES_GROUP, resources=SETTINGS
)
def designs_of_trials(
    context: dg.AssetExecutionContext, window_studies: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """The trial that would prove each window on the margins, designed at a refit."""
    settings: RunSettings = context.resources.run_settings
    effects = kept_effects(window_studies)
    return trial_designs(settings.assumptions(), effects, tables, seed=settings.seed)


# Asked for and not handed over: a home of an earlier version has no studies until its next refit.
@dg.multi_asset(
    name="business_case",
    ins=table_ins(*RECORDS, *EVIDENCE, STANDING, LEVER_STANDING, RECORDED_PRICES),
    deps=[asset_key(STUDIES)],
    outs=table_outs(*CASE_TABLES),
    group_name=GROUP,
    required_resource_keys={*SETTINGS, "warehouse"},
    op_tags=asks_only(STUDIES),
)
def savings(
    context: dg.AssetExecutionContext,
    recorded_prices: pl.DataFrame,
    model_standing: pl.DataFrame,
    **tables: pl.DataFrame,
) -> Iterator[Any]:
    """Which levers are carried out, at which gate, and what that is worth."""
    settings: RunSettings = context.resources.run_settings
    warehouse: Warehouse = context.resources.warehouse
    effort = _effort(settings)
    case = business_case(
        in_force(context, recorded_prices),
        BusinessRecords(
            **tables,
            window_studies=kept_studies(warehouse),
            silenced_models=silenced_models(model_standing),
        ),
        draws=effort.draws,
        seed=settings.seed,
        resamples=effort.resamples,
    )
    for row in case.levers.iter_rows(named=True):
        context.log.info(f"{row['lever']}: {row['basis']}. {row['reason']}")
    found = {name: getattr(case, contract(name).table) for name in CASE_TABLES}
    yield from table_outputs(found, CASE_TABLES)


@table_asset(
    LEVER_ADHERENCE,
    *("core.batches", "core.outcome_definitions", "core.outcome_margins"),
    *("feature.gate_values", "economics.savings_tracker"),
    group=GROUP,
    resources=SETTINGS,
)
def adherence_to_levers(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """How often each promised lever was held, one row per lever and month."""
    promise = context.resources.run_settings.assumptions().promise
    for said in unrecorded(promise, tables["gate_values"]):
        context.log.warning(said)
    return lever_adherence(promise, tables)


@table_asset(
    BENEFIT_LEDGER,
    *(*RECORDS, "feature.gate_values", "economics.copq_ledger", RECORDED_PRICES),
    group=GROUP,
    resources=SETTINGS,
)
def benefit_by_batch(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """What a programme under way was to avoid and what was lost, batch by batch."""
    return benefit_ledger(in_force(context, recorded_prices), tables)


# What the records leave open belongs to a fit, as a verdict does: no night changes it.
@table_asset(
    "economics.savings_upper_bounds",
    *RECORDS,
    *EVIDENCE,
    RECORDED_PRICES,
    group="upper_bounds",
    resources=SETTINGS,
)
def upper_bounds(
    context: dg.AssetExecutionContext, recorded_prices: pl.DataFrame, **tables: pl.DataFrame
) -> pl.DataFrame:
    """What each suspect could cost a year at most, one row each."""
    return savings_upper_bounds(in_force(context, recorded_prices), BusinessRecords(**tables))


@dg.multi_asset(
    name="what_changed",
    specs=written_specs(
        HEADLINE_MOVES,
        RATE_MOVES,
        deps=["evidence.runs", *READ_BY_MOVES, ASSUMPTIONS, SCENARIOS],
        group="history",
    ),
    required_resource_keys={*SETTINGS, "warehouse"},
)
def what_changed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """How the headline and the failure rate moved since the run before, and why."""
    settings: RunSettings = context.resources.run_settings
    warehouse: Warehouse = context.resources.warehouse
    names, effort = (*RECORDS, *EVIDENCE), _effort(settings)
    priced = with_recorded(settings.assumptions(), warehouse.read(RECORDED_PRICES))
    moves = moves_of_run(warehouse, names, priced, settings.seed, effort)
    for name, rows in ((HEADLINE_MOVES, moves.headline), (RATE_MOVES, moves.failure_rate)):
        written = warehouse.replace_where(name, rows, column="run_number", value=moves.number)
        yield written_result(name, written)


def _effort(settings: RunSettings) -> PricingEffort:
    return QUICK_EFFORT if settings.is_quick else EFFORT
