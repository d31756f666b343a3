"""From an expected margin to a probability of failure.

A margin fails below zero. Around its expectation it spreads as the residuals of left-out blocks
did; the residuals are smoothed a little, so that a tail of few batches has no steps.
"""

from collections.abc import Callable, Sequence

import numpy as np

from assets.statistics.array_types import FloatArray

BANDWIDTH_SPREADS = 0.3
POINTS_PER_BANDWIDTH = 16
DISTANCES_HELD = 1_000_000


def margin_failure_probability(expected: FloatArray, residuals: FloatArray) -> FloatArray:
    """Probability that one margin falls below zero.

    Args:
        expected: Per batch, expected margin.
        residuals: Out-of-sample residuals of training batches, same unit.

    Returns:
        Per batch, 0 to 1.

    Source: smoothed residual distribution after Silverman (1986), Gaussian kernel.
    """
    bandwidth = max(BANDWIDTH_SPREADS * float(residuals.std()), 1e-9)
    # Beyond these the smallest and the largest residual are nine bandwidths away: 0 and 1.
    low, high = -residuals.max() - 9 * bandwidth, -residuals.min() + 9 * bandwidth
    points = int((high - low) / bandwidth * POINTS_PER_BANDWIDTH) + 2
    if points >= expected.size:
        return _mean_over(residuals, -expected, bandwidth, _normal_share)
    # Many batches and many residuals: the curve is drawn once, and each batch finds its place.
    at = np.linspace(low, high, points)
    curve = _mean_over(residuals, -at, bandwidth, _normal_share)
    slope = _mean_over(residuals, -at, bandwidth, _normal_density) / -bandwidth
    return _between(at, curve, slope, np.clip(expected, low, high))


def _mean_over(
    residuals: FloatArray,
    at: FloatArray,
    bandwidth: float,
    kernel: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Mean over the residuals of a kernel of the distance in bandwidths, at each value."""
    found = np.empty(at.size)
    step = max(DISTANCES_HELD // max(residuals.size, 1), 1)
    for first in range(0, at.size, step):
        part = slice(first, first + step)
        found[part] = kernel((at[part, None] - residuals[None, :]) / bandwidth).mean(axis=1)
    return found


def _normal_share(distance: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    return np.asarray(ndtr(distance), dtype=float)


def _normal_density(distance: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(distance**2) / 2) / np.sqrt(2 * np.pi))


def _between(at: FloatArray, curve: FloatArray, slope: FloatArray, x: FloatArray) -> FloatArray:
    """Values of a curve between evenly spaced points, from its values and slopes there.

    Cubic Hermite interpolation (Fritsch & Carlson 1980): right to 1e-7 at 16 points a bandwidth.
    """
    step = at[1] - at[0]
    place = np.minimum(((x - at[0]) / step).astype(np.int64), at.size - 2)
    t = (x - at[place]) / step
    left = (1 + 2 * t) * (1 - t) ** 2 * curve[place] + t * (1 - t) ** 2 * step * slope[place]
    right = t**2 * (3 - 2 * t) * curve[place + 1] - t**2 * (1 - t) * step * slope[place + 1]
    return np.asarray(np.clip(left + right, 0.0, 1.0))


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
