"""``model.multivariate_models``: what a refit fits and keeps, and what it says of its reference.

Per product: T2 and SPE over sensor features and over trajectories of each stage, evolution of each
phase, and a prediction of each quality result. A night asks them and fits nothing.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl

from assets.process_verification.multivariate.batch_columns import BatchTable
from assets.process_verification.multivariate.batch_model import BatchModel
from assets.process_verification.multivariate.evolution import clean_courses, is_whole
from assets.process_verification.multivariate.model_rows import (
    FALSE_ALARM_PROB,
    Row,
    fitted_row,
    named,
    promised_prob,
    refused_row,
    share_beyond,
    too_few,
)
from assets.process_verification.multivariate.multivariate_importance import importance_rows
from assets.process_verification.multivariate.multivariate_reference import reference_rows
from assets.process_verification.multivariate.phase_one import phase_one
from assets.process_verification.multivariate.plant_records import (
    PhaseCourses,
    PlantRecords,
    ProductRecords,
    failures,
)
from assets.process_verification.multivariate.quality_model import FEWEST, QualityModel
from data_contracts.tables import table

MODELS = "model.multivariate_models"
REFERENCE = "finding.multivariate_reference"
IMPORTANCE = "finding.multivariate_importance"
LEVEL = 1 - FALSE_ALARM_PROB
Found = Iterator[tuple[Row, list[Row]]]


def multivariate_models(
    batch_gates: pl.DataFrame,
    sensor_phase_features: pl.DataFrame,
    phase_trajectories: pl.DataFrame,
    outcomes: pl.DataFrame,
    outcome_margins: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """Fit every model of batches.

    Args:
        batch_gates: ``feature.batch_gates``.
        sensor_phase_features: ``feature.sensor_phase_features``; may have no rows.
        phase_trajectories: ``feature.phase_trajectories``; may have no rows.
        outcomes: ``core.outcomes``.
        outcome_margins: ``core.outcome_margins``.
        outcome_definitions: ``core.outcome_definitions``.

    Returns:
        ``model.multivariate_models``, one row per model, also of those that could not be fitted;
        ``finding.multivariate_reference``, what phase I said of each batch in each model;
        ``finding.multivariate_importance``, what each prediction rests on.
    """
    records = PlantRecords(batch_gates, sensor_phase_features, phase_trajectories)
    models: list[Row] = []
    reference: list[Row] = []
    importance: list[Row] = []
    for product in records.products:
        own = records.of_product(product)
        if own.features.is_empty():
            continue
        found = [*_of_stages(own, outcomes), *_of_phases(own, outcomes)]
        for row, told, rests_on in _of_results(own, outcome_margins, outcome_definitions):
            found.append((row, told))
            importance += rests_on
        models += [row for row, _ in found]
        reference += [row for _, rows in found for row in rows]
    return {
        MODELS: table(MODELS, models),
        REFERENCE: table(REFERENCE, reference),
        IMPORTANCE: table(IMPORTANCE, importance),
    }


def _of_stages(own: ProductRecords, outcomes: pl.DataFrame) -> Found:
    for stage in sorted(own.features["stage"].unique()):
        features = own.feature_table(stage, stage)
        yield _whole_batches(own.product, "sensor_features", stage, features, outcomes)
        courses = own.trajectory_table(stage)
        if courses.names:
            yield _whole_batches(own.product, "trajectories", stage, courses, outcomes)


def _whole_batches(
    product: str, kind: str, stage: int, columns: BatchTable, outcomes: pl.DataFrame
) -> tuple[Row, list[Row]]:
    words = kind.replace("_", " ")
    about: Row = {
        "model": named(product, f"stage {stage}", words),
        "product": product,
        "gate": stage,
        "kind": kind,
        "false_alarm_prob": FALSE_ALARM_PROB,
    }
    cleaned = phase_one(columns.values, failures(outcomes, columns.batch_ids))
    if cleaned is None:
        return refused_row(about, too_few(len(columns.batch_ids), 2), len(columns.batch_ids)), []
    fit = BatchModel.of(columns.values, columns.names, cleaned, LEVEL)
    own = columns.values[np.ix_(cleaned.rows, cleaned.columns)]
    row = fitted_row(
        about | {"false_alarm_prob": promised_prob(cleaned.rows.size)},
        fit,
        cleaned.rows.size,
        excluded_batches=len(cleaned.excluded),
        columns=len(fit.names),
        components=cleaned.components,
        explained_share=float(fit.model.explained.sum()),
        missing_share=float(1 - np.isfinite(own).mean()),
        held_out_beyond_share=max(
            share_beyond(cleaned.t2, LEVEL), share_beyond(cleaned.spe, LEVEL)
        ),
    )
    return row, reference_rows(about["model"], columns.batch_ids, cleaned)


def _of_phases(own: ProductRecords, outcomes: pl.DataFrame) -> Found:
    for phase in own.phases():
        yield _evolution(own.product, phase, outcomes)


def _evolution(product: str, phase: PhaseCourses, outcomes: pl.DataFrame) -> tuple[Row, list[Row]]:
    words = f"{phase.unit_procedure}, {phase.phase}"
    about: Row = {
        "model": named(product, f"stage {phase.stage}", words, "evolution"),
        "product": product,
        "gate": phase.stage,
        "kind": "evolution",
        "phase": words,
        "false_alarm_prob": FALSE_ALARM_PROB,
    }
    failed, whole = failures(outcomes, phase.batch_ids), is_whole(phase.courses)
    cleaned = clean_courses(phase.courses, phase.tags, whole, failed, LEVEL)
    if cleaned is None:
        tried = int((whole & ~failed).sum())
        return refused_row(about, too_few(tried, 3), tried), []
    fit, good, excluded = cleaned
    of_model: Row = {"model": about["model"], "chart_statistic": "evolution"}
    told: list[Row] = [
        of_model
        | {"batch_id": phase.batch_ids[place], "membership": "reference", "value": float(value)}
        for place, value in zip(good, fit.held_out, strict=True)
    ]
    told += [
        of_model
        | {"batch_id": phase.batch_ids[place], "membership": "excluded", "excluded_because": why}
        for place, why in sorted(excluded.items())
    ]
    row = fitted_row(
        about | {"false_alarm_prob": promised_prob(good.size)},
        fit,
        good.size,
        excluded_batches=len(excluded),
        columns=len(fit.tags),
        components=fit.model.components,
        explained_share=float(fit.model.explained.sum()),
        missing_share=float(1 - np.isfinite(phase.courses[good]).mean()),
        held_out_beyond_share=share_beyond(fit.held_out**2, LEVEL),
    )
    return row, told


def _of_results(
    own: ProductRecords, outcome_margins: pl.DataFrame, outcome_definitions: pl.DataFrame
) -> Iterator[tuple[Row, list[Row], list[Row]]]:
    gates = dict(
        outcome_definitions.drop_nulls("last_gate_before")
        .group_by("margin_quantity", maintain_order=True)
        .agg(pl.col("last_gate_before").min())
        .iter_rows()
    )
    margins = (
        outcome_margins.filter(~pl.col("is_censored"), pl.col("margin").is_not_null())
        .group_by("quantity", "batch_id", maintain_order=True)
        .agg(pl.col("margin").min())
    )
    for quantity, gate in sorted((name, gate) for name, gate in gates.items() if name and gate):
        margin = dict(
            margins.filter(pl.col("quantity") == quantity)["batch_id", "margin"].iter_rows()
        )
        columns = own.feature_table(1, gate)
        yield _prediction(own.product, quantity, gate, columns, margin)


def _prediction(
    product: str, quantity: str, gate: int, columns: BatchTable, margin: dict[str, float]
) -> tuple[Row, list[Row], list[Row]]:
    known = [name for name in columns.batch_ids if name in margin]
    about: Row = {
        "model": named(product, quantity, "prediction"),
        "product": product,
        "gate": gate,
        "kind": "prediction",
        "quantity": quantity,
    }
    own = columns.of(known, columns.names)
    fit = QualityModel.of(own.values, own.names, np.array([margin[name] for name in known]))
    if fit is None:
        reason = f"Fewer than {FEWEST} batches have sensor features and a margin that varies."
        return refused_row(about, reason, len(known)), [], []
    told: list[Row] = [
        {"model": about["model"], "batch_id": name, "chart_statistic": "predicted",
         "membership": "reference", "value": float(value)}
        for name, value in zip(known, fit.held_out, strict=True)
    ]  # fmt: skip
    row = fitted_row(
        about,
        fit,
        len(known),
        columns=len(fit.names),
        components=fit.rotation.shape[1],
        missing_share=float(1 - np.isfinite(own.values).mean()),
        q2=fit.q2,
        rmse=fit.rmse,
    )
    if fit.q2 <= 0:
        reason = "Predictions of batches left out are no better than the mean."
        row = refused_row({**row, "content": None, "sha256": None}, reason, len(known))
        return row, [], []
    return row, told, importance_rows(about["model"], fit)
