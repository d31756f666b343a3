"""Sequences of two or three events that come before failures more often than matched batches show.

The events a batch met on itself or on its equipment in the month before its anchor are laid in the
order they were known (excursions only those of the batch itself); a sequence is what happened in
that order, with other events in between allowed and events at one instant in no order. Longer
sequences are grown from frequent shorter ones, up to a stated budget, and are scored and controlled
like single events, as one family over all outcomes.

Source: Agrawal & Srikant (1995), growing sequential patterns by their support.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.precursors.lag_search import FEWEST_EXPOSED, ExposureScores, score_exposures
from assets.precursors.matched_effect import matched_effect
from assets.precursors.search import FAMILY_LEVEL, OutcomeSearch
from assets.statistics.array_types import BoolArray, FloatArray
from assets.statistics.resampling.multiplicity import FamilyNull, westfall_young
from assets.statistics.resampling.permutation import SharedDraws
from data_contracts.tables import table

TABLE = "finding.event_sequences"
HORIZON_H = 30 * 24.0
MOST_PAIRS, MOST_TRIPLES = 600, 600
PAIRS_GROWN = 60
LEAST_SUPPORT = 0.005
MOST_SUPPORT = 0.5  # what most batches meet sets none of them apart
MOST_ROWS = 30
HOUR_US = 3.6e9

Steps = tuple[str, ...]


@dataclass(frozen=True)
class Sequences:
    """The sequences of one set of batches.

    Attributes:
        steps: Per column its event types in order, two or three.
        is_met: (batches, sequences) whether the batch met them in that order.
    """

    steps: list[Steps]
    is_met: BoolArray


def sequences_of(lags: pl.DataFrame, batch_id: pl.Series) -> Sequences:
    """Lay out the frequent sequences of two and three events.

    Args:
        lags: ``event_lags``; events without an instant have no order and are left out.
        batch_id: The batches of the search, in their order.
    """
    fewest = max(FEWEST_EXPOSED, int(np.ceil(LEAST_SUPPORT * batch_id.len())))
    times = _times(lags, batch_id)
    times = {
        name: at
        for name, at in times.items()
        if fewest <= np.isfinite(at[:, 0]).sum() <= MOST_SUPPORT * batch_id.len()
    }
    ends: dict[Steps, FloatArray] = {(name,): at[:, 0] for name, at in times.items()}
    pairs = _grown(ends, times, fewest, MOST_PAIRS)
    few = dict(list(pairs.items())[:PAIRS_GROWN])
    triples = _grown(few, times, fewest, MOST_TRIPLES)
    every = {**pairs, **triples}
    columns = [np.isfinite(end) for end in every.values()]
    is_met = np.array(columns, dtype=bool).T if columns else np.empty((batch_id.len(), 0), bool)
    return Sequences(list(every), np.ascontiguousarray(is_met))


def _times(lags: pl.DataFrame, batch_id: pl.Series) -> dict[str, FloatArray]:
    """Per event type the instants each batch met it, ascending, padded with infinity."""
    place = pl.DataFrame({"batch_id": batch_id}).with_row_index("place")
    is_near = (pl.col("scope") == "batch") | (
        (pl.col("scope") == "equipment") & (pl.col("kind") != "excursion")
    )
    met = (
        lags.filter(is_near & (pl.col("lag_h") <= HORIZON_H) & pl.col("known_at").is_not_null())
        .join(place, on="batch_id")
        .select("event_type", "place", at_h=pl.col("known_at").dt.epoch("us") / HOUR_US)
        .unique()
        .sort("event_type", "place", "at_h")
        .with_columns(nth=pl.int_range(pl.len()).over("event_type", "place"))
    )
    times = {}
    for (name,), part in met.group_by("event_type", maintain_order=True):
        padded = np.full((batch_id.len(), int(part["nth"].max()) + 1), np.inf)  # type: ignore[arg-type]
        padded[part["place"].to_numpy(), part["nth"].to_numpy()] = part["at_h"].to_numpy()
        times[str(name)] = padded
    return times


def _grown(
    ends: dict[Steps, FloatArray], times: dict[str, FloatArray], fewest: int, most: int
) -> dict[Steps, FloatArray]:
    """Append each event type to each sequence: per batch the earliest instant it is complete."""
    grown: dict[Steps, FloatArray] = {}
    for steps, end in ends.items():
        for name, at in times.items():
            if name in steps:
                continue
            complete = np.where(at > end[:, None], at, np.inf).min(axis=1)
            if np.isfinite(complete).sum() >= fewest:
                grown[*steps, name] = complete
    order = sorted(grown, key=lambda s: (-int(np.isfinite(grown[s]).sum()), s))[:most]
    return {steps: grown[steps] for steps in order}


def event_sequences(searches: list[OutcomeSearch], *, draws: int, seed: int) -> pl.DataFrame:
    """Search the sequences of every outcome, all on the same permutations.

    Args:
        searches: The precursor searches, whose lags, batches and blocks are used.
        draws: Permutations behind the error control.
        seed: Seed of the permutations.

    Returns:
        ``finding.event_sequences``: per outcome the ``MOST_ROWS`` strongest.
    """
    clusters = max((int(s.subjects.cluster.max()) + 1 for s in searches if s.block.size), default=1)
    shared = SharedDraws(clusters, draws, seed)
    laid: dict[tuple[int, bytes], Sequences] = {}
    scored: list[tuple[OutcomeSearch, Sequences, ExposureScores]] = []
    for search in searches:
        if search.scores is None:
            continue
        key = (id(search.lags), "\n".join(search.subjects.batch_id.to_list()).encode())
        if key not in laid:
            laid[key] = sequences_of(search.lags, search.subjects.batch_id)
        if laid[key].steps:
            positions = shared.parts(search.block, search.subjects.cluster)
            label = search.subjects.label
            scores = score_exposures(laid[key].is_met, label, search.block, positions)
            scored.append((search, laid[key], scores))
    if not scored:
        return table(TABLE)
    nulls = np.stack([scores.null_largest for _, _, scores in scored], axis=1)
    chance = westfall_young(nulls, is_one_scale=True)
    return table(TABLE, [row for each in scored for row in _rows(*each, chance)])


def _rows(
    search: OutcomeSearch, sequences: Sequences, scores: ExposureScores, chance: FamilyNull
) -> Iterator[dict[str, Any]]:
    subjects = search.subjects
    best = np.argsort(-scores.score, kind="stable")[:MOST_ROWS]
    for rank, column in enumerate(best, start=1):
        p = chance.p_value(float(scores.score[column]))
        steps, is_met = sequences.steps[column], sequences.is_met[:, column]
        effect = matched_effect(is_met, subjects.label, search.block, subjects.cluster)
        yield {
            "outcome": search.outcome,
            "rank": rank,
            "sequence": " > ".join(steps),
            "length": len(steps),
            "score": float(scores.score[column]),
            "p_value_family": p,
            "is_found": p <= FAMILY_LEVEL,
            "searched": len(sequences.steps),
            **asdict(effect),
        }
