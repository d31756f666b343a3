"""Cumulative sums that start anew at zero, several at once, and limits that share one risk.

Source: Page (1954), Biometrika 41, 100-115; sums for small and large shifts together as in Lucas
    (1982), Journal of Quality Technology 14, 51-59.
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray

LEAST_LIMIT = 1.0  # a sum that hardly ever rises has no quantile to go by


def running_sums(steps: FloatArray) -> FloatArray:
    """Sum the steps along the last axis, never below zero.

    Examples:
        >>> running_sums(np.array([1.0, -3.0, 2.0, 1.0])).tolist()
        [1.0, 0.0, 2.0, 3.0]
    """
    held, found = np.zeros(steps.shape[:-1]), np.empty(steps.shape)
    for place in range(steps.shape[-1]):
        held = np.maximum(held + steps[..., place], 0.0)
        found[..., place] = held
    return found


def joint_limits(tops: Sequence[FloatArray], wrongly: float) -> FloatArray:
    """Return a limit for each sum, so that any of them is passed with one probability at most.

    Each sum is measured by its own quantile first, so that none has the risk to itself.

    Args:
        tops: (sums, series) the most each sum reached in series without any drift, by each of
            several laws; the limits hold under all of them.
        wrongly: That probability, above 0 and below 1.

    Returns:
        (sums,) limits.

    Examples:
        >>> tops = np.random.default_rng(1).exponential(size=(2, 4000)) * np.array([[2.0], [20.0]])
        >>> limits = joint_limits([tops], 0.05)
        >>> round(float((tops > limits[:, None]).any(axis=0).mean()), 2)
        0.05
    """
    own = [np.quantile(top, 1 - wrongly, axis=1) for top in tops]
    scale = np.maximum(np.max(own, axis=0), LEAST_LIMIT)[:, None]
    joint = [np.quantile((top / scale).max(axis=0), 1 - wrongly) for top in tops]
    return np.asarray(np.maximum(scale[:, 0] * max(map(float, joint)), LEAST_LIMIT))
