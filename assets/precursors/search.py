"""The search of a run for event precursors, from its records to scores and what chance gives them.

Here the events, their lags and the matched blocks meet. One search covers every outcome, event
type, scope and window, and is controlled as one family.
"""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from assets.precursors.event_history import event_history
from assets.precursors.event_lags import BatchSurroundings, event_lags
from assets.precursors.lag_search import Exposures, ExposureScores, exposures_of, score_exposures
from assets.precursors.matched_blocks import Subjects, matched_blocks, subjects_of
from assets.statistics.array_types import IntArray
from assets.statistics.resampling.multiplicity import FamilyNull, westfall_young
from assets.statistics.resampling.permutation import SharedDraws, log10_arrangements
from data_contracts.codes.records import SearchVerdict
from data_contracts.profile_schema.rule_names.defining_events import is_defining, listed_events

FAMILY_LEVEL = 0.05
FEWEST_FAILURES = 3
FEWEST_ARRANGEMENTS_LOG10 = 2.3  # 200 distinct arrangements


@dataclass(frozen=True)
class EventRecords:
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
class OutcomeSearch:
    """One outcome's part of the search.

    Attributes:
        outcome: Its name.
        lags: ``event_lags`` up to this outcome's anchor.
        subjects: Batches with a known outcome.
        block: Per batch its matched block.
        exposures: What was searched.
        scores: How it scored; None where the search could not be made.
        refusal: Why not, a code; None where it was made.
        left_out: Kinds of event that define the outcome, and so are no precursor of it.
        chance: What chance gives to the largest score of the whole run; None where no outcome was
            searched.
    """

    outcome: str
    lags: pl.DataFrame
    subjects: Subjects
    block: IntArray
    exposures: Exposures
    scores: ExposureScores | None
    refusal: str | None
    left_out: tuple[str, ...] = ()
    chance: FamilyNull | None = None


def search_precursors(records: EventRecords, *, draws: int, seed: int) -> list[OutcomeSearch]:
    """Search every outcome of the records, all on the same permutations.

    Args:
        records: The tables.
        draws: Permutations behind the error control.
        seed: Seed of the permutations.
    """
    events = event_history(
        records.deviations, records.equipment_events, records.phases, records.sensor_phase_features
    )
    lags: dict[tuple[int, tuple[str, ...]], pl.DataFrame] = {}
    laid: dict[tuple[int, tuple[str, ...], bytes], Exposures] = {}
    clusters = records.batches["cluster_id"].unique().sort()
    shared = SharedDraws(max(1, clusters.len()), draws, seed)
    found = []
    for outcome, gate, defining_events in (
        records.outcome_definitions.sort("outcome")
        .select("outcome", "last_gate_before", "defining_events")
        .rows()
    ):
        left_out = listed_events(defining_events)
        own = without_defining(events, left_out)
        at = (gate, left_out)
        if at not in lags:
            lags[at] = event_lags(own, _surroundings(records, gate))
        subjects = subjects_of(
            records.batches, records.outcomes.filter(pl.col("outcome") == outcome), own
        )
        key = (*at, "\n".join(subjects.batch_id.to_list()).encode())
        if key not in laid:
            laid[key] = exposures_of(lags[at], subjects.batch_id)
        searched = _searched(outcome, lags[at], subjects, laid[key], shared)
        found.append(replace(searched, left_out=left_out))
    nulls = [each.scores.null_largest for each in found if each.scores is not None]
    if not nulls:
        return found
    chance = westfall_young(np.stack(nulls, axis=1), is_one_scale=True)
    return [replace(each, chance=chance) for each in found]


def without_defining(events: pl.DataFrame, left_out: tuple[str, ...]) -> pl.DataFrame:
    """Return the events that are none of those an outcome is defined by.

    Args:
        events: ``event_history``.
        left_out: The kinds of event that define it.
    """
    kinds = [kind for kind in events["event_type"].unique() if is_defining(kind, left_out)]
    return events.filter(~pl.col("event_type").is_in(kinds))


def _surroundings(records: EventRecords, gate: int) -> BatchSurroundings:
    at_gate = records.batch_gates.filter(pl.col("gate") == gate)
    anchors = records.batches.select("batch_id").join(
        at_gate.select("batch_id", anchor_at="gate_at"), on="batch_id", how="left"
    )
    return BatchSurroundings(
        records.batches,
        records.phases,
        records.material_usage,
        anchors.with_columns(anchor_stage=pl.lit(gate, pl.Int64)),
    )


def _searched(
    outcome: str, lags: pl.DataFrame, subjects: Subjects, exposures: Exposures, shared: SharedDraws
) -> OutcomeSearch:
    block = matched_blocks(subjects)
    refusal = _refusal(subjects, block, exposures)
    scores = None
    if refusal is None:
        positions = shared.parts(block, subjects.cluster)
        scores = score_exposures(exposures.is_exposed, subjects.label, block, positions)
    return OutcomeSearch(outcome, lags, subjects, block, exposures, scores, refusal)


def _refusal(subjects: Subjects, block: IntArray, exposures: Exposures) -> str | None:
    if not exposures.pairs:
        return SearchVerdict.NO_EVENTS
    if subjects.label.sum() < FEWEST_FAILURES:
        return SearchVerdict.TOO_FEW_FAILURES
    if not exposures.described:
        return SearchVerdict.TOO_FEW_EXPOSED
    arrangements = log10_arrangements(block, subjects.cluster, subjects.label)
    return SearchVerdict.TOO_FEW_ARRANGEMENTS if arrangements < FEWEST_ARRANGEMENTS_LOG10 else None
