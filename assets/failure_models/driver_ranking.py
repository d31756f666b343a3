"""Clusters of features in order of what they contribute, and how firmly each holds its place.

A place is held in a refit when the cluster is again among the leaders, a sign when risk again rises
in the same direction. Refits are on resampled lots and campaigns; the two periods are the earlier
and the later half of the out-of-time batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assets.failure_models.driver_clusters import summed_by_cluster
from assets.statistics.array_types import FloatArray, IntArray

HIGHER, LOWER, WINDOW, MIXED = "higher", "lower", "window", "mixed"
CLEAR = 0.5


@dataclass(frozen=True)
class RankedCluster:
    """One cluster of correlated columns.

    Attributes:
        columns: Positions of its columns, the leading one first.
        contribution: Per out-of-time batch, summed over the columns, positive towards failure.
        mean_abs: Mean absolute contribution.
        share: Its share of the mean absolute contributions of all clusters, 0 to 1.
        direction: Which values of the leading column go with failure.
        rank: 1 for the largest.
        rank_low: 5th percentile of the rank over refits; ``rank_high`` the 95th.
        place_stability: Share of refits that place it among the leaders.
        sign_stability: Share of refits that give it the same direction.
        holds_in_periods: Whether both periods place it among the leaders, in the same direction.
    """

    columns: IntArray
    contribution: FloatArray
    mean_abs: float
    share: float
    direction: str
    rank: int
    rank_low: int
    rank_high: int
    place_stability: float
    sign_stability: float
    holds_in_periods: bool


def rank_clusters(
    contribution: FloatArray,
    values: FloatArray,
    cluster: IntArray,
    refits: Sequence[FloatArray],
    *,
    places: int,
    shown: int,
) -> list[RankedCluster]:
    """Rank clusters by mean absolute contribution.

    Args:
        contribution: (batches, columns) out of fold.
        values: (batches, columns) the model's own view of the features.
        cluster: Per column, its cluster.
        refits: Contributions of the same batches after each refit.
        places: Number of leading places that count as holding one.
        shown: Number of clusters returned.

    Returns:
        The leading clusters, the largest first.
    """
    summed = summed_by_cluster(contribution, cluster)
    leading = _leading_columns(contribution, cluster)
    ranks = ranks_of(summed)
    again = [summed_by_cluster(one, cluster) for one in refits]
    again_ranks = np.array([ranks_of(one) for one in again]).reshape(len(again), summed.shape[1])
    half = summed.shape[0] // 2
    periods = (slice(0, half), slice(half, None))
    period_ranks = [ranks_of(summed[part]) for part in periods]
    importance = np.abs(summed).mean(axis=0)
    total = max(float(importance.sum()), 1e-300)
    found = []
    for code in np.argsort(ranks)[:shown]:
        value = values[:, leading[code]]
        own = direction(value, summed[:, code])
        low, high = _rank_interval(again_ranks[:, code], int(ranks[code]))
        found.append(
            RankedCluster(
                columns=_ordered_columns(contribution, cluster, int(code)),
                contribution=summed[:, code],
                mean_abs=float(importance[code]),
                share=float(importance[code]) / total,
                direction=own,
                rank=int(ranks[code]),
                rank_low=low,
                rank_high=high,
                place_stability=_share([r <= places for r in again_ranks[:, code]]),
                sign_stability=_share([direction(value, one[:, code]) == own for one in again]),
                holds_in_periods=all(
                    rank[code] <= places and direction(value[part], summed[part, code]) == own
                    for part, rank in zip(periods, period_ranks, strict=True)
                ),
            )
        )
    return found


def ranks_of(summed: FloatArray) -> IntArray:
    """Rank of each cluster by mean absolute contribution, 1 for the largest."""
    order = np.argsort(-np.abs(summed).mean(axis=0), kind="stable")
    ranks = np.empty(order.size, dtype=np.int64)
    ranks[order] = np.arange(1, order.size + 1)
    return ranks


def direction(value: FloatArray, contribution: FloatArray) -> str:
    """Which values go with failure: higher, lower, outside a window, or no clear side."""
    slope = _correlation(value, contribution)
    if abs(slope) >= CLEAR:
        return HIGHER if slope > 0 else LOWER
    bend = _correlation(np.abs(value - np.median(value)), contribution)
    return WINDOW if bend >= CLEAR else MIXED


def _correlation(first: FloatArray, second: FloatArray) -> float:
    first, second = first - first.mean(), second - second.mean()
    length = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float(first @ second) / length if length > 0 else 0.0


def _leading_columns(contribution: FloatArray, cluster: IntArray) -> IntArray:
    clusters = range(int(cluster.max(initial=-1)) + 1)
    return np.array([_ordered_columns(contribution, cluster, code)[0] for code in clusters])


def _ordered_columns(contribution: FloatArray, cluster: IntArray, code: int) -> IntArray:
    own = np.flatnonzero(cluster == code)
    return own[np.argsort(-np.abs(contribution[:, own]).mean(axis=0), kind="stable")]


def _rank_interval(ranks: IntArray, own: int) -> tuple[int, int]:
    if not ranks.size:
        return own, own
    low, high = np.quantile(ranks, [0.05, 0.95])
    return int(np.floor(low)), int(np.ceil(high))


def _share(held: Sequence[bool]) -> float:
    return float(np.mean(held)) if len(held) else 0.0
