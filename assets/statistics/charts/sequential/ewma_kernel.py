"""The compiled average that starts anew after each alarm."""

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

compiled = njit(cache=True)


@compiled
def restarted_path(z: Array, weight: float, limit: float) -> tuple[Array, Array]:
    """An exponentially weighted mean from 0, and again from 0 after each alarm.

    Args:
        z: (points in order).
        weight: Of the newest point.
        limit: Beyond which, on either side, it alarms.

    Returns:
        The mean before it starts anew, and where it alarmed.

    Examples:
        >>> path, alarm = restarted_path(np.array([1.0, 4.0, 1.0]), 0.5, 2.0)
        >>> path.tolist(), alarm.tolist()
        ([0.5, 2.25, 0.5], [False, True, False])
    """
    path = np.empty(z.size)
    alarm = np.zeros(z.size, dtype=np.bool_)
    mean = 0.0
    for at in range(z.size):
        mean = weight * z[at] + (1.0 - weight) * mean
        path[at] = mean
        if abs(mean) > limit:
            alarm[at] = True
            mean = 0.0
    return path, alarm
