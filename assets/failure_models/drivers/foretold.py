"""How much of what came true the contributions of a column had foretold.

The mean absolute contribution of a column also counts what it said wrongly: a model that leans a
little on each of a hundred idle columns makes them loud together, and one overfitted column may
outrank a cause. Contributions to batches the model had not seen are therefore held against what
happened. A column that says nothing foretells nothing on average, however loud it is, for its
contributions go with no later result.

Source: the share of the loss a feature takes away (Covert, Lundberg & Lee 2020, SAGE, section 3),
to first order, so that columns add up.
"""

import numpy as np

from assets.statistics.array_types import FloatArray


def foretold(part: FloatArray, realised: FloatArray) -> FloatArray:
    """Spread of each column's contributions, times their correlation with what came true.

    Args:
        part: (batches, columns) contributions to a prediction, made before the result.
        realised: Per batch the result in the same unit and sign, NaN where not known.

    Returns:
        Per column, in the unit of ``part``; negative where it pointed the wrong way, 0 throughout
        where fewer than two results differ. The columns of a cluster add up to the cluster's own.
    """
    known = np.isfinite(realised)
    result = realised[known]
    if result.size < 2 or np.ptp(result) == 0:
        return np.zeros(part.shape[1])
    deviation = result - result.mean()
    return np.asarray(deviation @ part[known] / (result.size * deviation.std()))


def foretold_risk(
    part: FloatArray, realised: FloatArray, risk_per_margin: FloatArray
) -> FloatArray:
    """The same over several margins, each by the failure probability its deviations are worth.

    Args:
        part: (batches, columns, quantities) contributions to the margins.
        realised: (batches, quantities) margins as they came out, NaN where missing.
        risk_per_margin: (batches, quantities) failure probability per unit of margin lost.

    Returns:
        Per column, failure probability.
    """
    worth = risk_per_margin.mean(axis=0) if risk_per_margin.size else np.zeros(part.shape[2])
    total = np.zeros(part.shape[1])
    for j, each in enumerate(worth):
        total += each * foretold(part[:, :, j], realised[:, j])
    return total
