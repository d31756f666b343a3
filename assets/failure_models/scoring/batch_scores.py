"""New batches scored and explained by the models as they were kept: what a night does.

No model is fitted here and no verdict changes. A batch counts as new for a model that was not
fitted on it, whether or not its result is known by now.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix, gate_matrix
from assets.batch_matrix.gate_rows import gate_rows
from assets.batch_matrix.levels import Levels, levels_of
from assets.batch_matrix.lost_batches import unpriced
from assets.failure_models.alarms.alarm_thresholds import thresholds_by_past
from assets.failure_models.alarms.undecided_zone import NOMINAL_COVERAGE, conformity_scores
from assets.failure_models.scoring.frozen_model import FrozenModel, frozen_models
from assets.failure_models.scoring.kept_model_scores import BatchScores, scores_of
from assets.statistics.array_types import FloatArray
from assets.statistics.prediction_quality.calibration import expit, logit
from assets.statistics.prediction_quality.conformal import prediction_sets, undecided_zone
from assets.statistics.regression.detrending import PAST_BATCHES
from data_contracts.codes.records import Verdict
from data_contracts.tables import table

SHOWN_FEATURES = 5
HASH_DIGITS = 16

Rows = list[dict[str, Any]]


def score_tables(
    boosters: pl.DataFrame,
    alarm_prices: pl.DataFrame,
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    model_standing: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Score every batch that is new to each kept model.

    Args:
        boosters: ``model.boosters``.
        alarm_prices: ``economics.alarm_prices``: the alarm budget, and the risk above which alarms
            are raised at each gate.
        gate_values: ``feature.gate_values``, old batches included: they are the recent past. Older
            ones are not looked at, so that a night does not grow with history.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        outcome_definitions: ``core.outcome_definitions``: an alarm pays only where a batch would be
            lost; on any other outcome it keeps its budget, whatever a lost batch costs.
        model_standing: ``model.model_standing``: a model that is not in force still scores, and
            raises no alarm. None where every model is in force.

    Returns:
        ``model.batch_scores`` and ``model.score_contributions`` by name.

    Raises:
        AlteredModelError: A model was changed after it was kept.
        OutdatedModelError: A model was kept by a version that held other numbers.
    """
    found: dict[str, Rows] = {"model.batch_scores": [], "model.score_contributions": []}
    models = list(frozen_models(boosters))
    silent = _silent(model_standing)
    prices = {row["gate"]: row for row in alarm_prices.iter_rows(named=True)}
    kept = unpriced(outcome_definitions)
    # What has become the usual level since a model was kept must not lose the model its column.
    matrices, made = dict[int, GateMatrix](), dict[int, list[str]]()
    for gate in sorted({model.gate for model in models}):
        made[gate] = gate_rows(batch_gates, gate).batch_ids
        recent = pl.col("batch_id").is_in(_recent(models, gate, made[gate]))
        values, gates = gate_values.filter(recent), batch_gates.filter(recent)
        matrices[gate] = gate_matrix(values, dictionary, gates, gate, _levels(models, gate))
    for model in models:
        matrix = matrices[model.gate]
        scores = scores_of(model, matrix)
        if scores is None:
            continue
        price = prices[model.gate]
        if model.outcome in kept:
            price = price | {"least_prob": 0.0}
        is_in_force = (model.outcome, model.gate, model.version) not in silent
        found["model.batch_scores"] += batch_scores(
            model, matrix, scores, price, made[model.gate], is_in_force=is_in_force
        )
        if model.verdict == Verdict.PROCESS_SIGNAL:
            found["model.score_contributions"] += score_contributions(model, matrix, scores)
    return {name: table(name, rows) for name, rows in found.items()}


def _silent(model_standing: pl.DataFrame | None) -> set[tuple[str, int, str]]:
    """Outcome, gate and version of the models that may raise no alarms."""
    if model_standing is None:
        return set()
    stopped = model_standing.filter(pl.col("state") != "in_force")
    return set(stopped.select("outcome", "gate", "model_version").iter_rows())


def _recent(models: Iterable[FrozenModel], gate: int, made: Sequence[str]) -> list[str]:
    """The batches from the first that is new to a model on, and the recent past of that one."""
    known = [set(model.numbers["fitted_on"]) for model in models if model.gate == gate]
    new = (i for i, batch in enumerate(made) if not all(batch in own for own in known))
    first = next(new, len(made))
    return list(made[max(first - PAST_BATCHES, 0) :])


def _levels(models: Iterable[FrozenModel], gate: int) -> Levels:
    """The levels that have a column in any model of a gate."""
    return levels_of(
        column
        for model in models
        if model.gate == gate
        for column in [*model.numbers["columns"], *model.numbers["identity_columns"]]
    )


def batch_scores(
    model: FrozenModel,
    matrix: GateMatrix,
    scores: BatchScores,
    price: Mapping[str, Any],
    made: Sequence[str],
    *,
    is_in_force: bool = True,
) -> Rows:
    """Probability, alarm and decision of every new batch, in the shape of ``model.batch_scores``.

    Args:
        model: A kept model.
        matrix: Of its gate.
        scores: What it says of the new batches.
        price: Row of ``economics.alarm_prices`` of its gate; a least risk of 0 leaves the budget
            alone.
        made: Every batch of its gate, in production order.
        is_in_force: Whether it may raise alarms.
    """
    earlier = model.array("tried_prob")
    both = np.concatenate([earlier, scores.probability])
    # A batch whose result is still to come may be older than some the model was tried on: the
    # recent past of a batch is what was made before it, tried or new.
    position = {batch: i for i, batch in enumerate(made)}
    new = [matrix.batch_ids[row] for row in scores.rows]
    places = [position.get(batch, -1) for batch in (*model.numbers["tried_batches"], *new)]
    order = np.argsort(np.array(places, dtype=np.int64), kind="stable")
    conformity, threshold = np.empty(both.size), np.empty(both.size)
    conformity[order] = conformity_scores(both[order])
    within_budget = thresholds_by_past(both[order], price["alarm_budget"])
    # A probability is never above 1: where no alarm keeps the budget, none is raised.
    threshold[order] = np.clip(within_budget, price["least_prob"], 1.0)
    sets = prediction_sets(
        conformity[earlier.size :],
        conformity[: earlier.size],
        model.array("tried_failed") == 1,
        1 - NOMINAL_COVERAGE,
    )
    zone = undecided_zone(
        conformity[: earlier.size], model.array("tried_failed") == 1, 1 - NOMINAL_COVERAGE
    )
    # The zone moves with the level of the batches before, as the scores held against it do.
    level = (logit(both) - conformity)[earlier.size :]
    low, high = (expit(end + level) for end in zone)
    margins = scores.expected_margin.tolist() or [None] * scores.probability.size
    # Without a process signal a high score is no finding, and an alarm would be one.
    raises_alarms = is_in_force and model.verdict == Verdict.PROCESS_SIGNAL
    return [
        {
            "outcome": model.outcome,
            "gate": model.gate,
            "batch_id": matrix.batch_ids[row],
            "model": model.model,
            "model_version": model.version,
            "verdict": model.verdict,
            "failure_prob": float(probability),
            "expected_margin": margin,
            "threshold": float(limit),
            "is_alarm": bool(probability > limit) if raises_alarms else None,
            "foretold": _decided(bool(good), bool(failed)),
            "undecided_low_prob": float(low[i]),
            "undecided_high_prob": float(high[i]),
            "inputs_hash": inputs_hash(matrix.product_names[row], values),
        }
        for i, (row, values, probability, limit, margin, good, failed) in enumerate(
            zip(
                scores.rows,
                scores.values,
                scores.probability,
                threshold[earlier.size :],
                margins,
                sets.holds_good,
                sets.holds_failed,
                strict=True,
            )
        )
    ]


def inputs_hash(product: str | None, values: FloatArray) -> str:
    """What stands for the values a score was computed from.

    Args:
        product: Product of the batch.
        values: (columns,) as recorded, in the model's order; NaN where missing.

    Returns:
        16 hexadecimal digits.
    """
    recorded = np.ascontiguousarray(np.where(np.isnan(values), np.nan, values), dtype="<f8")
    return sha256(str(product).encode() + b"\0" + recorded.tobytes()).hexdigest()[:HASH_DIGITS]


def _decided(good: bool, failed: bool) -> str:
    if good == failed:
        return "undecided"
    return "good" if good else "failed"


def score_contributions(model: FrozenModel, matrix: GateMatrix, scores: BatchScores) -> Rows:
    """Leading features of every new batch, in the shape of ``model.score_contributions``.

    Args:
        model: A kept model.
        matrix: Of its gate.
        scores: What it says of the new batches; levels of one feature are added.
    """
    features = model.numbers["features"]
    names = list(dict.fromkeys(features))
    member = np.array([[one == name for name in names] for one in features], dtype=float)
    summed = scores.contribution @ member
    column = [features.index(name) for name in names]
    is_level = [model.numbers["columns"][j] != features[j] for j in column]
    leading = np.argsort(-np.abs(summed), axis=1, kind="stable")[:, :SHOWN_FEATURES]
    rows: Rows = []
    for i, row in enumerate(scores.rows):
        for rank, k in enumerate(leading[i], start=1):
            value = float(scores.values[i, column[k]])
            rows.append(
                {
                    "outcome": model.outcome,
                    "gate": model.gate,
                    "batch_id": matrix.batch_ids[row],
                    "rank": rank,
                    "feature": names[k],
                    "contribution": float(summed[i, k]),
                    "value": None if is_level[k] or not np.isfinite(value) else value,
                }
            )
    return rows
