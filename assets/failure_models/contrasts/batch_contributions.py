"""Contributions of every failed or flagged batch, wherever a model shows a process signal.

A failed batch is explained by a model that had not seen it, as the refit left it; a batch made
since by the kept model, against good batches known when its gate closed.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.good_batches import good_before
from assets.batch_matrix.outcome_panel import aligned_margins
from assets.failure_models.contrasts.contrast import Contrast, MarginModel, by_label, by_margins
from assets.failure_models.contrasts.contributions import contribution_rows
from assets.failure_models.drivers.driver_clusters import correlated_clusters, levels_joined
from assets.failure_models.investigation.card_inputs import (
    CardInputs,
    InvestigatedOutcome,
    investigated_outcomes,
)
from assets.failure_models.scoring.freezing import logistic_of, pairs_of, trees_of
from assets.failure_models.scoring.frozen_model import FrozenModel, frozen_models
from assets.failure_models.scoring.kept_model_scores import (
    expected_margins,
    in_order,
    relative_design,
)
from assets.statistics.array_types import FloatArray
from assets.statistics.lines.line_fit import LineFit
from data_contracts.codes.records import Verdict
from data_contracts.tables import table

OUT_OF_FOLD, KEPT_MODEL = "out_of_fold", "kept_model"

Rows = list[dict[str, Any]]


def batch_contributions(
    inputs: CardInputs,
    good_contrasts: pl.DataFrame,
    boosters: pl.DataFrame,
    outcome_margins: pl.DataFrame,
) -> pl.DataFrame:
    """Explain failed and flagged batches.

    Args:
        inputs: The tables of the cards.
        good_contrasts: ``model.good_contrasts``, of the last refit.
        boosters: ``model.boosters``, the models it kept.
        outcome_margins: ``core.outcome_margins``, for what each failed batch failed.

    Returns:
        ``finding.batch_contributions``; of the outcome ``failure`` alone where a source has it.
    """
    known = {row["feature"]: row for row in inputs.dictionary.iter_rows(named=True)}
    frames = []
    for outcome in investigated_outcomes(inputs):
        name, gate = outcome.definition.outcome, outcome.definition.last_gate_before
        seen = good_contrasts.filter((pl.col("outcome") == name) & (pl.col("gate") == gate))
        frames.append(seen.with_columns(explained_by=pl.lit(OUT_OF_FOLD)))
        asked = _asked(inputs, outcome, set(seen["batch_id"]))
        own = boosters.filter((pl.col("outcome") == name) & (pl.col("gate") == gate))
        if asked and own["verdict"].eq(Verdict.PROCESS_SIGNAL).any():
            (model,) = frozen_models(own)
            head = {"outcome": name, "gate": gate, "explained_by": KEPT_MODEL}
            rows = [
                head | row for row in kept_model_rows(model, outcome, asked, known, outcome_margins)
            ]
            frames.append(table("finding.batch_contributions", rows))
    shape = table("finding.batch_contributions").columns
    found = [frame.select(shape) for frame in frames if not frame.is_empty()]
    return table("finding.batch_contributions", pl.concat(found).to_dicts() if found else [])


def _asked(inputs: CardInputs, outcome: InvestigatedOutcome, explained: set[str]) -> list[int]:
    """Rows of the failed and flagged batches that are not explained yet."""
    alarms = inputs.batch_scores.filter(
        (pl.col("outcome") == outcome.definition.outcome)
        & (pl.col("gate") == outcome.definition.last_gate_before)
        & pl.col("is_alarm")
    )["batch_id"]
    ids = np.array(outcome.matrix.batch_ids)
    wanted = outcome.labels.is_failed | np.isin(ids, alarms.to_list())
    return [int(i) for i in np.flatnonzero(wanted & ~np.isin(ids, sorted(explained)))]


def kept_model_rows(
    model: FrozenModel,
    outcome: InvestigatedOutcome,
    positions: list[int],
    known: dict[str, dict[str, Any]],
    outcome_margins: pl.DataFrame,
) -> Rows:
    """Explain batches by a kept model.

    Args:
        model: It is not asked about batches it was fitted on.
        outcome: Gives every batch of the gate and its result.
        positions: Rows of the batches asked about.
        known: Rows of ``feature.dictionary`` by feature.
        outcome_margins: ``core.outcome_margins``.

    Returns:
        Rows as :func:`contribution_rows` makes them.
    """
    fitted_on = set(model.numbers["fitted_on"])
    new = [i for i in positions if outcome.matrix.batch_ids[i] not in fitted_on]
    if not new:
        return []
    columns, features = model.numbers["columns"], model.numbers["features"]
    values = in_order(outcome.matrix.values, outcome.matrix.columns, columns)
    matrix = replace(outcome.matrix, values=values, columns=columns, features=features)
    design = relative_design(model, matrix, values, np.arange(len(matrix.batch_ids)))
    cluster = levels_joined(correlated_clusters(design), features)
    contrast_of = _contrasting(model, outcome, matrix, design, outcome_margins)
    rows: Rows = []
    for position in new:
        found = good_before(matrix, outcome.labels, position)
        if found is not None:
            contrast = contrast_of(position, design[found[0]])
            rows += contribution_rows(matrix, position, found[0], contrast, cluster, known)
    return rows


def _contrasting(
    model: FrozenModel,
    outcome: InvestigatedOutcome,
    matrix: GateMatrix,
    design: FloatArray,
    outcome_margins: pl.DataFrame,
) -> Callable[[int, FloatArray], Contrast]:
    """Return what contrasts one row of a design with its background by a kept model."""
    if not model.numbers["quantities"]:
        fit = logistic_of(model.numbers["feature_fit"])
        return lambda position, good: by_label(fit, design[position], good)
    models = _margin_models(model)
    expected = expected_margins(model, matrix)
    reached = _reached(model, outcome, outcome_margins)
    return lambda position, good: by_margins(
        models, expected[position], design[position], good, reached[position]
    )


def _reached(
    model: FrozenModel, outcome: InvestigatedOutcome, outcome_margins: pl.DataFrame
) -> FloatArray:
    """(batches, quantities) the margins batches came to; NaN where a result is not known."""
    name, ids = outcome.definition.outcome, outcome.matrix.batch_ids
    found = aligned_margins(outcome_margins, name, ids, outcome.labels.label)
    margins = {one.quantity: one.margin for one in found}
    unknown = np.full(len(ids), np.nan)
    return np.column_stack([margins.get(one, unknown) for one in model.numbers["quantities"]])


def _margin_models(model: FrozenModel) -> list[MarginModel]:
    weights = model.array("risk_weight")
    models = []
    for j, quantity in enumerate(model.numbers["quantities"]):
        kept = model.numbers["lines"][j]
        pool = np.array(kept["residuals"])
        lines = LineFit(
            np.array(kept["coefficients"]), float(kept["intercept"]), np.array(kept["centre"]), pool
        )
        trees = trees_of(kept["trees"], model.trees.get(quantity))
        models.append(
            MarginModel(quantity, lines, pairs_of(kept["pairs"]), trees, pool, float(weights[j]))
        )
    return models
