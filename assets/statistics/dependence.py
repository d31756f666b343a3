"""How many independent failures a number of failures amounts to.

Failures of one lot or campaign come together; intervals, minimum counts and detectable effects use
the effective number, not the count.
"""

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.intervals import CLUSTER_DEFLATION, Interval, newcombe_difference, wilson


def share_interval(event: BoolArray, cluster: IntArray) -> Interval:
    """95% interval of the share of batches with an event, by effective counts.

    Args:
        event: Per batch.
        cluster: Per batch, the code of its lot or campaign.

    Returns:
        Wilson's interval on counts divided by the design effect; where batches share clusters that
        is at least 1.3, because few events show no clustering even where there is.

    Examples:
        >>> event, cluster = np.arange(20) < 2, np.arange(20)
        >>> low, high = share_interval(event, cluster)  # each its own lot: close to wilson(2, 20)
        >>> round(low, 3), round(high, 3)
        (0.027, 0.307)
    """
    by = deflation(event, cluster)
    return wilson(float(event.sum()) / by, event.size / by)


def difference_interval(event: BoolArray, inside: BoolArray, cluster: IntArray) -> Interval:
    """95% interval of the share inside less the share outside, by effective counts.

    Args:
        event: Per batch.
        inside: Per batch, which side it is on.
        cluster: Per batch, the code of its lot or campaign.

    Returns:
        Newcombe's interval on counts divided by each side's design effect. A side of one cluster
        does not show how clusters differ; the larger design effect of both sides then stands in.

    Examples:
        >>> event, inside = np.arange(150) % 150 < 56, np.arange(150) < 70
        >>> event[70:118] = True  # 56 of 70 inside, 48 of 80 outside, each batch its own lot
        >>> low, high = difference_interval(event, inside, np.arange(150))
        >>> round(low, 3), round(high, 3)
        (0.051, 0.335)
    """
    sides = [inside, ~inside]
    by = [deflation(event[side], cluster[side]) for side in sides]
    is_one = [np.unique(cluster[side]).size < 2 < side.sum() for side in sides]
    by = [max(by) if alone else own for own, alone in zip(by, is_one, strict=True)]
    (events_1, trials_1), (events_2, trials_2) = (
        (float(event[side].sum()) / own, float(side.sum()) / own)
        for side, own in zip(sides, by, strict=True)
    )
    return newcombe_difference(events_1, trials_1, events_2, trials_2)


def deflation(event: BoolArray, cluster: IntArray) -> float:
    """What counts of clustered batches are divided by: at least 1.3 where batches share clusters.

    Args:
        event: Per batch.
        cluster: Per batch, the code of its lot or campaign.

    Examples:
        >>> lot = np.array([1, 1, 2, 2])
        >>> deflation(np.array([True, True, False, False]), lot)  # two lots, not four batches
        4.0
        >>> deflation(np.array([True, False, True, False]), lot)
        1.3
    """
    found = design_effect(event.astype(float), cluster)
    if np.unique(cluster).size < cluster.size:
        return max(found, CLUSTER_DEFLATION)
    return found


def design_effect(label: FloatArray, cluster: IntArray) -> float:
    """Variance of the failure rate under clustering over its binomial variance.

    Args:
        label: Per batch 0 or 1, no NaN.
        cluster: Per batch, the code of its cluster.

    Returns:
        At least 1; 1 where there is one class, fewer than two clusters or no clustering.

    Source: Kish (1965), with the between-cluster (sandwich) variance of a ratio.

    Examples:
        >>> design_effect(np.array([1.0, 1.0, 0.0, 0.0]), np.array([1, 1, 2, 2]))
        4.0
        >>> design_effect(np.array([1.0, 0.0, 1.0, 0.0]), np.array([1, 1, 2, 2]))
        1.0
    """
    codes, position = np.unique(cluster, return_inverse=True)
    rate = float(label.mean()) if label.size else 0.0
    if codes.size < 2 or rate in (0.0, 1.0):
        return 1.0
    residual = np.bincount(position, weights=label - rate, minlength=codes.size)
    clustered = codes.size / (codes.size - 1) * float((residual**2).sum())
    return max(1.0, clustered / (label.size * rate * (1 - rate)))
