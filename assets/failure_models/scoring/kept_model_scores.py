"""What a kept model says of new batches, and what each column adds to it; nothing is fitted."""

from dataclasses import dataclass

import numpy as np

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.failure_models.dataset.relative_view import in_spreads
from assets.failure_models.drivers.explanation import risk_slopes
from assets.failure_models.estimators.failure_probability import any_margin_fails
from assets.failure_models.estimators.left_out_risk import corrected
from assets.failure_models.scoring.freezing import group_means_of, logistic_of, pairs_of, trees_of
from assets.failure_models.scoring.frozen_model import FrozenModel
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.detrending import own_past_mean, relative_to_own_past


@dataclass(frozen=True)
class BatchScores:
    """What a kept model says of the batches it was not fitted on.

    Attributes:
        rows: Their rows of the gate's matrix.
        values: (batches, columns) as recorded, in the model's order; NaN where missing.
        probability: Per batch, probability of failure.
        expected_margin: Per batch, the smallest expected margin; empty for models of the label.
        contribution: (batches, columns) positive towards failure.
    """

    rows: IntArray
    values: FloatArray
    probability: FloatArray
    expected_margin: FloatArray
    contribution: FloatArray


def scores_of(model: FrozenModel, matrix: GateMatrix) -> BatchScores | None:
    """Score the batches of a gate that are new to a model.

    Args:
        model: A kept model.
        matrix: Every batch of its gate: old ones are the recent past of the new.

    Returns:
        The scores; None where no batch is new.
    """
    fitted_on = set(model.numbers["fitted_on"])
    is_new = [batch not in fitted_on for batch in matrix.batch_ids]
    rows = np.flatnonzero(np.array(is_new, dtype=bool))
    if not rows.size:
        return None
    values = in_order(matrix.values, matrix.columns, model.numbers["columns"])
    score = _by_margins if model.numbers["quantities"] else _by_label
    return score(model, matrix, values, rows)


def _by_label(
    model: FrozenModel, matrix: GateMatrix, values: FloatArray, rows: IntArray
) -> BatchScores:
    product = _product_log_odds(model, matrix, rows)
    fit, design = (
        logistic_of(model.numbers["feature_fit"]),
        relative_design(model, matrix, values, rows),
    )
    probability, contribution = fit.predict(design, product), fit.contributions(design)
    return BatchScores(rows, values[rows], probability, np.empty(0), contribution)


def _product_log_odds(model: FrozenModel, matrix: GateMatrix, rows: IntArray) -> FloatArray:
    names = np.array(model.numbers["identity_products"])
    own = (np.array([matrix.product_names[i] for i in rows])[:, None] == names).astype(float)
    known = in_order(matrix.identity, matrix.identity_columns, model.numbers["identity_columns"])
    fit = logistic_of(model.numbers["product_fit"])
    return fit.log_odds(np.column_stack([own, known[rows]]))


def relative_design(
    model: FrozenModel, matrix: GateMatrix, values: FloatArray, rows: IntArray
) -> FloatArray:
    """Features within product relative to the recent past, as the model was fitted on them.

    Row by row: what else is scored in the same night changes no digit.
    """
    product = _product_codes(model, matrix)
    within = values - group_means_of(model.numbers["feature_means"]).of(product)
    return in_spreads(relative_to_own_past(within, rows), model.array("scale"))


def _product_codes(model: FrozenModel, matrix: GateMatrix) -> IntArray:
    place = {name: code for code, name in enumerate(model.numbers["products"])}
    return np.array([place.get(name, -1) for name in matrix.product_names])


def expected_margins(model: FrozenModel, matrix: GateMatrix) -> FloatArray:
    """(batches, quantities) margin to expect from product and recent level alone."""
    usual = group_means_of(model.numbers["margin_means"]).of(_product_codes(model, matrix))
    return np.asarray(usual + model.array("level"))


def _by_margins(
    model: FrozenModel, matrix: GateMatrix, values: FloatArray, rows: IntArray
) -> BatchScores:
    design = relative_design(model, matrix, values, rows)
    expected = expected_margins(model, matrix)[rows]
    parts = np.zeros((*design.shape, len(model.numbers["quantities"])))
    score = np.zeros(expected.shape)
    for j, quantity in enumerate(model.numbers["quantities"]):
        score[:, j], parts[:, :, j] = _one_margin(model, quantity, j, design)
    pools = [np.array(lines["residuals"]) for lines in model.numbers["lines"]]
    slopes = risk_slopes(expected, score, pools) * model.array("risk_weight")
    return BatchScores(
        rows,
        values[rows],
        _any_fails(model, expected + score),
        (expected + score).min(axis=1),
        -np.einsum("bcq,bq->bc", parts, slopes),
    )


def _any_fails(model: FrozenModel, margins: FloatArray) -> FloatArray:
    """Probability that any margin falls below its limit, corrected as the model was kept."""
    pools = [np.array(lines["residuals"]) for lines in model.numbers["lines"]]
    return corrected(any_margin_fails(margins, pools)[0], **model.numbers["correction"])


def _one_margin(
    model: FrozenModel, quantity: str, j: int, design: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Predicted deviation of one margin, and what each column adds to it."""
    part = _line_parts(model, j, design)
    score = _line_score(model, j, part)
    trees = trees_of(model.numbers["lines"][j]["trees"], model.trees.get(quantity))
    return score + trees.predict(design), part + trees.contributions(design)


def _margin_score(model: FrozenModel, quantity: str, j: int, design: FloatArray) -> FloatArray:
    """Predicted deviation of one margin alone."""
    score = _line_score(model, j, _line_parts(model, j, design))
    trees = trees_of(model.numbers["lines"][j]["trees"], model.trees.get(quantity))
    return np.asarray(score + trees.predict(design))


def _line_parts(model: FrozenModel, j: int, design: FloatArray) -> FloatArray:
    lines = model.numbers["lines"][j]
    part = (design - np.array(lines["centre"])) * np.array(lines["coefficients"])
    return np.asarray(part + pairs_of(lines["pairs"]).contributions(design))


def _line_score(model: FrozenModel, j: int, part: FloatArray) -> FloatArray:
    return np.asarray(float(model.numbers["lines"][j]["intercept"]) + part.sum(axis=1))


def in_order(values: FloatArray, have: list[str], wanted: list[str]) -> FloatArray:
    """(batches, wanted columns); NaN where a column is not recorded any more."""
    place = {name: j for j, name in enumerate(have)}
    empty = np.full(values.shape[0], np.nan)
    columns = [values[:, place[name]] if name in place else empty for name in wanted]
    return np.column_stack(columns) if columns else np.empty((values.shape[0], 0))


def changed_probability(
    model: FrozenModel, matrix: GateMatrix, rows: IntArray, changed: FloatArray
) -> FloatArray:
    """Probability of failure of batches as if other values had been recorded of them.

    What was made before them stays as recorded: it is their recent past. Values that are not
    changed give the very probability ``scores_of`` gives.

    Args:
        model: A kept model.
        matrix: Every batch of its gate.
        rows: Per asked row, the row of the matrix it is of; may repeat.
        changed: (asked rows, columns) in the model's order, NaN where missing.

    Returns:
        Per asked row, 0 to 1.
    """
    product = _product_codes(model, matrix)
    means = group_means_of(model.numbers["feature_means"]).of(product)
    recorded = in_order(matrix.values, matrix.columns, model.numbers["columns"])
    own, place = np.unique(rows, return_inverse=True)
    past = own_past_mean(recorded - means, own)[place]
    design = in_spreads((changed - means[rows]) - past, model.array("scale"))
    if not model.numbers["quantities"]:
        fit = logistic_of(model.numbers["feature_fit"])
        return fit.predict(design, _product_log_odds(model, matrix, rows))
    quantities = enumerate(model.numbers["quantities"])
    score = np.column_stack([_margin_score(model, name, j, design) for j, name in quantities])
    return _any_fails(model, expected_margins(model, matrix)[rows] + score)
