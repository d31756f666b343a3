"""Which associations are another one's shadow: they go when the other is held."""

import numpy as np

from assets.failure_models.drivers.driver_clusters import correlated_clusters
from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.regression.clustered_regression import clustered_slopes

LEAST_CORRELATION = 0.2
NONE = -1


def followed(
    design: FloatArray,
    target: FloatArray,
    strength: FloatArray,
    relevant: IntArray,
    cluster: IntArray,
) -> IntArray:
    """Find what each relevant column follows.

    Args:
        design: (batches, columns).
        target: (batches, columns) what each column is held against, NaN where missing.
        strength: Per column, of its association.
        relevant: The columns asked about, each with an association of its own.
        cluster: Per batch, code of its lot or campaign.

    Returns:
        Per relevant column, the column it follows, or -1. It is the strongest one that says the
        same (rank correlation of 0.7 within its group) or, of those correlated with it at all, the
        first beside which its own 95% interval reaches zero.
    """
    order = relevant[np.argsort(-strength[relevant], kind="stable")]
    groups = correlated_clusters(design[:, order])
    group = {int(column): int(code) for column, code in zip(order, groups, strict=True)}
    leader: dict[int, int] = {}
    found: dict[int, int] = {}
    for column in map(int, order):
        first = leader.setdefault(group[column], column)
        if first != column:
            found[column] = first
            continue
        stronger = [one for one, other in found.items() if other == NONE]
        found[column] = _shadows(design, target[:, column], column, stronger, cluster)
    return np.array([found[int(column)] for column in relevant], dtype=np.int64)


def _shadows(
    design: FloatArray, target: FloatArray, column: int, stronger: list[int], cluster: IntArray
) -> int:
    rows = np.isfinite(target)
    for other in stronger:
        both = np.column_stack([design[rows, column], design[rows, other]])
        if not both.std(axis=0).all():
            continue
        if abs(np.corrcoef(both.T)[0, 1]) < LEAST_CORRELATION:
            continue
        beside = clustered_slopes(both, target[rows], cluster[rows])
        if beside.low[0] <= 0.0 <= beside.high[0]:
            return other
    return NONE
