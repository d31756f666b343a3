"""Explanations held against what investigations confirmed: how high the true parameter stood.

For every failed batch with a closed deviation and a confirmed cause, parameters are ranked as they
could have been when the batch passed its gate: by the model's out-of-fold contribution, by how
unusual they were beside earlier good batches, and by how well each alone ranked earlier failures.
Chance is the ranking that knows nothing. Where there is a model, only batches it was not fitted on
are counted, for every method.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from assets.failure_models.dataset.gate_matrix import LEVEL_SEPARATOR, GateMatrix, mean_filled
from assets.failure_models.dataset.outcome_panel import definitions
from assets.failure_models.investigation.investigation_cards import (
    CardInputs,
    compare,
    good_batches,
    leading,
    matrix_of,
)
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.dependence import share_interval
from assets.statistics.prediction_quality.discrimination import column_aucs
from data_contracts.tables import table

MODEL, UNUSUAL, UNIVARIATE, CHANCE = "model", "unusual", "univariate", "chance"
HITS = (1, 3, 5)
FEWEST_EARLIER_FAILURES = 3
# Kinds whose features end in a statistic of what they are about, always or of lots blended.
STATISTIC_KINDS = ("sensor", "environment")
LOT_STATISTICS = ("minimum", "maximum")

Rows = list[dict[str, Any]]
Ranker = Callable[[int], dict[str, float]]


def backtest(inputs: CardInputs, attributions: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Rank the confirmed cause of every failed batch by every method.

    Args:
        inputs: The tables of the cards.
        attributions: ``model.attributions``; only outcomes under a process signal are in it.

    Returns:
        ``finding.explained_causes`` (one row per case and method) and
        ``finding.explanation_backtest`` (one per outcome and method) by name.
    """
    cases: Rows = []
    summaries: Rows = []
    for definition in leading(definitions(inputs.outcome_definitions)):
        matrix = matrix_of(inputs, definition)
        own = attributions.filter(
            (pl.col("outcome") == definition.outcome)
            & (pl.col("gate") == definition.last_gate_before)
        )
        failed = inputs.outcomes.filter(
            (pl.col("outcome") == definition.outcome) & pl.col("is_failure")
        )
        found = _cases(inputs, definition.outcome, matrix, own, set(failed["batch_id"]))
        cases += found
        if found:
            lots = dict(zip(matrix.batch_ids, matrix.cluster.tolist(), strict=True))
            summaries += _summary(definition.outcome, found, lots)
    return {
        "finding.explained_causes": table("finding.explained_causes", cases),
        "finding.explanation_backtest": table("finding.explanation_backtest", summaries),
    }


def quantity_of(feature: str) -> str:
    """The quantity a feature is about: its name without kind, statistic and level.

    ``sensor.unit.tag.statistic`` is about ``unit.tag``, ``material.api.d90_um.maximum`` about
    ``api.d90_um``: the same attribute of another material is another quantity.
    """
    kind, *parts = feature.split(LEVEL_SEPARATOR, maxsplit=1)[0].split(".")
    if len(parts) > 1 and (kind in STATISTIC_KINDS or parts[-1] in LOT_STATISTICS):
        parts = parts[:-1]
    return ".".join(parts) or kind


def is_about(quantity: str, cause: str) -> bool:
    """Whether a confirmed cause names a quantity, in full or by the end of its name."""
    return quantity == cause or quantity.endswith(f".{cause}")


def _cases(
    inputs: CardInputs,
    outcome: str,
    matrix: GateMatrix,
    attributions: pl.DataFrame,
    failed: set[str],
) -> Rows:
    confirmed = inputs.deviations.filter(
        pl.col("batch_id").is_in(failed) & pl.col("confirmed_cause").is_not_null()
    ).sort("deviation_id")
    place = {batch: i for i, batch in enumerate(matrix.batch_ids)}
    quantities = sorted({quantity_of(name) for name in matrix.columns})
    rankers = _rankers(inputs, outcome, matrix, attributions, failed)
    rows: Rows = []
    # Every method is asked about the same batches: those the model had not been fitted on.
    explained = set(attributions["batch_id"]) or set(place)
    seen: set[tuple[str, str]] = set()
    for row in confirmed.iter_rows(named=True):
        batch, cause = row["batch_id"], row["confirmed_cause"]
        if batch not in place or batch not in explained or (batch, cause) in seen:
            continue
        seen.add((batch, cause))
        named = {quantity for quantity in quantities if is_about(quantity, cause)}
        for method, ranker in rankers.items():
            strength = ranker(place[batch]) if named else {}
            rows.append(
                {
                    "outcome": outcome,
                    "batch_id": batch,
                    "confirmed_cause": cause,
                    "method": method,
                    "deviation_id": row["deviation_id"],
                    "is_recorded": bool(named),
                    "rank": _rank(strength, named),
                    "quantities": len(quantities),
                    "quantities_named": len(named),
                }
            )
    return rows


def _rank(strength: dict[str, float], named: set[str]) -> int | None:
    """Place of the cause, ties to its disadvantage; None where the method gives it nothing.

    Where a cause names a quantity of several machines the foremost of them counts; chance is given
    the same advantage.
    """
    own = max((strength.get(quantity, 0.0) for quantity in named), default=0.0)
    others = (value for quantity, value in strength.items() if quantity not in named)
    return 1 + sum(other >= own for other in others) if own > 0 else None


def _rankers(
    inputs: CardInputs,
    outcome: str,
    matrix: GateMatrix,
    attributions: pl.DataFrame,
    failed: set[str],
) -> dict[str, Ranker]:
    is_good, known_at = good_batches(inputs.outcomes, outcome, matrix)
    is_failed = np.array([batch in failed for batch in matrix.batch_ids], dtype=bool)
    by_batch = {
        str(batch): list(own.select("feature", "contribution").rows())
        for (batch,), own in attributions.group_by("batch_id")
    }

    def model(position: int) -> dict[str, float]:
        return _summed(by_batch.get(matrix.batch_ids[position], []))

    def unusual(position: int) -> dict[str, float]:
        beside = compare(matrix, position, is_good, known_at)
        if beside is None:
            return {}
        return _largest(matrix.columns, beside.found.contribution)

    def univariate(position: int) -> dict[str, float]:
        earlier = np.flatnonzero(
            (is_failed | is_good)[:position] & ~(known_at[:position] > matrix.gate_at[position])
        )
        if is_failed[earlier].sum() < FEWEST_EARLIER_FAILURES:
            return {}
        areas = np.abs(column_aucs(mean_filled(matrix.values[earlier]), is_failed[earlier]) - 0.5)
        return _largest(matrix.columns, areas)

    return {MODEL: model, UNUSUAL: unusual, UNIVARIATE: univariate}


def _summed(parts: list[tuple[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for name, part in parts:
        total[quantity_of(name)] = total.get(quantity_of(name), 0.0) + part
    return total


def _largest(columns: list[str], strength: FloatArray) -> dict[str, float]:
    best: dict[str, float] = {}
    for name, own in zip(columns, strength.tolist(), strict=True):
        best[quantity_of(name)] = max(best.get(quantity_of(name), 0.0), own)
    return best


def _summary(outcome: str, cases: Rows, lots: dict[str, int]) -> Rows:
    recorded = [case for case in cases if case["is_recorded"]]
    rows = []
    for method in (MODEL, UNUSUAL, UNIVARIATE):
        own = [case for case in recorded if case["method"] == method]
        ranks = [case["rank"] for case in own]
        cluster: IntArray = np.array([lots[case["batch_id"]] for case in own], dtype=np.int64)
        rows.append(_row(outcome, method, ranks, cluster, _unrecorded(cases, method)))
    sizes = [
        (case["quantities"], case["quantities_named"])
        for case in recorded
        if case["method"] == MODEL
    ]
    if sizes:
        rows.append(_by_chance(outcome, sizes, _unrecorded(cases, MODEL)))
    return rows


def _unrecorded(cases: Rows, method: str) -> int:
    return sum(not case["is_recorded"] for case in cases if case["method"] == method)


def _row(
    outcome: str, method: str, ranks: list[int | None], cluster: IntArray, unrecorded: int
) -> dict[str, Any]:
    row: dict[str, Any] = _head(outcome, method, len(ranks), unrecorded)
    if not ranks:
        return row
    for place in HITS:
        is_hit = np.array([rank is not None and rank <= place for rank in ranks], dtype=bool)
        low, high = share_interval(is_hit, cluster)
        row |= {
            f"hit_at_{place}": float(is_hit.mean()),
            f"hit_at_{place}_low": low,
            f"hit_at_{place}_high": high,
        }
    row["mean_reciprocal_rank"] = sum(1 / rank for rank in ranks if rank) / len(ranks)
    return row


def _by_chance(outcome: str, sizes: list[tuple[int, int]], unrecorded: int) -> dict[str, Any]:
    """What a random order of the same parameters would give, on average."""
    row = _head(outcome, CHANCE, len(sizes), unrecorded)
    reached = [_chance_by_place(size, named) for size, named in sizes]
    for place in HITS:
        row[f"hit_at_{place}"] = float(np.mean([one[min(place, one.size) - 1] for one in reached]))
    row["mean_reciprocal_rank"] = float(
        np.mean([np.diff(one, prepend=0.0) @ (1 / np.arange(1, one.size + 1)) for one in reached])
    )
    return row


def _chance_by_place(size: int, named: int) -> FloatArray:
    """Probability that one of the named quantities is among the first so many of a random order."""
    first = np.arange(size - named + 1)
    missed = np.cumprod((size - named - first) / (size - first))
    return np.asarray(1 - missed)


def _head(outcome: str, method: str, cases: int, unrecorded: int) -> dict[str, Any]:
    return {"outcome": outcome, "method": method, "cases": cases, "causes_not_recorded": unrecorded}
