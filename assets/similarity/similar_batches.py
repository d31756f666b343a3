"""``finding.similar_batches``: the nearest failed and good batches of failed ones."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from assets.similarity.batch_rows import BatchRows, batch_rows
from assets.similarity.feature_traits import feature_traits
from assets.similarity.search import BatchResult, ComparedBy, FoundNeighbours, similar
from assets.similarity.traits import Traits
from assets.similarity.trajectory_traits import trajectory_traits
from data_contracts.tables import table

NAME = "finding.similar_batches"
TOP = 3
WANTED = (BatchResult.FAILED, BatchResult.GOOD)


def similar_batches(
    batches: pl.DataFrame,
    flagged_batches: pl.DataFrame,
    outcome_definitions: pl.DataFrame,
    phase_trajectories: pl.DataFrame,
    gate_values: pl.DataFrame,
    dictionary: pl.DataFrame,
    batch_gates: pl.DataFrame,
    withheld_features: pl.DataFrame,
) -> pl.DataFrame:
    """Find for every failed or flagged batch what is most like it.

    Args:
        batches: ``mart.batches``.
        flagged_batches: ``mart.flagged_batches``.
        outcome_definitions: ``core.outcome_definitions``.
        phase_trajectories: ``feature.phase_trajectories``; may have no rows.
        gate_values: ``feature.gate_values``.
        dictionary: ``feature.dictionary``.
        batch_gates: ``feature.batch_gates``.
        withheld_features: ``evidence.withheld_features``.

    Returns:
        ``finding.similar_batches``: three failed and three good ones each by trajectory and by
        features; fewer where there are no more, none where no spread can be told.
    """
    rows = batch_rows(batches, outcome_definitions)
    flagged = set(flagged_batches["batch_id"])
    asked = [
        place
        for place, (name, result) in enumerate(zip(rows.batch_ids, rows.result, strict=True))
        if result == BatchResult.FAILED or name in flagged
    ]
    withheld = set(withheld_features["feature"])
    told: list[dict[str, Any]] = []
    for gate in sorted({int(rows.gate[place]) for place in asked}):
        of_gate = [place for place in asked if rows.gate[place] == gate]
        courses = phase_trajectories.filter(pl.col("stage").fill_null(gate) <= gate)
        by_trajectory = trajectory_traits(courses, rows.batch_ids)
        by_features = feature_traits(gate_values, dictionary, batch_gates, gate, withheld)
        told += _told(rows, by_trajectory, of_gate, gate, ComparedBy.TRAJECTORY)
        told += _told(rows, by_features, of_gate, gate, ComparedBy.FEATURES)
    return table(NAME, told)


def _told(
    rows: BatchRows, traits: Traits, asked: list[int], gate: int, by: ComparedBy
) -> Iterator[dict[str, Any]]:
    """Search among all batches, and tell the neighbours by name."""
    found = similar(
        traits.at(rows.batch_ids),
        asked,
        rows.product,
        rows.result,
        np.ones(len(rows.batch_ids), dtype=bool),
        WANTED,
        TOP,
    )
    for one in found:
        for row in _rows(one, rows.batch_ids):
            yield row | {"last_gate": gate, "compared_by": by}


def _rows(found: FoundNeighbours, batch_ids: list[str]) -> Iterator[dict[str, Any]]:
    for result, neighbours in found.neighbours.items():
        for one in neighbours:
            yield {
                "batch_id": batch_ids[found.batch],
                "neighbour_result": result,
                "neighbour_id": batch_ids[one.batch],
                "rank": one.rank,
                "distance": one.distance,
                "usual_distance": found.usual_distance,
                "shared_share": one.shared,
                "alike": "; ".join(one.alike) or None,
                "different": "; ".join(one.different) or None,
                "compared_batches": found.compared,
                "good_batches": found.good,
                "is_own_product": found.is_own_product,
            }
