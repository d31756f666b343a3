"""Event precursors: what comes before failures more often than before matched batches, and when.

Of every event type and scope the window that stands out most; of those found together on the same
batches, the strongest leads.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from assets.precursors.lag_search import ExposureScores, block_rate
from assets.precursors.lag_window import cut_window
from assets.precursors.matched_effect import matched_effect
from assets.precursors.replication import replication
from assets.precursors.search import FAMILY_LEVEL, OutcomeSearch
from assets.statistics.array_types import BoolArray
from data_contracts.tables import table

SAME_BATCHES = 0.5  # Jaccard overlap above which two precursors of an outcome are one finding


def precursors(searches: list[OutcomeSearch], seed: int) -> pl.DataFrame:
    """Describe the best window of every event type and scope of every outcome.

    Args:
        searches: The searches of a run.
        seed: Seed of the lag intervals.

    Returns:
        ``finding.precursors``: ranked within their outcome, strongest first.
    """
    return table("finding.precursors", [row for each in searches for row in _rows(each, seed)])


def _rows(search: OutcomeSearch, seed: int) -> Iterator[dict[str, Any]]:
    scores, chance = search.scores, search.chance
    if scores is None or chance is None:
        return
    best: dict[tuple[str, str], int] = {}
    for column in np.argsort(-scores.score, kind="stable"):
        exposure = search.exposures.described[column]
        best.setdefault((exposure.event_type, exposure.scope), int(column))
    leading: list[BoolArray] = []
    for rank, column in enumerate(best.values(), start=1):
        p = chance.p_value(float(scores.score[column]))
        row, exposed = _row(search, scores, column, p <= FAMILY_LEVEL, seed)
        is_leading = p <= FAMILY_LEVEL and not any(
            _jaccard(exposed, other) > SAME_BATCHES for other in leading
        )
        if is_leading:
            leading.append(exposed)
            row |= replication(search.exposures, column, search.subjects, search.block, seed)
        yield {**row, "rank": rank, "p_value_family": p, "is_found": p <= FAMILY_LEVEL,
               "is_leading": is_leading}  # fmt: skip


def _jaccard(left: BoolArray, right: BoolArray) -> float:
    return float((left & right).sum() / max(1, (left | right).sum()))


def _row(
    search: OutcomeSearch, scores: ExposureScores, column: int, is_found: bool, seed: int
) -> tuple[dict[str, Any], BoolArray]:
    exposure = search.exposures.described[column]
    subjects = search.subjects
    exposed = search.exposures.is_exposed[:, column]
    lag: dict[str, float | None] = {}
    if is_found and np.isfinite(exposure.until_h):
        pairs = search.exposures.pairs[exposure.event_type, exposure.scope]
        rate = block_rate(subjects.label, search.block)
        cut = cut_window(exposure, pairs, subjects.label, rate, subjects.cluster, seed)
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
        **asdict(matched_effect(exposed, subjects.label, search.block, subjects.cluster)),
    }, exposed  # fmt: skip
