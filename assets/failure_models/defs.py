"""Dagster assets of the failure models: loads feature and outcome tables, saves verdict tables.

Two steps in a fixed order: the acceptance criteria are written first, and the study reads them from
the warehouse, so that no threshold can follow a score.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import WAREHOUSE_IO, table_ins, table_outputs, table_outs
from assets.failure_models.signal.acceptance_criteria import criteria_frame

GROUP = "failure_models"
# A night runs everything but the group of the refit: scoring is in a group of its own.
SCORING_GROUP = "batch_scores"

TABLES = {
    "model.folds": "How batches were split in time for each outcome and gate, and what was purged.",
    "model.predictions": "What every rung of the ladder predicted for batches it had not seen.",
    "model.validations": (
        "How well each rung ranks later batches, and what it gains over product identity alone."
    ),
    "model.permutation_nulls": "Where each observed gain stands among the gains chance gives.",
    "model.calibration": "Whether stated probabilities are the frequencies that followed.",
    "model.alarm_performance": (
        "What alarms would have caught on later batches, and at what price."
    ),
    "model.alarm_periods": "Whether alarms kept their budget, block by block of later batches.",
    "model.conformal": (
        "How often prediction sets held the result on later batches, and what they left undecided."
    ),
    "model.boosters": "The model behind each verdict as last fitted, as text with hashes.",
    "model.drift": "How well later batches can be told from earlier ones by their features alone.",
    "model.subgroups": "How the model behind a verdict does in each product, strength and year.",
    "model.attributions": "Out-of-fold contributions of the leading features at the primary gate.",
    "model.verdicts": "What the records allow one to say about each outcome at each gate, and why.",
    "finding.drivers": "Clusters of features that go before failures, only under a process signal.",
    "finding.refutations": "Attempts to break the claim of each leading driver, and their outcome.",
    "finding.confounding": "Parameters that look guilty only because of what was made when.",
    "finding.driver_curves": "How risk moves along each driver, with the batches it rests on.",
    "finding.trends": "Slow change of each margin within product, kept apart from process claims.",
}
SCORE_TABLES = {
    "model.batch_scores": "New batches scored by the models as they were kept.",
    "model.score_contributions": "What raised or lowered those scores, under a process signal.",
}
CARD_TABLES = {
    "finding.investigation_cards": "Where to look first for every failed or flagged batch.",
    "finding.card_features": "What was most unusual about each of them.",
    "finding.explained_causes": "Where each method placed the causes investigations confirmed.",
    "finding.explanation_backtest": "How often explanations led to the confirmed cause.",
}
CARD_INPUTS = {
    "batch_scores": ["model", "batch_scores"],
    "attributions": ["model", "attributions"],
    "material_usage": ["core", "material_usage"],
    "deviations": ["core", "deviations"],
    "rules": ["finding", "rules"],
    "rule_batches": ["finding", "rule_batches"],
}
INPUTS = {
    "gate_values": ["feature", "gate_values"],
    "dictionary": ["feature", "dictionary"],
    "batch_gates": ["feature", "batch_gates"],
    "outcomes": ["core", "outcomes"],
    "outcome_definitions": ["core", "outcome_definitions"],
    "outcome_margins": ["core", "outcome_margins"],
    "refused_features": ["evidence", "refused_features"],
    "acceptance_criteria": ["evidence", "acceptance_criteria"],
}

CARD_STUDY_INPUTS = (
    "gate_values",
    "dictionary",
    "batch_gates",
    "outcomes",
    "outcome_definitions",
    "refused_features",
)
SCORING_INPUTS = ("gate_values", "dictionary", "batch_gates")


@dg.asset(
    key=["evidence", "acceptance_criteria"],
    ins={"outcome_definitions": dg.AssetIn(key=["core", "outcome_definitions"])},
    group_name=GROUP,
    io_manager_key=WAREHOUSE_IO,
    description="Thresholds of the verdict rule, fixed before any test batch is scored.",
)
def acceptance_criteria(outcome_definitions: pl.DataFrame) -> pl.DataFrame:
    """Build ``evidence.acceptance_criteria``."""
    frozen_at = datetime.now(UTC).replace(tzinfo=None)
    return criteria_frame(outcome_definitions["outcome"].sort().to_list(), frozen_at)


@dg.multi_asset(
    name="failure_study",
    ins=table_ins(INPUTS),
    outs=table_outs(TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings"},
)
def failure_study(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Iterator[Any]:
    """Study every outcome at every gate and save what was found."""
    from assets.failure_models.dataset.study_inputs import StudyInputs, StudySettings
    from assets.failure_models.study import run_study

    run = context.resources.run_settings
    found = run_study(StudyInputs(**tables), StudySettings.of_run(run.seed, is_quick=run.is_quick))
    verdicts = found["model.verdicts"]
    for row in verdicts.filter(pl.col("is_primary_gate")).iter_rows(named=True):
        context.log.info(f"{row['outcome']}: {row['verdict']}. {row['reason']}")
    yield from table_outputs({name: found[name] for name in TABLES})


@dg.multi_asset(
    name="batch_scores",
    ins={
        "boosters": dg.AssetIn(key=["model", "boosters"]),
        **table_ins({name: INPUTS[name] for name in SCORING_INPUTS}),
    },
    outs=table_outs(SCORE_TABLES),
    group_name=SCORING_GROUP,
)
def batch_scores(**tables: pl.DataFrame) -> Iterator[Any]:
    """Score and explain what is new to the kept models; nothing is fitted."""
    from assets.failure_models.scoring.batch_scores import score_tables
    from assets.failure_models.study_tables import table

    found = score_tables(**tables)
    yield from table_outputs({name: table(name, rows) for name, rows in found.items()})


@dg.multi_asset(
    name="investigation_cards",
    ins={
        **table_ins({name: INPUTS[name] for name in CARD_STUDY_INPUTS}),
        **table_ins(CARD_INPUTS),
    },
    outs=table_outs(CARD_TABLES),
    group_name=SCORING_GROUP,
)
def investigation_cards(attributions: pl.DataFrame, **tables: pl.DataFrame) -> Iterator[Any]:
    """Make a card per failed or flagged batch, and hold explanations against confirmed causes."""
    from assets.failure_models.investigation.cause_backtest import backtest
    from assets.failure_models.investigation.investigation_cards import CardInputs, cards
    from assets.failure_models.study_tables import table

    inputs = CardInputs(**tables)
    found = cards(inputs) | backtest(inputs, attributions)
    yield from table_outputs({name: table(name, rows) for name, rows in found.items()})


@dg.asset(
    key=["finding", "failure_dependence"],
    ins={
        name: dg.AssetIn(key=["core", name])
        for name in (
            "batches",
            "outcomes",
            "material_usage",
            "phases",
            "equipment_events",
            "deviations",
            "outcome_definitions",
        )
    }
    | {"batch_gates": dg.AssetIn(key=["feature", "batch_gates"])},
    group_name=SCORING_GROUP,
    io_manager_key=WAREHOUSE_IO,
    description="How many independent failures the failures are worth, by what they share.",
)
def failure_dependence(**tables: pl.DataFrame) -> pl.DataFrame:
    """Count failures by lot, campaign, equipment episode and deviation."""
    from assets.failure_models.dataset.failure_dependence import dependence_rows
    from assets.failure_models.study_tables import table

    return table("finding.failure_dependence", dependence_rows(**tables))
