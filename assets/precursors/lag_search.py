"""Search for the events that come before failures, over every type, scope and window of lags.

An exposure is "an event of this type, on this scope, between so many hours before". The windows are
all pairs of cut points of the lags the records hold. Each exposure is scored by the failures among
the exposed against those expected from their matched blocks; the largest score of a run under
permuted outcomes says what chance gives to a search as wide as this one.

Score: the signed root of the Poisson deviance of observed against expected failures, whose tail
depends less on the expected number than a z score's does (McCullagh & Nelder 1989, section 2.4).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

FEWEST_EXPOSED = 5
# Ratio of neighbouring cut points of the search; windows of survivors are then cut at full
# resolution (``lag_window``).
CUT_RATIO = 1.5
SHORTEST_LAG_H = 2.0
COLUMNS_AT_ONCE = 512


@dataclass(frozen=True)
class EventExposure:
    """One kind of exposure.

    Attributes:
        event_type: What happened.
        kind: alarm, deviation, equipment, excursion or hold.
        scope: What event and batch share.
        from_h: Lags above this count, except that 0 includes lag 0; hours.
        until_h: Lags up to this count; infinite for any time before, lags unknown included.
    """

    event_type: str
    kind: str
    scope: str
    from_h: float
    until_h: float


@dataclass(frozen=True)
class Exposures:
    """Every exposure of a search over the same batches.

    Attributes:
        described: One per column of ``is_exposed``.
        is_exposed: (batches, exposures).
        pairs: Per event type and scope the places of batches and lags behind its exposures.
    """

    described: Sequence[EventExposure]
    is_exposed: BoolArray
    pairs: dict[tuple[str, str], tuple[IntArray, FloatArray]]


def exposures_of(lags: pl.DataFrame, batch_id: pl.Series) -> Exposures:
    """Lay out every window of every event type and scope.

    Windows under which fewer than ``FEWEST_EXPOSED`` batches are exposed, or not exposed, are left
    out, and of windows with the same batches the narrowest stays.

    Args:
        lags: ``event_lags``.
        batch_id: The batches of the search, in their order.
    """
    place = pl.DataFrame({"batch_id": batch_id}).with_row_index("place")
    joined = lags.join(place, on="batch_id").sort("scope", "event_type", "place", "lag_h")
    described: list[EventExposure] = []
    columns: list[BoolArray] = []
    pairs: dict[tuple[str, str], tuple[IntArray, FloatArray]] = {}
    for (scope, event_type), part in joined.group_by("scope", "event_type", maintain_order=True):
        at = part["place"].to_numpy().astype(np.int64)
        lag = part["lag_h"].fill_null(np.nan).to_numpy()
        pairs[str(event_type), str(scope)] = at, lag
        windows, exposed = _windows(at, lag, batch_id.len())
        kind = part["kind"][0]
        described += [EventExposure(str(event_type), kind, str(scope), *w) for w in windows]
        columns += list(exposed)
    stacked = np.array(columns, dtype=bool).T if columns else np.empty((batch_id.len(), 0), bool)
    return Exposures(described, np.ascontiguousarray(stacked), pairs)


def _windows(
    at: IntArray, lag: FloatArray, batches: int
) -> tuple[list[tuple[float, float]], list[BoolArray]]:
    found: dict[bytes, tuple[tuple[float, float], BoolArray]] = {}
    timed = ~np.isnan(lag)
    cuts = cut_points(lag[timed])
    bins = np.searchsorted(cuts, lag[timed], side="left") if cuts.size else np.empty(0, int)
    counts = np.zeros((batches, cuts.size + 1), dtype=np.int32)
    np.add.at(counts, (at[timed], bins), 1)
    until = np.concatenate([np.zeros((batches, 1), np.int32), counts.cumsum(axis=1)], axis=1)
    for width in range(1, cuts.size + 1):
        for first in range(cuts.size - width + 1):
            low = 0.0 if first == 0 else float(cuts[first - 1])
            exposed = until[:, first + width] > until[:, first]
            _keep(found, (low, float(cuts[first + width - 1])), exposed)
    ever = np.zeros(batches, dtype=bool)
    ever[at] = True
    _keep(found, (0.0, float("inf")), ever)
    return [window for window, _ in found.values()], [exposed for _, exposed in found.values()]


def _keep(
    found: dict[bytes, tuple[tuple[float, float], BoolArray]],
    window: tuple[float, float],
    exposed: BoolArray,
) -> None:
    if FEWEST_EXPOSED <= int(exposed.sum()) <= exposed.size - FEWEST_EXPOSED:
        found.setdefault(np.packbits(exposed).tobytes(), (window, exposed))


def cut_points(lag_h: FloatArray) -> FloatArray:
    """Cut points of a set of lags: a geometric grid from its shortest to its longest lag.

    Args:
        lag_h: Lags in hours, at least 0.

    Returns:
        Ascending cut points, the last one the longest lag; empty where there is no lag.
    """
    if not lag_h.size:
        return np.empty(0)
    longest = float(lag_h.max())
    shortest = max(SHORTEST_LAG_H, float(np.quantile(lag_h, 0.01)))
    if longest <= shortest:
        return np.array([longest])
    steps = int(np.ceil(np.log(longest / shortest) / np.log(CUT_RATIO))) + 1
    return np.geomspace(shortest, longest, steps)


def deviance_root(observed: Any, expected: FloatArray) -> Any:
    """Signed root of the Poisson deviance of observed against expected counts.

    Args:
        observed: Counts, any shape ending in the shape of ``expected``.
        expected: Expected counts, above 0.
    """
    log_ratio = np.log(np.where(observed > 0, observed, 1.0) / expected)
    log_part = np.where(observed > 0, observed * log_ratio, 0.0)
    deviance = 2.0 * (log_part - (observed - expected))
    return np.sign(observed - expected) * np.sqrt(np.maximum(deviance, 0.0))


def block_rate(label: FloatArray, block: IntArray) -> FloatArray:
    """Failure rate of each batch's block, 0 to 1."""
    failures = np.bincount(block, weights=label)
    return np.asarray((failures / np.maximum(1, np.bincount(block)))[block])


@dataclass(frozen=True)
class ExposureScores:
    """Scores of the exposures of one outcome, and the largest under each permutation.

    Attributes:
        observed: Failures among the exposed.
        expected: Failures expected among them from their matched blocks.
        score: Signed deviance root per exposure.
        null_largest: Largest score per draw.
    """

    observed: FloatArray
    expected: FloatArray
    score: FloatArray
    null_largest: FloatArray


def score_exposures(
    is_exposed: BoolArray, label: FloatArray, block: IntArray, positions: Iterable[IntArray]
) -> ExposureScores:
    """Score every exposure, and the largest score under each permutation of the outcomes.

    Args:
        is_exposed: (batches, exposures).
        label: Per batch 1 for a failure.
        block: Per batch its matched block.
        positions: (some draws, batches), where each batch's outcome comes from, in parts.
    """
    from scipy.sparse import csr_matrix, vstack

    # A draw in a hundred batches is one failure: kept sparse, all draws are small.
    permuted = vstack([csr_matrix(label.astype(np.float32)[part]) for part in positions], "csr")
    rate = block_rate(label, block)
    largest = np.full(permuted.shape[0], -np.inf)
    observed, expected = np.empty(is_exposed.shape[1]), np.empty(is_exposed.shape[1])
    for start in range(0, is_exposed.shape[1], COLUMNS_AT_ONCE):
        span = slice(start, start + COLUMNS_AT_ONCE)
        part = is_exposed[:, span].astype(np.float32)
        observed[span] = label @ part
        # A block without failures expects none; the floor keeps the logarithm finite.
        expected[span] = np.maximum(rate @ part, 1e-3)
        null = deviance_root(np.asarray(permuted @ part), expected[span].astype(np.float32))
        largest = np.maximum(largest, null.max(axis=1))
    # Counts tie often, and a draw as good as the records counts: both are rounded the same way.
    score = deviance_root(observed.astype(np.float32), expected.astype(np.float32))
    return ExposureScores(observed, expected, score.astype(np.float64), largest)
