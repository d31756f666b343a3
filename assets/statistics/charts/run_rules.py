"""Rules that read a signal out of points: Western Electric (1956) and Nelson (1984).

A point is given in standard deviations from the centre. A censored point is known only to lie
between two values: a rule fires where it would fire wherever in between the truth lies.
"""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numba import njit

from assets.statistics.array_types import BoolArray, FloatArray, IntArray

Array = np.ndarray[Any, np.dtype[Any]]
compiled = njit(cache=True)


def _trailing(
    event: BoolArray, needed: int, window: int, gap: BoolArray | None = None
) -> BoolArray:
    """Where the point has the event, and with it at least so many of the last ``window``.

    A run of nothing but events is broken by a gap of itself; one that may hold other points is not,
    so where it begins anew is given.
    """
    count = np.cumsum(event, axis=-1, dtype=np.int64)
    before = np.zeros_like(count)
    before[..., window:] = count[..., :-window]
    if gap is not None:
        before = np.maximum(before, np.maximum.accumulate(np.where(gap, count, 0), axis=-1))
    complete = np.arange(event.shape[-1]) >= needed - 1
    return np.asarray(event & (count - before >= needed) & complete)


def _one_side(low: FloatArray, high: FloatArray, at: float, needed: int, window: int) -> BoolArray:
    """Beyond ``at`` on one and the same side."""
    gap = np.isnan(low) if needed < window else None
    return _trailing(low > at, needed, window, gap) | _trailing(high < -at, needed, window, gap)


def _steps(low: FloatArray, high: FloatArray) -> tuple[BoolArray, BoolArray]:
    """Where a point is surely above, and surely below, the one before."""
    up, down = np.zeros(low.shape, dtype=bool), np.zeros(low.shape, dtype=bool)
    up[..., 1:] = low[..., 1:] > high[..., :-1]
    down[..., 1:] = high[..., 1:] < low[..., :-1]
    return up, down


def _trend(low: FloatArray, high: FloatArray) -> BoolArray:
    """Six points, five steps, all up or all down."""
    up, down = _steps(low, high)
    return _trailing(up, 5, 5) | _trailing(down, 5, 5)


def _alternating(low: FloatArray, high: FloatArray) -> BoolArray:
    """Fourteen points, thirteen steps, each the other way than the one before."""
    up, down = _steps(low, high)
    turn = np.zeros(low.shape, dtype=bool)
    turn[..., 1:] = (up[..., 1:] & down[..., :-1]) | (down[..., 1:] & up[..., :-1])
    return _trailing(turn, 12, 12)


def _inside(low: FloatArray, high: FloatArray) -> BoolArray:
    return _trailing((low > -1) & (high < 1), 15, 15)


def _mixture(low: FloatArray, high: FloatArray) -> BoolArray:
    """Eight points, none within one standard deviation, on both sides."""
    return _trailing((low > 1) | (high < -1), 8, 8) & ~_one_side(low, high, 1, 8, 8)


_Rule = Callable[[FloatArray, FloatArray], BoolArray]
RULES: Mapping[str, _Rule] = MappingProxyType(
    {
        "we1": lambda low, high: _one_side(low, high, 3, 1, 1),
        "we2": lambda low, high: _one_side(low, high, 2, 2, 3),
        "we3": lambda low, high: _one_side(low, high, 1, 4, 5),
        "we4": lambda low, high: _one_side(low, high, 0, 8, 8),
        "nelson1": lambda low, high: _one_side(low, high, 3, 1, 1),
        "nelson2": lambda low, high: _one_side(low, high, 0, 9, 9),
        "nelson3": _trend,
        "nelson4": _alternating,
        "nelson5": lambda low, high: _one_side(low, high, 2, 2, 3),
        "nelson6": lambda low, high: _one_side(low, high, 1, 4, 5),
        "nelson7": _inside,
        "nelson8": _mixture,
    }
)
WESTERN_ELECTRIC = ("we1", "we2", "we3", "we4")
NELSON = tuple(f"nelson{number}" for number in range(1, 9))


def fires(rule: str, z: FloatArray, z_high: FloatArray | None = None) -> BoolArray:
    """Where a rule is completed, for many charts at once.

    Args:
        rule: A name of ``RULES``.
        z: (..., points in order) standard deviations from the centre; of a censored point the least
            it may be. NaN (no point) breaks every run: nobody knows what lay there.
        z_high: Of a censored point the most it may be; ``z`` if not given.

    Returns:
        Per point, whether it completes the pattern; a point that has no part in it does not.

    Raises:
        ValueError: If there is no such rule.

    Source: Western Electric, Statistical Quality Control Handbook (1956); Nelson, J Qual Technol
    16(4):237-239 (1984).

    Examples:
        >>> fires("we2", np.array([2.1, 0.0, 2.2, 0.1, 2.5])).tolist()
        [False, False, True, False, True]
    """
    if rule not in RULES:
        raise ValueError(f"no rule {rule!r}: choose from {', '.join(RULES)}")
    return RULES[rule](z, z if z_high is None else z_high)


def signals_by_rule(
    z: FloatArray, rules: Iterable[str], z_high: FloatArray | None = None
) -> dict[str, IntArray]:
    """Per rule, the positions of the points that complete it; of one chart.

    Args:
        z: (points in order) standard deviations from the centre.
        rules: Names of ``RULES``.
        z_high: As in ``fires``.

    Examples:
        >>> signals_by_rule(np.array([0.2, 3.5, -3.1]), ["nelson1", "nelson2"])["nelson1"].tolist()
        [1, 2]
    """
    asked = tuple(rules)
    if z.ndim == 1 and asked and set(asked) <= set(NELSON):
        fired = nelson_rules(z, z if z_high is None else z_high)
        at = np.flatnonzero(fired)
        bits = fired[at]
        return {rule: at[(bits >> NELSON.index(rule) & 1).astype(bool)] for rule in asked}
    return {rule: np.flatnonzero(fires(rule, z, z_high)) for rule in asked}


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
    # The last points, one a bit: which lie beyond two standard deviations, and beyond one.
    far_up = far_down = up = down = 0
    was_up = was_down = False
    a_before = b_before = np.nan
    for at in range(low.size):
        a, b = low[at], high[at]
        is_up, is_down = a > b_before, b < a_before
        above, below = _run(above, a > 0), _run(below, b < 0)
        rising, falling = _run(rising, is_up), _run(falling, is_down)
        turning = _run(turning, (is_up and was_down) or (is_down and was_up))
        inside = _run(inside, a > -1 and b < 1)
        outside = _run(outside, a > 1 or b < -1)
        upper, lower = _run(upper, a > 1), _run(lower, b < -1)
        is_point = not np.isnan(a)
        far_up, far_down = _last(far_up, a > 2, is_point), _last(far_down, b < -2, is_point)
        up, down = _last(up, a > 1, is_point), _last(down, b < -1, is_point)
        bits = 1 if a > 3 or b < -3 else 0
        bits += 2 if above >= 9 or below >= 9 else 0
        bits += 4 if rising >= 5 or falling >= 5 else 0
        bits += 8 if turning >= 12 else 0
        bits += 16 if _several(far_up & 7, 2) or _several(far_down & 7, 2) else 0
        bits += 32 if _several(up & 31, 4) or _several(down & 31, 4) else 0
        bits += 64 if inside >= 15 else 0
        bits += 128 if outside >= 8 and upper < 8 and lower < 8 else 0
        fired[at] = bits
        was_up, was_down, a_before, b_before = is_up, is_down, a, b
    return fired


@compiled
def _run(before: int, goes_on: bool) -> int:
    return before + 1 if goes_on else 0


@compiled
def _last(before: int, is_beyond: bool, is_point: bool) -> int:
    """The last points with one more, a bit each; no point breaks every run."""
    return (2 * before + is_beyond) & 31 if is_point else 0


@compiled
def _several(last: int, needed: int) -> bool:
    """Whether the newest point is beyond, and so many of the last ones with it."""
    if not last & 1:
        return False
    count = 0
    while last:
        last &= last - 1
        count += 1
    return count >= needed
