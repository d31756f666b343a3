"""Negative-control outcome: a parameter cannot move the result of a batch made before it."""

import numpy as np

from assets.failure_models.drivers.refutations.association import Association, Attempt
from assets.statistics.array_types import IntArray
from assets.statistics.regression.clustered_regression import clustered_slopes
from data_contracts.codes.records import RefutationResult

NAME = "negative_control_outcome"
FEWEST_PAIRS = 60


def attempt(association: Association, seed: int) -> Attempt:
    """Set each batch's driver against the result of the last batch of its product from another lot.

    Source: Lipsitch, Tchetgen Tchetgen & Cohen (2010). ``seed`` is not used: nothing is drawn.
    """
    earlier = _last_of_another_lot(association.product, association.cluster)
    rows = np.flatnonzero(earlier >= 0)
    own = clustered_slopes(association.value[:, None], association.target, association.cluster)
    observed = float(own.estimate[0])
    if rows.size < FEWEST_PAIRS:
        return Attempt(
            NAME,
            observed,
            float("nan"),
            float("nan"),
            RefutationResult.NOT_APPLICABLE,
            f"Only {rows.size} batches have an earlier batch of their product from another lot.",
        )
    control = clustered_slopes(
        association.value[rows][:, None],
        association.target[earlier[rows]],
        association.cluster[rows],
    )
    low, high = float(control.low[0]), float(control.high[0])
    # An earlier result may share a drift with the driver; what must not be is an association as
    # clear as, and half as large as, the one claimed.
    is_clear = low > 0 or high < 0
    is_broken = is_clear and abs(float(control.estimate[0])) > abs(observed) / 2
    return Attempt(
        NAME,
        observed,
        low,
        high,
        RefutationResult.BROKEN if is_broken else RefutationResult.SURVIVED,
        f"With the result of the batch before, which the driver cannot have moved, the association "
        f"is {float(control.estimate[0]):+.2f} (95% interval {low:+.2f} to {high:+.2f}).",
    )


def _last_of_another_lot(product: IntArray, cluster: IntArray) -> IntArray:
    """Per batch, the position of the last earlier batch of its product and another lot; else -1."""
    found = np.full(product.size, -1, dtype=np.int64)
    for code in np.unique(product):
        own = np.flatnonzero(product == code)
        lots = cluster[own]
        is_first = np.r_[True, lots[1:] != lots[:-1]]
        first = np.maximum.accumulate(np.where(is_first, np.arange(own.size), 0))
        has_earlier = first > 0
        found[own[has_earlier]] = own[first[has_earlier] - 1]
    return found
