"""Dagster assets of the failure models: loads feature and outcome tables, saves verdict tables.

Two steps in a fixed order: the acceptance criteria are written first, and the study reads them from
the warehouse, so that no threshold can follow a score.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import (
    WAREHOUSE_IO,
    asset_key,
    table_asset,
    table_ins,
    table_outputs,
    table_outs,
)
from assets.failure_models.signal.acceptance_criteria import criteria_frame
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.noted.approvals import approvals
from warehouse.store import Warehouse

GROUP = "failure_models"
# A night runs everything but the group of the refit: scoring is in a group of its own.
SCORING_GROUP = "batch_scores"

TABLES = (
    "model.folds",
    "model.predictions",
    "model.validations",
    "model.permutation_nulls",
    "model.calibration",
    "model.alarm_counts",
    "model.alarm_performance",
    "model.alarm_periods",
    "model.conformal",
    "model.boosters",
    "model.drift",
    "model.subgroups",
    "model.attributions",
    "model.good_contrasts",
    "model.verdicts",
    "finding.drivers",
    "finding.refutations",
    "finding.confounding",
    "finding.driver_curves",
    "finding.trends",
)
SCORE_TABLES = ("model.batch_scores", "model.score_contributions")
STANDING, RUNS, SCORE_BOOK = "model.model_standing", "evidence.runs", "history.score_book"
STANDING_OF = (
    *("model.boosters", "model.predictions", "core.outcomes", "core.batches"),
    *("feature.batch_gates", RUNS),
)
_AS_OF = f"SELECT as_of FROM {RUNS} ORDER BY run_number DESC NULLS LAST LIMIT 1"
CARD_TABLES = ("finding.investigation_cards", "finding.card_features")
BACKTEST_TABLES = ("finding.explained_causes", "finding.explanation_backtest")
FEATURES = ("feature.gate_values", "feature.dictionary", "feature.batch_gates")
OUTCOMES = ("core.outcomes", "core.outcome_definitions", "evidence.withheld_features")
CARDS_OF = (
    *FEATURES,
    *OUTCOMES,
    "model.batch_scores",
    "core.material_usage",
    "core.deviations",
    "finding.rules",
    "finding.rule_batches",
)
# What a study reads.
STUDIED = (
    *FEATURES,
    *OUTCOMES,
    "core.outcome_margins",
    "evidence.acceptance_criteria",
    "evidence.leak_questions",
    "finding.rules",
    "finding.rule_effects",
)


@table_asset("evidence.acceptance_criteria", "core.outcome_definitions", group=GROUP)
def acceptance_criteria(outcome_definitions: pl.DataFrame) -> pl.DataFrame:
    """Build ``evidence.acceptance_criteria``."""
    frozen_at = datetime.now(UTC).replace(tzinfo=None)
    return criteria_frame(outcome_definitions["outcome"].sort().to_list(), frozen_at)


@dg.multi_asset(
    name="failure_study",
    ins=table_ins(*STUDIED),
    outs=table_outs(*TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings", "warehouse"},
)
def failure_study(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Study every outcome at every gate and save what was found."""
    from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
    from assets.failure_models.study import run_study

    run = context.resources.run_settings
    settings = StudySettings.of_run(
        run.seed, context.resources.warehouse.home.spill_dir, is_quick=run.is_quick
    )
    found = run_study(StudyInputs(**tables), settings)
    verdicts = found["model.verdicts"]
    for row in verdicts.filter(pl.col("is_primary_gate")).iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['verdict']}. {row['reason']}")
    yield from table_outputs(found, TABLES)


@table_asset(
    "finding.relevance",
    *FEATURES,
    *OUTCOMES,
    "core.outcome_margins",
    "evidence.refused_features",
    "model.verdicts",
    "finding.drivers",
    "finding.confounding",
    group=GROUP,
    resources={"run_settings"},
)
def relevance(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """Hold every feature against every outcome."""
    from assets.failure_models.relevance.relevance import RelevanceInputs
    from assets.failure_models.relevance.relevance import relevance as told
    from assets.statistics.one_thread import one_thread

    with one_thread():
        return told(RelevanceInputs(**tables), context.resources.run_settings.seed)


@dg.asset(
    key=asset_key("evidence.power"),
    deps=[asset_key(name) for name in STUDIED],
    group_name=SCORING_GROUP,
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys={"run_settings", "warehouse"},
    config_schema={
        "trials": dg.Field(
            int, default_value=0, description="Causes planted per worth; 0 keeps the last test."
        )
    },
    description=contract("evidence.power").description,
)
def power(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Make a self-test, or keep what the last one measured."""
    from assets.failure_models.dataset.study_inputs import StudyInputs
    from assets.failure_models.power.self_test import POWER, SelfTest, kept

    warehouse, number = context.resources.warehouse, context.op_config["trials"]
    if not number:
        before = warehouse.read(POWER) if warehouse.exists(POWER) else table(POWER)
        return kept(before, warehouse.read("core.outcome_definitions"))
    inputs = StudyInputs(**{contract(name).table: warehouse.read(name) for name in STUDIED})
    seed, spill_dir = context.resources.run_settings.seed, warehouse.home.spill_dir
    asked = SelfTest.of(inputs, number, seed, spill_dir)
    for sentence in asked.refused:
        context.log.info(sentence)
    return asked.made(datetime.now(UTC).replace(tzinfo=None), context.log.info)


@dg.asset(
    key=asset_key(STANDING),
    deps=[asset_key(name) for name in STANDING_OF],
    group_name=SCORING_GROUP,
    io_manager_key=WAREHOUSE_IO,
    required_resource_keys={"run_settings", "warehouse"},
    description=contract(STANDING).description,
)
def model_standing(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Say whether each kept model may raise alarms, by the score book the run before left."""
    from assets.failure_models.scoring.model_standing import model_standing as standing

    warehouse: Warehouse = context.resources.warehouse
    tables = {contract(name).table: warehouse.read(name) for name in STANDING_OF if name != RUNS}
    book, before = (
        warehouse.read(name) if warehouse.exists(name) else table(name)
        for name in (SCORE_BOOK, STANDING)
    )
    as_of = warehouse.query(_AS_OF).item()
    approved = approvals(warehouse.home, warehouse.source_key)
    limits = context.resources.run_settings.model_limits
    now = datetime.now(UTC).replace(tzinfo=None)
    found = standing(tables, book, before, approved, as_of, limits, now)
    for row in found.filter(pl.col("state").is_in(["stopped", "awaits_approval"])).to_dicts():
        context.log.info(f"{row['outcome']}, gate {row['gate']}: {row['state']}. {row['reason']}")
    return found


@dg.multi_asset(
    name="batch_scores",
    ins=table_ins(
        "model.boosters",
        STANDING,
        "economics.alarm_prices",
        "core.outcome_definitions",
        *FEATURES,
    ),
    outs=table_outs(*SCORE_TABLES),
    group_name=SCORING_GROUP,
)
def batch_scores(**tables: pl.DataFrame) -> Iterator[Any]:
    """Score and explain what is new to the kept models; nothing is fitted."""
    from assets.failure_models.scoring.batch_scores import score_tables

    yield from table_outputs(score_tables(**tables), SCORE_TABLES)


@dg.multi_asset(
    name="investigation_cards",
    ins=table_ins(*CARDS_OF),
    outs=table_outs(*CARD_TABLES),
    group_name=SCORING_GROUP,
)
def investigation_cards(**tables: pl.DataFrame) -> Iterator[Any]:
    """Make a card per failed or flagged batch."""
    from assets.failure_models.investigation.card_inputs import CardInputs
    from assets.failure_models.investigation.investigation_cards import investigation_cards as cards

    yield from table_outputs(cards(CardInputs(**tables)), CARD_TABLES)


@table_asset(
    "finding.batch_contributions",
    *CARDS_OF,
    "model.good_contrasts",
    "model.boosters",
    "core.outcome_margins",
    group=SCORING_GROUP,
)
def contributions(
    good_contrasts: pl.DataFrame,
    boosters: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    **tables: pl.DataFrame,
) -> pl.DataFrame:
    """Explain every failed or flagged batch against good ones."""
    from assets.failure_models.contrasts.batch_contributions import batch_contributions
    from assets.failure_models.investigation.card_inputs import CardInputs

    return batch_contributions(CardInputs(**tables), good_contrasts, boosters, outcome_margins)


# Explanations are those of the models as refitted, and every failed batch is asked about all before
# it; so what the explanations are worth is counted at a refit, like what the models are.
@dg.multi_asset(
    name="cause_backtest",
    ins=table_ins("model.attributions", "model.good_contrasts", *CARDS_OF),
    outs=table_outs(*BACKTEST_TABLES),
    group_name=GROUP,
)
def causes(
    attributions: pl.DataFrame, good_contrasts: pl.DataFrame, **tables: pl.DataFrame
) -> Iterator[Any]:
    """Hold explanations against confirmed causes."""
    from assets.failure_models.investigation.card_inputs import CardInputs
    from assets.failure_models.investigation.cause_backtest import cause_backtest

    found = cause_backtest(CardInputs(**tables), attributions, good_contrasts)
    yield from table_outputs(found, BACKTEST_TABLES)


@table_asset(
    "finding.failure_dependence",
    "core.batches",
    "core.outcomes",
    "core.material_usage",
    "core.phases",
    "core.equipment_events",
    "core.deviations",
    "core.outcome_definitions",
    "feature.batch_gates",
    "core.lineages",
    group=SCORING_GROUP,
)
def dependence(**tables: pl.DataFrame) -> pl.DataFrame:
    """Count failures by lot, campaign, shared ancestor, equipment episode and deviation."""
    from assets.failure_models.dataset.failure_dependence import failure_dependence

    return failure_dependence(**tables)
