"""New batches scored and explained by the models as they were kept: what a night does.

No model is fitted here and no verdict changes. A batch counts as new for a model that was not
fitted on it, whether or not its result is known by now.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.levels import Levels, levels_of
from assets.failure_models.alarms.alarm_thresholds import thresholds_by_past
from assets.failure_models.alarms.undecided_zone import NOMINAL_COVERAGE, conformity_scores
from assets.failure_models.dataset.relative_view import in_spreads
from assets.failure_models.drivers.explanation import risk_slopes
from assets.failure_models.estimators import boosted_trees
from assets.failure_models.estimators.failure_probability import any_margin_fails
from assets.failure_models.scoring.freezing import group_means_of
from assets.failure_models.scoring.frozen_model import FrozenModel, frozen_models
from assets.failure_models.signal.verdict import PROCESS_SIGNAL
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.prediction_quality.conformal import prediction_sets
from assets.statistics.regression.detrending import relative_to_past
from assets.statistics.regression.penalised_logistic import LogisticFit
from data_contracts.tables import table

ALARM_BUDGET = 0.05
SHOWN_FEATURES = 5

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class BatchScores:
    """What a kept model says of some batches.

    Attributes:
        probability: Per batch, probability of failure.
        expected_margin: Per batch, the smallest expected margin; empty for models of the label.
        contribution: (batches, columns) positive towards failure.
    """

    probability: FloatArray
    expected_margin: FloatArray
    contribution: FloatArray


def score_tables(
    boosters: pl.DataFrame,
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
) -> dict[str, pl.DataFrame]:
    """Score every batch that is new to each kept model.

    Args:
        boosters: ``model.boosters``.
        gate_values: ``feature.gate_values``, old batches included: they are the recent past.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.

    Returns:
        ``model.batch_scores`` and ``model.score_contributions`` by name.

    Raises:
        AlteredModelError: A model was changed after it was kept.
        OutdatedModelError: A model was kept by a version that held other numbers.
    """
    found: dict[str, Rows] = {"model.batch_scores": [], "model.score_contributions": []}
    models = list(frozen_models(boosters))
    # What has become the usual level since a model was kept must not lose the model its column.
    matrices = {
        gate: gate_matrix(gate_values, dictionary, batch_gates, gate, _levels(models, gate))
        for gate in sorted({model.gate for model in models})
    }
    for model in models:
        matrix = matrices[model.gate]
        fitted_on = set(model.numbers["fitted_on"])
        is_new = [batch not in fitted_on for batch in matrix.batch_ids]
        rows = np.flatnonzero(np.array(is_new, dtype=bool))
        if not rows.size:
            continue
        values = _aligned(matrix.values, matrix.columns, model.numbers["columns"])
        scores = _scores(model, matrix, values, rows)
        ids = [matrix.batch_ids[i] for i in rows]
        found["model.batch_scores"] += _score_rows(model, matrix, rows, scores)
        if model.verdict == PROCESS_SIGNAL:
            found["model.score_contributions"] += _shares(model, ids, values[rows], scores)
    return {name: table(name, rows) for name, rows in found.items()}


def _levels(models: Iterable[FrozenModel], gate: int) -> Levels:
    """The levels that have a column in any model of a gate."""
    return levels_of(
        column
        for model in models
        if model.gate == gate
        for column in [*model.numbers["columns"], *model.numbers["identity_columns"]]
    )


def _aligned(values: FloatArray, have: list[str], wanted: list[str]) -> FloatArray:
    """Columns in the model's order; NaN where a column is not recorded any more."""
    place = {name: j for j, name in enumerate(have)}
    empty = np.full(values.shape[0], np.nan)
    columns = [values[:, place[name]] if name in place else empty for name in wanted]
    return np.column_stack(columns) if columns else np.empty((values.shape[0], 0))


def _scores(
    model: FrozenModel, matrix: GateMatrix, values: FloatArray, rows: IntArray
) -> BatchScores:
    if not model.numbers["quantities"]:
        return _by_label(model, matrix, values, rows)
    return _by_margins(model, matrix, values, rows)


def _by_label(
    model: FrozenModel, matrix: GateMatrix, values: FloatArray, rows: IntArray
) -> BatchScores:
    names = np.array(model.numbers["products"])
    own = (np.array([matrix.product_names[i] for i in rows])[:, None] == names).astype(float)
    known = _aligned(matrix.identity, matrix.identity_columns, model.numbers["identity_columns"])
    design = np.column_stack([own, known[rows], values[rows]])
    fit = LogisticFit(
        model.array("centre"),
        model.array("scale"),
        model.array("coefficients"),
        float(model.numbers["intercept"]),
    )
    first = own.shape[1] + known.shape[1]
    return BatchScores(fit.predict(design), np.empty(0), fit.contributions(design)[:, first:])


def _by_margins(
    model: FrozenModel, matrix: GateMatrix, values: FloatArray, rows: IntArray
) -> BatchScores:
    place = {name: code for code, name in enumerate(model.numbers["products"])}
    product = np.array([place.get(name, -1) for name in matrix.product_names])
    relative = relative_to_past(values - group_means_of(model.numbers["feature_means"]).of(product))
    design = in_spreads(relative, model.array("scale"))[rows]
    expected = group_means_of(model.numbers["margin_means"]).of(product[rows])
    expected = expected + model.array("level")
    parts = np.zeros((*design.shape, len(model.numbers["quantities"])))
    score = np.zeros(expected.shape)
    for j, quantity in enumerate(model.numbers["quantities"]):
        score[:, j], parts[:, :, j] = _one_margin(model, quantity, j, design)
    pools = [np.array(ridge["residuals"]) for ridge in model.numbers["ridge"]]
    slopes = risk_slopes(expected, score, pools) * model.array("risk_weight")
    return BatchScores(
        any_margin_fails(expected + score, pools)[0],
        (expected + score).min(axis=1),
        -np.einsum("bcq,bq->bc", parts, slopes),
    )


def _one_margin(
    model: FrozenModel, quantity: str, j: int, design: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Predicted deviation of one margin, and what each column adds to it."""
    ridge = model.numbers["ridge"][j]
    part = (design - np.array(ridge["centre"])) * np.array(ridge["coefficients"])
    score = float(ridge["intercept"]) + part.sum(axis=1)
    if quantity not in model.trees:
        return score, part
    booster = model.trees[quantity]
    return (
        (score + boosted_trees.predict(booster, design)) / 2,
        (part + boosted_trees.contributions(booster, design)) / 2,
    )


def _score_rows(
    model: FrozenModel, matrix: GateMatrix, rows: IntArray, scores: BatchScores
) -> Rows:
    earlier = model.array("out_of_time_prob")
    both = np.concatenate([earlier, scores.probability])
    # A batch whose result is still to come may be older than some the model was tried on: the
    # recent past of a batch is what was made before it, tried or new.
    position = {batch: i for i, batch in enumerate(matrix.batch_ids)}
    tried = [position.get(batch, -1) for batch in model.numbers["out_of_time_batches"]]
    order = np.argsort(np.concatenate([np.array(tried, dtype=np.int64), rows]), kind="stable")
    conformity, threshold = np.empty(both.size), np.empty(both.size)
    conformity[order] = conformity_scores(both[order])
    threshold[order] = thresholds_by_past(both[order], ALARM_BUDGET)
    sets = prediction_sets(
        conformity[earlier.size :],
        conformity[: earlier.size],
        model.array("out_of_time_failed") == 1,
        1 - NOMINAL_COVERAGE,
    )
    ids = [matrix.batch_ids[i] for i in rows]
    margins = scores.expected_margin.tolist() or [None] * scores.probability.size
    return [
        {
            "outcome": model.outcome,
            "gate": model.gate,
            "batch_id": batch,
            "model": model.model,
            "model_version": model.version,
            "verdict": model.verdict,
            "failure_prob": float(probability),
            "expected_margin": margin,
            "threshold": float(limit),
            "is_alarm": bool(probability > limit),
            "foretold": _decided(bool(good), bool(failed)),
        }
        for batch, probability, limit, margin, good, failed in zip(
            ids,
            scores.probability,
            threshold[earlier.size :],
            margins,
            sets.holds_good,
            sets.holds_failed,
            strict=True,
        )
    ]


def _decided(good: bool, failed: bool) -> str:
    if good == failed:
        return "undecided"
    return "good" if good else "failed"


def _shares(model: FrozenModel, ids: list[str], values: FloatArray, scores: BatchScores) -> Rows:
    """Leading features of every batch; levels of one feature are added."""
    features = model.numbers["features"]
    names = list(dict.fromkeys(features))
    member = np.array([[one == name for name in names] for one in features], dtype=float)
    summed = scores.contribution @ member
    column = [features.index(name) for name in names]
    is_level = [model.numbers["columns"][j] != features[j] for j in column]
    leading = np.argsort(-np.abs(summed), axis=1, kind="stable")[:, :SHOWN_FEATURES]
    rows: Rows = []
    for i, batch in enumerate(ids):
        for rank, k in enumerate(leading[i], start=1):
            value = float(values[i, column[k]])
            rows.append(
                {
                    "outcome": model.outcome,
                    "gate": model.gate,
                    "batch_id": batch,
                    "rank": rank,
                    "feature": names[k],
                    "contribution": float(summed[i, k]),
                    "value": None if is_level[k] or not np.isfinite(value) else value,
                }
            )
    return rows
