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
    """
    codes, position = np.unique(cluster, return_inverse=True)
    rate = float(label.mean()) if label.size else 0.0
    if codes.size < 2 or rate in (0.0, 1.0):
        return 1.0
    residual = np.bincount(position, weights=label - rate, minlength=codes.size)
    clustered = codes.size / (codes.size - 1) * float((residual**2).sum())
    return max(1.0, clustered / (label.size * rate * (1 - rate)))
