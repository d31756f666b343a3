"""Explanations held against what investigations confirmed: how high the true parameter stood.

For every failed batch with a closed deviation and a confirmed cause, parameters are ranked as they
could have been when the batch passed its gate: by the model's out-of-fold contribution, by how
unusual they were beside earlier good batches, and by how well each alone ranked earlier failures;
and by line of its page, which also knows which tests the batch failed, as its investigation does.
Chance is the ranking that knows nothing. Where there is a model, only batches it was not fitted on
are counted, for every method.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from assets.batch_matrix.confirmed_causes import quantities_named
from assets.batch_matrix.good_batches import was_known_by
from assets.batch_matrix.missing_values import mean_filled
from assets.failure_models.investigation.card_inputs import (
    CardInputs,
    InvestigatedOutcome,
    investigated_outcomes,
)
from assets.failure_models.investigation.comparison import compare
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.dependence import share_interval
from assets.statistics.prediction_quality.discrimination import column_aucs
from data_contracts.tables import table

CONTRAST, MODEL, UNUSUAL = "contrast", "model", "unusual"
UNIVARIATE, CHANCE = "univariate", "chance"
METHODS = (CONTRAST, MODEL, UNUSUAL, UNIVARIATE)
HITS = (1, 3, 5)
FEWEST_EARLIER_FAILURES = 3

Rows = list[dict[str, Any]]
Ranker = Callable[[int], dict[str, float]]


def cause_backtest(
    inputs: CardInputs, attributions: pl.DataFrame, good_contrasts: pl.DataFrame
) -> dict[str, pl.DataFrame]:
    """Rank the confirmed cause of every failed batch by every method.

    Args:
        inputs: The tables of the cards.
        attributions: ``model.attributions``; only outcomes under a process signal are in it.
        good_contrasts: ``model.good_contrasts`` likewise.

    Returns:
        ``finding.explained_causes`` (one row per case and method) and
        ``finding.explanation_backtest`` (one per outcome and method) by name.
    """
    cases: Rows = []
    summaries: Rows = []
    for outcome in investigated_outcomes(inputs):
        is_own = (pl.col("outcome") == outcome.definition.outcome) & (
            pl.col("gate") == outcome.definition.last_gate_before
        )
        found = explained_causes(
            inputs, outcome, attributions.filter(is_own), good_contrasts.filter(is_own)
        )
        cases += found
        if found:
            summaries += explanation_backtest(outcome, found)
    return {
        "finding.explained_causes": table("finding.explained_causes", cases),
        "finding.explanation_backtest": table("finding.explanation_backtest", summaries),
    }


def explained_causes(
    inputs: CardInputs,
    outcome: InvestigatedOutcome,
    attributions: pl.DataFrame,
    good_contrasts: pl.DataFrame,
) -> Rows:
    """Where every method placed every confirmed cause of one outcome's failed batches.

    Args:
        inputs: The tables of the cards.
        outcome: What failed.
        attributions: ``model.attributions`` of the outcome at its gate.
        good_contrasts: ``model.good_contrasts`` likewise.

    Returns:
        Rows of ``finding.explained_causes``.
    """
    matrix = outcome.matrix
    place = {batch: i for i, batch in enumerate(matrix.batch_ids)}
    quantity_of = dict(inputs.dictionary.select("feature", "quantity").iter_rows())
    quantities = sorted({quantity_of[feature] for feature in matrix.features})
    rankers = _rankers(outcome, attributions, quantity_of)
    lines = _lines(good_contrasts, quantity_of)
    # Every method is asked about the same batches: those the model had not been fitted on.
    explained = set(attributions["batch_id"]) or set(place)
    confirmed = inputs.deviations.drop_nulls("confirmed_cause").sort("deviation_id")
    rows: Rows = []
    seen: set[tuple[str, str]] = set()
    for row in confirmed.iter_rows(named=True):
        batch, cause = row["batch_id"], row["confirmed_cause"]
        if batch not in explained or batch not in place or (batch, cause) in seen:
            continue
        if not outcome.labels.is_failed[place[batch]]:
            continue
        seen.add((batch, cause))
        named = quantities_named(cause, quantities)
        head = {
            "outcome": outcome.definition.outcome,
            "batch_id": batch,
            "confirmed_cause": cause,
            "deviation_id": row["deviation_id"],
            "is_recorded": bool(named),
        }
        if lines:
            rows.append(head | {"method": CONTRAST} | _place_among(lines.get(batch, []), named))
        for method, ranker in rankers.items():
            strength = ranker(place[batch]) if named else {}
            rows.append(
                head
                | {
                    "method": method,
                    "rank": _rank(strength, named),
                    "quantities": len(quantities),
                    "quantities_named": len(named),
                }
            )
    return rows


def _lines(good_contrasts: pl.DataFrame, quantity_of: dict[str, str]) -> dict[str, list[set[str]]]:
    """Per batch, the quantities of every line towards failure, in the order of its page."""
    lines: dict[str, list[set[str]]] = {}
    towards = good_contrasts.filter(pl.col("contribution") > 0).sort("batch_id", "rank")
    for batch, features in towards.select("batch_id", "features").iter_rows():
        about = {quantity_of.get(feature, feature) for feature in features.split(", ")}
        lines.setdefault(batch, []).append(about)
    return lines


def _place_among(lines: list[set[str]], named: set[str]) -> dict[str, int | None]:
    """Place of the first line that holds the cause; None where no line towards failure does."""
    holding = [place for place, about in enumerate(lines, start=1) if about & named]
    return {
        "rank": holding[0] if holding else None,
        "quantities": len(lines),
        "quantities_named": len(holding),
    }


def _rank(strength: dict[str, float], named: set[str]) -> int | None:
    """Place of the cause, ties to its disadvantage; None where the method gives it nothing.

    Where a cause names a quantity of several machines the foremost of them counts; chance is given
    the same advantage.
    """
    own = max((strength.get(quantity, 0.0) for quantity in named), default=0.0)
    others = (value for quantity, value in strength.items() if quantity not in named)
    return 1 + sum(other >= own for other in others) if own > 0 else None


def _rankers(
    outcome: InvestigatedOutcome, attributions: pl.DataFrame, quantity_of: dict[str, str]
) -> dict[str, Ranker]:
    matrix, labels = outcome.matrix, outcome.labels
    per_column = [quantity_of[feature] for feature in matrix.features]
    contributed = {
        str(batch): list(own.select("feature", "contribution").rows())
        for (batch,), own in attributions.group_by("batch_id")
    }

    def model(position: int) -> dict[str, float]:
        total: dict[str, float] = {}
        for feature, part in contributed.get(matrix.batch_ids[position], []):
            quantity = quantity_of.get(feature, feature)
            total[quantity] = total.get(quantity, 0.0) + part
        return total

    def unusual(position: int) -> dict[str, float]:
        beside = compare(outcome, position)
        return {} if beside is None else _largest(per_column, beside.found.contribution)

    def univariate(position: int) -> dict[str, float]:
        earlier = np.flatnonzero(
            labels.is_labelled[:position] & was_known_by(matrix, labels, position)
        )
        if labels.is_failed[earlier].sum() < FEWEST_EARLIER_FAILURES:
            return {}
        filled = mean_filled(matrix.values[earlier])
        return _largest(per_column, np.abs(column_aucs(filled, labels.is_failed[earlier]) - 0.5))

    return {MODEL: model, UNUSUAL: unusual, UNIVARIATE: univariate}


def _largest(quantities: list[str], strength: FloatArray) -> dict[str, float]:
    """Largest strength of the columns about each quantity."""
    best: dict[str, float] = {}
    for quantity, own in zip(quantities, strength.tolist(), strict=True):
        best[quantity] = max(best.get(quantity, 0.0), own)
    return best


def explanation_backtest(outcome: InvestigatedOutcome, cases: Rows) -> Rows:
    """How high each method placed the confirmed causes of one outcome, beside chance.

    Args:
        outcome: What failed.
        cases: Its rows of ``finding.explained_causes``.

    Returns:
        Rows of ``finding.explanation_backtest``; causes nothing recorded is about are counted only.
    """
    name, matrix = outcome.definition.outcome, outcome.matrix
    lots = dict(zip(matrix.batch_ids, matrix.cluster.tolist(), strict=True))
    recorded = [case for case in cases if case["is_recorded"]]
    rows = []
    methods = [m for m in METHODS if any(case["method"] == m for case in cases)]
    for method in methods:
        own = [case for case in recorded if case["method"] == method]
        ranks = [case["rank"] for case in own]
        cluster: IntArray = np.array([lots[case["batch_id"]] for case in own], dtype=np.int64)
        rows.append(_row(name, method, ranks, cluster, _unrecorded(cases, method)))
    sizes = [
        (case["quantities"], case["quantities_named"])
        for case in recorded
        if case["method"] == MODEL
    ]
    if sizes:
        rows.append(_by_chance(name, sizes, _unrecorded(cases, MODEL)))
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
