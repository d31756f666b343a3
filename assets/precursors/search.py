"""Event precursors: what comes before failures more often than before matched batches, and when.

Builds ``finding.precursors`` and ``finding.precursor_searches`` from the events, their lags, the
matched blocks and the search. One search covers every outcome, event type, scope and window, and is
controlled as one family.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.precursors.event_history import event_history
from assets.precursors.event_lags import Surroundings, event_lags
from assets.precursors.lag_search import (
    Exposures,
    Scores,
    block_rate,
    exposures_of,
    score_exposures,
)
from assets.precursors.lag_window import cut_window
from assets.precursors.matched_blocks import Subjects, matched_blocks, subjects_of
from assets.precursors.matched_effect import effect_columns
from assets.precursors.replication import replication
from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.resampling.permutation import SharedDraws, log10_arrangements, p_value

FAMILY_LEVEL = 0.05
FEWEST_FAILURES = 3
FEWEST_ARRANGEMENTS_LOG10 = 2.3  # 200 distinct arrangements
REFUSALS = {
    "no_events": "The source records no event that came before a batch of this outcome, so nothing "
    "could be searched.",
    "too_few_failures": "Only {failures} of {batches} batches are known to have failed: too few to "
    "tell what comes before a failure from chance.",
    "too_few_exposed": "Every kind of event came before fewer than five batches, or before all but "
    "five: nothing could be compared.",
    "too_few_arrangements": "The {failures} failures among {batches} batches can be exchanged with "
    "matched batches in too few ways to tell a pattern from chance.",
}
SAME_BATCHES = 0.5  # Jaccard overlap above which two precursors of an outcome are one finding


@dataclass(frozen=True)
class Records:
    """The tables precursors are read from, by their names in the warehouse."""

    batches: pl.DataFrame
    phases: pl.DataFrame
    deviations: pl.DataFrame
    equipment_events: pl.DataFrame
    material_usage: pl.DataFrame
    sensor_phase_features: pl.DataFrame
    batch_gates: pl.DataFrame
    outcomes: pl.DataFrame
    outcome_definitions: pl.DataFrame


@dataclass(frozen=True)
class Search:
    """One outcome's part of the search.

    Attributes:
        outcome: Its name.
        lags: ``event_lags`` up to this outcome's anchor.
        subjects: Batches with a known outcome.
        block: Per batch its matched block.
        exposures: What was searched.
        scores: How it scored; None where the search could not be made.
        refusal: Why not, a code; None where it was made.
    """

    outcome: str
    lags: pl.DataFrame
    subjects: Subjects
    block: IntArray
    exposures: Exposures
    scores: Scores | None
    refusal: str | None


def search_precursors(records: Records, *, draws: int, seed: int) -> list[Search]:
    """Search every outcome of the records, all on the same permutations.

    Args:
        records: The tables.
        draws: Permutations behind the error control.
        seed: Seed of the permutations.
    """
    events = event_history(
        records.deviations, records.equipment_events, records.phases, records.sensor_phase_features
    )
    lags: dict[int, pl.DataFrame] = {}
    laid: dict[tuple[int, bytes], Exposures] = {}
    strings = records.batches["cluster_id"].unique().sort()
    shared = SharedDraws(max(1, strings.len()), draws, seed)
    found = []
    for outcome, gate in (
        records.outcome_definitions.sort("outcome").select("outcome", "last_gate_before").rows()
    ):
        if gate not in lags:
            lags[gate] = event_lags(events, _surroundings(records, gate))
        subjects = subjects_of(
            records.batches, records.outcomes.filter(pl.col("outcome") == outcome), events
        )
        key = (gate, "\n".join(subjects.batch_id.to_list()).encode())
        if key not in laid:
            laid[key] = exposures_of(lags[gate], subjects.batch_id)
        found.append(_searched(outcome, lags[gate], subjects, laid[key], shared))
    return found


def _surroundings(records: Records, gate: int) -> Surroundings:
    at_gate = records.batch_gates.filter(pl.col("gate") == gate)
    anchors = records.batches.select("batch_id").join(
        at_gate.select("batch_id", anchor_at="gate_at"), on="batch_id", how="left"
    )
    return Surroundings(
        records.batches,
        records.phases,
        records.material_usage,
        anchors.with_columns(anchor_stage=pl.lit(gate, pl.Int64)),
    )


def _searched(
    outcome: str, lags: pl.DataFrame, subjects: Subjects, exposures: Exposures, shared: SharedDraws
) -> Search:
    block = matched_blocks(subjects)
    refusal = _refusal(subjects, block, exposures)
    scores = None
    if refusal is None:
        positions = shared.positions(block, subjects.string)
        scores = score_exposures(exposures.is_exposed, subjects.label, block, positions)
    return Search(outcome, lags, subjects, block, exposures, scores, refusal)


def _refusal(subjects: Subjects, block: IntArray, exposures: Exposures) -> str | None:
    if not exposures.pairs:
        return "no_events"
    if subjects.label.sum() < FEWEST_FAILURES:
        return "too_few_failures"
    if not exposures.described:
        return "too_few_exposed"
    arrangements = log10_arrangements(block, subjects.string, subjects.label)
    return "too_few_arrangements" if arrangements < FEWEST_ARRANGEMENTS_LOG10 else None


def family_null(searches: list[Search]) -> FloatArray:
    """Largest score of the whole run per permutation; empty where nothing was searched."""
    nulls = [search.scores.null_largest for search in searches if search.scores is not None]
    return np.max(nulls, axis=0) if nulls else np.empty(0)


def precursor_rows(search: Search, null: FloatArray, seed: int) -> list[dict[str, Any]]:
    """Describe the best window of every event type and scope of one outcome.

    Args:
        search: The outcome's search.
        null: ``family_null`` of the run.
        seed: Seed of the lag intervals.

    Returns:
        Rows of ``finding.precursors``, strongest first.
    """
    if search.scores is None:
        return []
    best: dict[tuple[str, str], int] = {}
    for column in np.argsort(-search.scores.score, kind="stable"):
        exposure = search.exposures.described[column]
        best.setdefault((exposure.event_type, exposure.scope), int(column))
    rows: list[dict[str, Any]] = []
    leading: list[BoolArray] = []
    for rank, column in enumerate(best.values(), start=1):
        p = p_value(float(search.scores.score[column]), null)
        row, exposed = _row(search, search.scores, column, p <= FAMILY_LEVEL, seed)
        is_leading = not any(_jaccard(exposed, other) > SAME_BATCHES for other in leading)
        if is_leading and p <= FAMILY_LEVEL:
            leading.append(exposed)
        if is_leading and p <= FAMILY_LEVEL:
            row |= replication(search.exposures, column, search.subjects, search.block, seed)
        rows.append({**row, "rank": rank, "p_value_family": p, "is_found": p <= FAMILY_LEVEL,
                     "is_leading": is_leading and p <= FAMILY_LEVEL})  # fmt: skip
    return rows


def _jaccard(left: BoolArray, right: BoolArray) -> float:
    return float((left & right).sum() / max(1, (left | right).sum()))


def _row(
    search: Search, scores: Scores, column: int, is_found: bool, seed: int
) -> tuple[dict[str, Any], BoolArray]:
    exposure = search.exposures.described[column]
    subjects = search.subjects
    exposed = search.exposures.is_exposed[:, column]
    lag: dict[str, float | None] = {}
    if is_found and np.isfinite(exposure.until_h):
        pairs = search.exposures.pairs[exposure.event_type, exposure.scope]
        rate = block_rate(subjects.label, search.block)
        cut = cut_window(exposure, pairs, subjects.label, rate, subjects.string, seed)
        exposed = cut.is_exposed
        lag = {
            "lag_from_h": cut.from_h, "lag_until_h": cut.until_h,
            "lag_until_low_h": cut.until_low_h, "lag_until_high_h": cut.until_high_h,
            "lag_h": cut.typical_h, "lag_low_h": cut.typical_low_h,
            "lag_high_h": cut.typical_high_h,
        }  # fmt: skip
    elif np.isfinite(exposure.until_h):
        lag = {"lag_from_h": exposure.from_h, "lag_until_h": exposure.until_h}
    return {
        "outcome": search.outcome, "event_type": exposure.event_type, "kind": exposure.kind,
        "scope": exposure.scope, "score": float(scores.score[column]), **lag,
        **effect_columns(exposed, subjects.label, search.block, subjects.string),
    }, exposed  # fmt: skip


def search_row(search: Search, null: FloatArray, draws: int) -> dict[str, Any]:
    """Return a row of ``finding.precursor_searches``: how an outcome was searched, what came of it.

    Args:
        search: The outcome's search.
        null: ``family_null`` of the run.
        draws: Permutations behind the error control.
    """
    failures, batches = int(search.subjects.label.sum()), int(search.subjects.label.size)
    types = len(search.exposures.pairs)
    row: dict[str, Any] = {
        "outcome": search.outcome, "batches": batches, "failures": failures,
        "event_types": types, "exposures": len(search.exposures.described),
        "blocks": int(np.unique(search.block).size), "draws": draws,
    }  # fmt: skip
    if search.scores is None:
        refusal = search.refusal or "no_events"
        reason = REFUSALS[refusal].format(failures=failures, batches=batches)
        return {**row, "verdict": refusal, "reason": reason}
    threshold = float(np.quantile(null, 1 - FAMILY_LEVEL))
    smallest = p_value(float(search.scores.score.max()), null)
    verdict = "found" if smallest <= FAMILY_LEVEL else "none_found"
    words = {
        "found": "At least one kind of event comes before failures more often than chance gives",
        "none_found": "No kind of event comes before failures more often than chance gives",
    }[verdict]
    reason = (
        f"{words} to a search over {types} event types and scopes and "
        f"{row['exposures']:,} windows, among {failures} failures in {batches} batches "
        f"(smallest family-wise p {_written(smallest)})."
    )
    return {**row, "verdict": verdict, "reason": reason, "smallest_p_value": smallest,
            "score_needed": threshold}  # fmt: skip


def _written(p: float) -> str:
    return "above 0.99" if p > 0.99 else f"{p:.2g}"
