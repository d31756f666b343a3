"""Dagster assets of continued process verification: the plan, and all that is drawn by it."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import asks_only, table_asset, table_ins, table_outputs, table_outs

GROUP = "process_verification"
CHARTED = (
    "core.batches",
    "core.phases",
    "core.parameters",
    "core.lab_results",
    "core.inspections",
    "core.sensor_tags",
    "feature.sensor_phase_features",
    "core.outcomes",
    "core.deviations",
)
BESIDE = ("finding.chart_plan", "core.material_usage", "core.equipment_events")
TABLES = (
    "finding.chart_limits",
    "finding.chart_points",
    "finding.chart_signals",
    "finding.chart_moves",
    "finding.capability",
)
# A night runs everything but the group of the refit.
MODELS_GROUP = "multivariate_models"
BATCHES_OF = (
    "feature.batch_gates",
    "feature.sensor_phase_features",
    "feature.phase_trajectories",
)
KEPT_MODELS = ("model.multivariate_models", "finding.multivariate_reference")
MODELS = (*KEPT_MODELS, "finding.multivariate_importance")
SCORES = (
    "finding.multivariate_scores",
    "finding.multivariate_contributions",
    "finding.batch_evolution",
)


@table_asset(
    "finding.chart_plan",
    *CHARTED,
    "core.outcome_definitions",
    "core.outcome_margins",
    "finding.drivers",
    group=GROUP,
    resources={"run_settings"},
)
def chart_plan(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> pl.DataFrame:
    """Take the plant's plan, or draft one from the records."""
    from assets.process_verification import verification

    judged = {name: tables.pop(name) for name in ("outcome_definitions", "outcome_margins")}
    drivers = tables.pop("drivers")
    plans = context.resources.run_settings.profile.verification_plans
    records = verification.ChartedRecords(**tables)
    return verification.chart_plan(records, **judged, drivers=drivers, plans=plans)


@dg.multi_asset(
    name="process_verification",
    ins=table_ins(*CHARTED, *BESIDE),
    outs=table_outs(*TABLES),
    group_name=GROUP,
    required_resource_keys={"run_settings", "warehouse"},
    op_tags=asks_only(),  # of the warehouse it asks where to keep what it has told
)
def process_verification(
    context: dg.AssetExecutionContext, **tables: pl.DataFrame
) -> Iterator[Any]:
    """Draw every chart of the plan, and tell what signals."""
    from assets.process_verification.kept import kept_results
    from assets.process_verification.verification import ChartedRecords, verified
    from assets.statistics.one_thread import one_thread

    plan = tables.pop("chart_plan")
    beside = {name: tables.pop(name) for name in ("material_usage", "equipment_events")}
    plans = context.resources.run_settings.profile.verification_plans
    kept = kept_results(context.resources.warehouse)
    with one_thread():
        found = verified(ChartedRecords(**tables), plan, **beside, plans=plans, kept=kept)
    kept.save()
    signals = found["finding.chart_signals"].height
    charts = found["finding.chart_limits"]["chart_id"].n_unique()
    context.log.info(f"{charts} charts, {signals} signals under the promised false alarms")
    yield from table_outputs(found, TABLES)


@dg.multi_asset(
    name="multivariate_models",
    ins=table_ins(*BATCHES_OF, "core.outcomes", "core.outcome_margins", "core.outcome_definitions"),
    outs=table_outs(*MODELS),
    group_name=MODELS_GROUP,
)
def multivariate_models(**tables: pl.DataFrame) -> Iterator[Any]:
    """Fit what normal batches look like, by product."""
    from assets.process_verification.multivariate import multivariate_models as topic
    from assets.statistics.one_thread import one_thread

    with one_thread():
        yield from table_outputs(topic.multivariate_models(**tables), MODELS)


@dg.multi_asset(
    name="multivariate_scores",
    ins=table_ins(*KEPT_MODELS, *BATCHES_OF),
    outs=table_outs(*SCORES),
    group_name=GROUP,
)
def multivariate_scores(**tables: pl.DataFrame) -> Iterator[Any]:
    """Ask the kept models about every batch; nothing is fitted."""
    from assets.process_verification.multivariate import multivariate_scores as topic
    from assets.statistics.one_thread import one_thread

    with one_thread():
        yield from table_outputs(topic.multivariate_scores(**tables), SCORES)
