"""An investigation card per failed or flagged batch: where to look first, and beside what.

What was unusual is measured against good batches of the same product made before, as they were
known when the gate closed; the batch's own result takes no part. Patterns are those found
elsewhere, read from their tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.dataset.gate_matrix import GateMatrix, gate_matrix, microseconds
from assets.failure_models.dataset.outcome_panel import OutcomeDefinition, definitions
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.multivariate.unusualness import (
    Reference,
    Unusualness,
    nearest,
    reference_of,
    unusualness,
)
from data_contracts.tables import table

FAILED, ALARM = "failed", "alarm"
REFERENCE_BATCHES, FEWEST_REFERENCE, NEAREST = 100, 20, 10
SHOWN_FEATURES = 8
# Cards are read by people: the latest of each kind, per outcome.
MOST_CARDS = 40
WHOLE = "failure"

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class CardInputs:
    """The tables cards are made from, by their names in the warehouse."""

    gate_values: pl.DataFrame
    dictionary: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame
    refused_features: pl.DataFrame
    batch_scores: pl.DataFrame
    material_usage: pl.DataFrame
    deviations: pl.DataFrame
    rules: pl.DataFrame
    rule_batches: pl.DataFrame


@dataclass(frozen=True)
class Comparison:
    """A batch beside its good batches.

    Attributes:
        position: Row of the matrix.
        good: Rows of its reference, in production order.
        reference: What they look like.
        is_own_product: Whether the reference is of its own product.
        found: How the batch stands out.
        nearest: Rows of the good batches most like it.
    """

    position: int
    good: IntArray
    reference: Reference
    is_own_product: bool
    found: Unusualness
    nearest: IntArray


def cards(inputs: CardInputs) -> dict[str, pl.DataFrame]:
    """Make the cards.

    Args:
        inputs: The tables.

    Returns:
        ``finding.investigation_cards`` and ``finding.card_features`` by name. Where a source has an
        outcome ``failure``, only it has cards: its modes are the same batches again.
    """
    found: dict[str, Rows] = {"finding.investigation_cards": [], "finding.card_features": []}
    known = {row["feature"]: row for row in inputs.dictionary.iter_rows(named=True)}
    for definition in leading(definitions(inputs.outcome_definitions)):
        matrix = matrix_of(inputs, definition)
        good, known_at = good_batches(inputs.outcomes, definition.outcome, matrix)
        for position, why in _chosen(inputs, definition, matrix):
            beside = compare(matrix, position, good, known_at)
            if beside is None:
                continue
            leaders = np.argsort(-beside.found.contribution, kind="stable")[:SHOWN_FEATURES]
            features = [
                _feature_row(definition, matrix, beside, rank, int(j), known)
                for rank, j in enumerate(leaders, start=1)
                if beside.found.contribution[j] > 0
            ]
            found["finding.card_features"] += features
            found["finding.investigation_cards"].append(
                _card(inputs, definition, matrix, beside, why, features)
            )
    return {name: table(name, rows) for name, rows in found.items()}


def leading(defined: Sequence[OutcomeDefinition]) -> list[OutcomeDefinition]:
    """The outcome ``failure`` where there is one, else all."""
    whole = [one for one in defined if one.outcome == WHOLE]
    return whole or list(defined)


def matrix_of(inputs: CardInputs, definition: OutcomeDefinition) -> GateMatrix:
    """What was known at the last gate before the result, refused features left out."""
    matrix = gate_matrix(
        inputs.gate_values, inputs.dictionary, inputs.batch_gates, definition.last_gate_before
    )
    own = inputs.refused_features.filter(pl.col("outcome") == definition.outcome)
    return matrix.without(set(own["feature"].to_list())).informative()


def good_batches(
    outcomes: pl.DataFrame, outcome: str, matrix: GateMatrix
) -> tuple[np.ndarray, FloatArray]:
    """Per batch, whether it is known to be good, and since when."""
    rows = pl.DataFrame({"batch_id": matrix.batch_ids}, schema={"batch_id": pl.String})
    own = rows.join(
        outcomes.filter(pl.col("outcome") == outcome),
        on="batch_id",
        how="left",
        maintain_order="left",
    )
    is_good = own["is_failure"].eq_missing(pl.Series([False])).to_numpy()
    return is_good, microseconds(own["known_at"])


def _chosen(
    inputs: CardInputs, definition: OutcomeDefinition, matrix: GateMatrix
) -> list[tuple[int, str]]:
    """The latest failed and flagged batches, by row of the matrix."""
    is_own = pl.col("outcome") == definition.outcome
    failed = set(inputs.outcomes.filter(is_own & pl.col("is_failure"))["batch_id"])
    flagged = inputs.batch_scores.filter(
        is_own & (pl.col("gate") == definition.last_gate_before) & pl.col("is_alarm")
    )
    alarms = set(flagged["batch_id"]) - failed
    places = range(len(matrix.batch_ids))
    by_kind = [
        [(i, why) for i in places if matrix.batch_ids[i] in ids][-MOST_CARDS:]
        for why, ids in ((FAILED, failed), (ALARM, alarms))
    ]
    return sorted(by_kind[0] + by_kind[1])


def compare(
    matrix: GateMatrix, position: int, is_good: np.ndarray, known_at: FloatArray
) -> Comparison | None:
    """Set a batch beside the last 100 good batches of its product known by its gate.

    Returns:
        The comparison, with good batches of every product where its own has fewer than 20; None
        where all products together have fewer.
    """
    known = np.flatnonzero(is_good[:position] & ~(known_at[:position] > matrix.gate_at[position]))
    own = known[matrix.product[known] == matrix.product[position]]
    is_own_product = own.size >= FEWEST_REFERENCE
    good = (own if is_own_product else known)[-REFERENCE_BATCHES:]
    if good.size < FEWEST_REFERENCE or not matrix.columns:
        return None
    reference = reference_of(matrix.values[good])
    found = unusualness(reference, matrix.values[position])
    near = good[nearest(reference, found.score, NEAREST)]
    return Comparison(position, good, reference, is_own_product, found, near)


def _feature_row(
    definition: OutcomeDefinition,
    matrix: GateMatrix,
    beside: Comparison,
    rank: int,
    j: int,
    known: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    near = matrix.values[beside.nearest, j]
    near = near[np.isfinite(near)]
    feature = matrix.features[j]
    level = matrix.columns[j].removeprefix(feature)
    return {
        "batch_id": matrix.batch_ids[beside.position],
        "outcome": definition.outcome,
        "rank": rank,
        "feature": feature,
        "title": known[feature]["title"] + level.replace("=", ": "),
        "value": float(matrix.values[beside.position, j]),
        "nearest_low": float(near.min()) if near.size else None,
        "nearest_high": float(near.max()) if near.size else None,
        "contribution": float(beside.found.contribution[j]),
    }


def _card(
    inputs: CardInputs,
    definition: OutcomeDefinition,
    matrix: GateMatrix,
    beside: Comparison,
    why: str,
    features: Rows,
) -> dict[str, Any]:
    batch, gate_at = matrix.batch_ids[beside.position], matrix.gate_at[beside.position]
    found, reference = beside.found, beside.reference
    is_unusual = found.t2 > reference.t2_limit or found.spe > reference.spe_limit
    names = ", ".join(row["title"] for row in features[:3]) or "nothing"
    return {
        "batch_id": batch,
        "outcome": definition.outcome,
        "gate": definition.last_gate_before,
        "reason": why,
        "t2": found.t2,
        "t2_limit": reference.t2_limit,
        "spe": found.spe,
        "spe_limit": reference.spe_limit,
        "is_unusual": is_unusual,
        "good_batches": int(beside.good.size),
        "nearest_good": ", ".join(matrix.batch_ids[i] for i in beside.nearest),
        "lots": _lots(inputs.material_usage, batch),
        "equipment_age": _equipment_age(matrix, beside.position),
        "prior_deviations": _deviations(inputs.deviations, batch, gate_at),
        "patterns": _patterns(inputs, definition.outcome, batch),
        "statement": (
            f"Beside {beside.good.size} earlier good batches of "
            f"{'its product' if beside.is_own_product else 'every product'}, {batch} "
            f"{'was unusual' if is_unusual else 'was within their range'} at gate "
            f"{definition.last_gate_before}; it differed most in {names}."
        ),
    }


def _lots(usage: pl.DataFrame, batch: str) -> str | None:
    own = usage.filter(pl.col("batch_id") == batch).sort("material", "supplier", "lot")
    return _joined(
        [f"{m} {s}/{lot}" for m, s, lot in own.select("material", "supplier", "lot").rows()]
    )


def _equipment_age(matrix: GateMatrix, position: int) -> str | None:
    """Every feature that counts batches since something was done to equipment."""
    parts = []
    for j, name in enumerate(matrix.columns):
        value = matrix.values[position, j]
        if name.startswith("equipment.") and "_since_" in name and np.isfinite(value):
            _, unit, what = name.split(".", 2)
            parts.append(f"{unit}: {value:g} {what.replace('_', ' ')}")
    return _joined(parts)


def _deviations(deviations: pl.DataFrame, batch: str, gate_at: float) -> str | None:
    """Deviations on the batch opened before the gate closed."""
    own = deviations.filter(pl.col("batch_id") == batch).sort("deviation_id")
    opened = microseconds(own["opened_at"])
    kept = own.filter(pl.Series(~(opened > gate_at), dtype=pl.Boolean))
    rows = kept.select("deviation_id", "category", "severity").rows()
    return _joined([f"{one} ({category}, {severity})" for one, category, severity in rows])


def _patterns(inputs: CardInputs, outcome: str, batch: str) -> str | None:
    covering = inputs.rule_batches.filter(
        (pl.col("outcome") == outcome) & (pl.col("batch_id") == batch) & pl.col("is_in_discovered")
    )
    shown = inputs.rules.filter("is_shown").join(
        covering, on=["outcome", "target", "rule"], how="semi"
    )
    return _joined(shown.sort("target", "rule")["text"].to_list())


def _joined(parts: list[str]) -> str | None:
    return "; ".join(parts) or None
