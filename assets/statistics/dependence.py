"""How many independent failures a number of failures amounts to.

Failures of one lot or campaign come together; intervals, minimum counts and detectable effects use
the effective number, not the count.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray


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
