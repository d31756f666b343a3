"""From an expected margin to a probability of failure.

A margin fails below zero. Around its expectation it spreads as the residuals of left-out blocks
did; the residuals are smoothed a little, so that a tail of few batches has no steps.
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray

BANDWIDTH_SPREADS = 0.3


def margin_failure_probability(expected: FloatArray, residuals: FloatArray) -> FloatArray:
    """Probability that one margin falls below zero.

    Args:
        expected: Per batch, expected margin.
        residuals: Out-of-sample residuals of training batches, same unit.

    Returns:
        Per batch, 0 to 1.

    Source: smoothed residual distribution after Silverman (1986), Gaussian kernel.
    """
    from scipy.special import ndtr

    bandwidth = max(BANDWIDTH_SPREADS * float(residuals.std()), 1e-9)
    distance = (-expected[:, None] - residuals[None, :]) / bandwidth
    return np.asarray(ndtr(distance).mean(axis=1), dtype=float)


def any_margin_fails(
    expected: FloatArray, residuals: Sequence[FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Probability that any of several margins falls below zero, taken as independent.

    Args:
        expected: (batches, quantities).
        residuals: Per quantity, its out-of-sample residuals.

    Returns:
        Per batch the probability, and (batches, quantities) the probability of each.
    """
    each = np.column_stack(
        [margin_failure_probability(expected[:, j], pool) for j, pool in enumerate(residuals)]
    )
    return np.asarray(1 - np.prod(1 - each, axis=1)), each
