"""How many independent failures a number of failures amounts to.

Failures of one lot or campaign come together; intervals, minimum counts and detectable effects use
the effective number, not the count.
"""

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.intervals import CLUSTER_DEFLATION, Interval, wilson


def share_interval(event: BoolArray, cluster: IntArray) -> Interval:
    """95% interval of the share of batches with an event, by effective counts.

    Args:
        event: Per batch.
        cluster: Per batch, the code of its lot or campaign.

    Returns:
        Wilson's interval on counts divided by the design effect; where batches share clusters that
        is at least 1.3, because few events show no clustering even where there is.
    """
    deflation = design_effect(event.astype(float), cluster)
    if np.unique(cluster).size < cluster.size:
        deflation = max(deflation, CLUSTER_DEFLATION)
    return wilson(float(event.sum()) / deflation, event.size / deflation)


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
