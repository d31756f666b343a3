"""The predictive contribution of a column: how far its contributions went with what came true.

The mean absolute contribution of a column also counts what it said wrongly: a model that leans a
little on each of a hundred idle columns makes them loud together, and one overfitted column may
outrank a cause. Contributions to batches the model had not seen are therefore held against what
happened, by their covariance out of time. A column that says nothing has none on average, however
loud it is, for its contributions go with no later result.

Source: the share of the loss a feature takes away (Covert, Lundberg & Lee 2020, SAGE, section 3),
to first order, so that columns add up.
"""

import numpy as np

from assets.statistics.array_types import FloatArray


def predictive_contribution(contribution: FloatArray, realised: FloatArray) -> FloatArray:
    """Covariance of each column's contributions with the later result, per spread of the result.

    Args:
        contribution: (batches, columns) parts of a prediction, made before the result.
        realised: Per batch the result in the same unit and sign, NaN where not known.

    Returns:
        Per column, in the unit of ``contribution``: the spread of its contributions times their
        correlation with the result. Negative where it pointed the wrong way, 0 throughout where
        fewer than two results differ. The columns of a cluster add up to the cluster's own.
    """
    known = np.isfinite(realised)
    result = realised[known]
    if result.size < 2 or np.ptp(result) == 0:
        return np.zeros(contribution.shape[1])
    deviation = result - result.mean()
    return np.asarray(deviation @ contribution[known] / (result.size * deviation.std()))


def predictive_risk_contribution(
    contribution: FloatArray, realised: FloatArray, risk_per_margin: FloatArray
) -> FloatArray:
    """The same over several margins, each by the failure probability its deviations are worth.

    Args:
        contribution: (batches, columns, quantities) parts of the predicted margins.
        realised: (batches, quantities) margins as they came out, NaN where missing.
        risk_per_margin: (batches, quantities) failure probability per unit of margin lost.

    Returns:
        Per column, failure probability.
    """
    batches, columns, quantities = contribution.shape
    worth = risk_per_margin.mean(axis=0) if batches else np.zeros(quantities)
    total = np.zeros(columns)
    for j, each in enumerate(worth):
        total += each * predictive_contribution(contribution[:, :, j], realised[:, j])
    return total
