"""Clusters of features by predictive contribution, and how firmly each holds its place.

A place is held in a refit when the cluster is again among the leaders, a sign when risk again rises
in the same direction. Refits are on resampled lots and campaigns; the two periods are the earlier
and the later half of the out-of-time batches. Every place is one by predictive contribution, on
batches the fit in question had not seen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from assets.failure_models.drivers.driver_clusters import summed_by_cluster
from assets.failure_models.drivers.explanation import Explanation, Refit, halves
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
        share: Its share of the predictive contributions that pointed the right way, 0 to 1.
        direction: Which values of the leading column go with failure.
        rank: 1 for the largest predictive contribution.
        rank_low: 5th percentile of the rank over refits, ``rank_high`` the 95th; refits are held
            against other batches than the fit itself, whose own rank is always inside.
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
    explained: Explanation,
    values: FloatArray,
    cluster: IntArray,
    refits: Iterable[Refit],
    *,
    places: int,
    shown: int,
) -> list[RankedCluster]:
    """Rank clusters by their predictive contribution, on batches the model had not seen.

    Args:
        explained: Contributions out of fold, and the predictive contribution of each column.
        values: (batches, columns) the model's own view of the features.
        cluster: Per column, its cluster.
        refits: The same batches explained again by each refit, looked at one after another.
        places: Number of leading places that count as holding one.
        shown: Number of clusters returned.

    Returns:
        The leading clusters, the largest first.
    """
    summed = summed_by_cluster(explained.contribution, cluster)
    importance = summed_by_cluster(explained.predictive[None, :], cluster)[0]
    ranks = ranks_of(importance)
    codes = np.argsort(ranks)[:shown]
    leading = [_ordered_columns(explained.contribution, cluster, int(code)) for code in codes]
    again_ranks, again_direction = [], []
    for one in refits:
        parts = summed_by_cluster(one.contribution, cluster)
        again_ranks.append(ranks_of(summed_by_cluster(one.predictive[None, :], cluster)[0])[codes])
        again_direction.append(
            [
                direction(values[:, columns[0]], parts[:, code])
                for code, columns in zip(codes, leading, strict=True)
            ]
        )
    periods = halves(summed.shape[0])
    by_period = summed_by_cluster(explained.predictive_in_periods, cluster)
    period_ranks = [ranks_of(one) for one in by_period]
    total = max(float(importance.clip(min=0).sum()), 1e-300)
    found = []
    for place, (code, columns) in enumerate(zip(codes, leading, strict=True)):
        value = values[:, columns[0]]
        own = direction(value, summed[:, code])
        own_ranks = np.array([one[place] for one in again_ranks])
        low, high = _rank_interval(own_ranks, int(ranks[code]))
        found.append(
            RankedCluster(
                columns=columns,
                contribution=summed[:, code],
                mean_abs=float(np.abs(summed[:, code]).mean()),
                share=max(float(importance[code]), 0.0) / total,
                direction=own,
                rank=int(ranks[code]),
                rank_low=low,
                rank_high=high,
                place_stability=_share([r <= places for r in own_ranks]),
                sign_stability=_share([one[place] == own for one in again_direction]),
                holds_in_periods=all(
                    rank[code] <= places and direction(value[part], summed[part, code]) == own
                    for part, rank in zip(periods, period_ranks, strict=True)
                ),
            )
        )
    return found


def ranks_of(importance: FloatArray) -> IntArray:
    """Rank of each cluster, 1 for the largest importance."""
    order = np.argsort(-importance, kind="stable")
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


def _ordered_columns(contribution: FloatArray, cluster: IntArray, code: int) -> IntArray:
    own = np.flatnonzero(cluster == code)
    return own[np.argsort(-np.abs(contribution[:, own]).mean(axis=0), kind="stable")]


def _rank_interval(ranks: IntArray, own: int) -> tuple[int, int]:
    if not ranks.size:
        return own, own
    low, high = np.quantile(ranks, [0.05, 0.95])
    return min(int(np.floor(low)), own), max(int(np.ceil(high)), own)


def _share(held: Sequence[bool]) -> float:
    return float(np.mean(held)) if len(held) else 0.0
