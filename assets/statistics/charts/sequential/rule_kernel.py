"""The compiled run rules of Nelson: all eight over one chart, in one pass."""

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, np.dtype[Any]]

compiled = njit(cache=True)


@compiled
def nelson_rules(low: Array, high: Array) -> Array:
    """Which of Nelson's rules each point completes, rule n as the bit of value 2 to the n - 1.

    Args:
        low: (points in order) standard deviations from the centre, the least each may be; NaN, no
            point, breaks every run.
        high: The most each may be; as ``low`` where a point is known.

    Source: Nelson, J Qual Technol 16(4):237-239 (1984).

    Examples:
        >>> z = np.array([0.2, 3.5, 2.1])
        >>> nelson_rules(z, z).tolist()
        [0, 1, 16]
    """
    fired = np.zeros(low.size, dtype=np.int64)
    above = below = rising = falling = turning = inside = outside = upper = lower = 0
    was_up = was_down = False
    for at in range(low.size):
        a, b = low[at], high[at]
        is_up = at > 0 and a > high[at - 1]
        is_down = at > 0 and b < low[at - 1]
        above, below = _run(above, a > 0), _run(below, b < 0)
        rising, falling = _run(rising, is_up), _run(falling, is_down)
        turning = _run(turning, (is_up and was_down) or (is_down and was_up))
        inside = _run(inside, a > -1 and b < 1)
        outside = _run(outside, a > 1 or b < -1)
        upper, lower = _run(upper, a > 1), _run(lower, b < -1)
        bits = 1 if a > 3 or b < -3 else 0
        bits += 2 if above >= 9 or below >= 9 else 0
        bits += 4 if rising >= 5 or falling >= 5 else 0
        bits += 8 if turning >= 12 else 0
        bits += 16 if _several(low, high, at, 2.0, 2, 3) else 0
        bits += 32 if _several(low, high, at, 1.0, 4, 5) else 0
        bits += 64 if inside >= 15 else 0
        bits += 128 if outside >= 8 and upper < 8 and lower < 8 else 0
        fired[at] = bits
        was_up, was_down = is_up, is_down
    return fired


@compiled
def _run(before: int, goes_on: bool) -> int:
    return before + 1 if goes_on else 0


@compiled
def _several(low: Array, high: Array, at: int, beyond: float, needed: int, window: int) -> bool:
    """Whether a point is beyond on one side, and so many of the last ones with it."""
    above, below = 0, 0
    for back in range(window):
        place = at - back
        if place < 0 or np.isnan(low[place]):
            break
        above += low[place] > beyond
        below += high[place] < -beyond
    return (above >= needed and low[at] > beyond) or (below >= needed and high[at] < -beyond)
