"""An investigation card per failed or flagged batch: where to look first, and beside what.

What was unusual is measured against good batches of the same product made before, as they were
known when the gate closed; the batch's own result takes no part. Patterns are those found
elsewhere, read from their tables.
"""

from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.gate_matrix import GateMatrix
from assets.batch_matrix.gate_rows import microseconds
from assets.batch_matrix.levels import column_title
from assets.failure_models.investigation.card_inputs import (
    CardInputs,
    InvestigatedOutcome,
    investigated_outcomes,
)
from assets.failure_models.investigation.comparison import Comparison, compare
from data_contracts.tables import table

FAILED, ALARM = "failed", "alarm"
SHOWN_FEATURES = 8
# Cards are read by people: the latest of each kind, per outcome.
MOST_CARDS = 40

Rows = list[dict[str, Any]]


def investigation_cards(inputs: CardInputs) -> dict[str, pl.DataFrame]:
    """Make the cards.

    Args:
        inputs: The tables.

    Returns:
        ``finding.investigation_cards`` and ``finding.card_features`` by name. Where a source has an
        outcome ``failure``, only it has cards.
    """
    found: dict[str, Rows] = {"finding.investigation_cards": [], "finding.card_features": []}
    known = {row["feature"]: row for row in inputs.dictionary.iter_rows(named=True)}
    for outcome in investigated_outcomes(inputs):
        for position, why in _chosen(inputs, outcome):
            beside = compare(outcome, position)
            if beside is None:
                continue
            features = card_features(outcome, beside, known)
            found["finding.card_features"] += features
            found["finding.investigation_cards"].append(
                _card(inputs, outcome, beside, why, features, known)
            )
    return {name: table(name, rows) for name, rows in found.items()}


def _chosen(inputs: CardInputs, outcome: InvestigatedOutcome) -> list[tuple[int, str]]:
    """The latest failed and flagged batches, by row of the matrix."""
    failed = outcome.labels.is_failed
    alarms = inputs.batch_scores.filter(
        (pl.col("outcome") == outcome.definition.outcome)
        & (pl.col("gate") == outcome.definition.last_gate_before)
        & pl.col("is_alarm")
    )["batch_id"]
    flagged = np.isin(outcome.matrix.batch_ids, alarms.to_list()) & ~failed
    return sorted(
        (int(position), why)
        for why, rows in ((FAILED, failed), (ALARM, flagged))
        for position in np.flatnonzero(rows)[-MOST_CARDS:]
    )


def card_features(
    outcome: InvestigatedOutcome, beside: Comparison, known: dict[str, dict[str, Any]]
) -> Rows:
    """What set a batch apart, the most unusual first.

    Args:
        outcome: What is investigated.
        beside: The batch beside its good batches.
        known: Rows of ``feature.dictionary`` by feature.

    Returns:
        At most 8 rows in the shape of ``finding.card_features``.
    """
    matrix, contribution = outcome.matrix, beside.found.contribution
    leaders = np.argsort(-contribution, kind="stable")[:SHOWN_FEATURES]
    rows: Rows = []
    for rank, j in enumerate(leaders[contribution[leaders] > 0], start=1):
        near = matrix.values[beside.nearest, j]
        near = near[np.isfinite(near)]
        feature = matrix.features[j]
        rows.append(
            {
                "batch_id": matrix.batch_ids[beside.position],
                "outcome": outcome.definition.outcome,
                "rank": rank,
                "feature": feature,
                "title": column_title(known[feature]["title"], feature, matrix.columns[j]),
                "value": float(matrix.values[beside.position, j]),
                "nearest_low": float(near.min()) if near.size else None,
                "nearest_high": float(near.max()) if near.size else None,
                "contribution": float(contribution[j]),
            }
        )
    return rows


def _card(
    inputs: CardInputs,
    outcome: InvestigatedOutcome,
    beside: Comparison,
    why: str,
    features: Rows,
    known: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    matrix, definition = outcome.matrix, outcome.definition
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
        "equipment_age": _equipment_age(matrix, beside.position, known),
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


def _equipment_age(
    matrix: GateMatrix, position: int, known: dict[str, dict[str, Any]]
) -> str | None:
    """Every number known of equipment: hours and batches since something was done to it."""
    parts = []
    for feature, value in zip(matrix.columns, matrix.values[position], strict=True):
        described = known.get(feature, {})
        if described.get("kind") == "equipment" and np.isfinite(value):
            unit = described["unit_operation"]
            what = described["quantity"].removeprefix(f"{unit}.").replace("_", " ")
            parts.append(f"{unit}: {value:g} {what}")
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
