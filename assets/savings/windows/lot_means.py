"""Whether batches of one lot tell of a parameter what lots tell: if so, both are used.

Comparing within lots alone is free of all that a lot shares, and throws away what lots tell. Where
the two agree nothing is gained by it but width.
"""

import numpy as np

from assets.savings.windows.model import Design, fit_ridge
from assets.savings.windows.records import WindowRecords
from assets.statistics.regression.random_intercept import quasi_demeaned

# A test that is to find disagreement must not ask for proof of it.
AGREEMENT_LEVEL = 0.3


def lots_agree(p_value: float | None) -> bool:
    """Tell whether a p-value of :func:`lot_means_p_value` leaves lots and batches agreeing."""
    return p_value is not None and p_value >= AGREEMENT_LEVEL


def lot_means_p_value(
    records: WindowRecords, design: Design, penalty: float, correlation: float
) -> float | None:
    """Test whether the lot means of the parameter add to the parameter itself.

    Args:
        records: The recorded batches.
        design: Their design, lot means included.
        penalty: Ridge penalty of the margin model.
        correlation: Share of residual variance between lots.

    Returns:
        Family-wise over the margins; None where there are no lot means to test.

    Source: Hausman (1978), in the regression form of Mundlak (1978).
    """
    from scipy.stats import f

    if not design.has_lot_means:
        return None
    target = quasi_demeaned(records.margins, records.cluster, correlation)
    left = []
    for each in (design, design.without_lot_means()):
        table = quasi_demeaned(each.at(records.value), records.cluster, correlation)
        fitted = fit_ridge(table, target, each.is_penalised, penalty)
        left.append(((target - fitted.predict(table)) ** 2).sum(axis=0))
    free = records.batches - design.is_penalised.size
    if free < 1:
        return 0.0
    gained = np.maximum(left[1] - left[0], 0.0) / design.lot_columns
    p_values = f.sf(gained / np.maximum(left[0] / free, 1e-300), design.lot_columns, free)
    return float(min(p_values.min() * target.shape[1], 1.0))
