"""Where a change leads: the level now, the limit it moves towards, and when it would reach it."""

from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from scipy.special import ndtr, stdtrit

from assets.statistics.array_types import FloatArray
from assets.statistics.charts.sequential.onset import Onset

FEWEST = 3
MOST_BATCHES = 2_000.0  # beyond, a pace says nothing: ten years of batches
CONFIDENCE = 0.9


@dataclass(frozen=True)
class Course:
    """Where a change leads; a number that has no meaning is None.

    Attributes:
        before: Mean before it began.
        now: Level at the signal.
        slope: Of a drift, a batch.
        limit: What it moves towards.
        to_limit: Fewest batches until the level reaches it, likeliest, most.
        outside_before: Share of batches beyond it before.
        outside_now: Least share beyond it now, likeliest, most.
    """

    before: float
    now: float
    slope: float | None
    limit: float | None
    to_limit: tuple[float | None, float | None, float | None]
    outside_before: float | None
    outside_now: tuple[float | None, float | None, float | None]


NOWHERE = (None, None, None)


def course(values: FloatArray, began: Onset, low: float, high: float) -> Course:
    """Tell where a change leads.

    Args:
        values: In order up to the signal and with it.
        began: When it began, as ``onset`` found it.
        low: Lower limit; minus infinity where there is none.
        high: Upper limit.

    Returns:
        Shares by the normal law at the level and spread since the onset; intervals of 90% hold the
        doubt of the level and pace, the onset held.

    Source: least squares since the onset; time of crossing by Fieller's theorem in its plain form
    (pace and level apart).

    Examples:
        >>> from assets.statistics.charts.sequential.onset import Onset
        >>> values = np.concatenate([np.tile([9.9, 10.1], 10), 10 + 0.1 * np.arange(1, 11)])
        >>> found = course(values, Onset("drift", 1.0, 20, 18, 22, 1, 3.0), 8.0, 12.0)
        >>> round(found.now, 2), found.limit, round(found.to_limit[1])
        (11.0, 12.0, 10)
    """
    first, after = values[: began.place], values[began.place :]
    before = float(first.mean()) if first.size else float("nan")
    if after.size < FEWEST or first.size < FEWEST:
        return Course(before, float(after.mean()), None, None, NOWHERE, None, NOWHERE)
    spread = float(first.std(ddof=1))
    now, error, slope, slope_error = _level(after, spread, before, is_drift=began.kind == "drift")
    own_spread = float(after.std(ddof=1)) if began.kind == "spread" else spread
    towards = _towards(before, now, low, high, is_spread=began.kind == "spread")
    if towards is None:
        return Course(before, now, slope, None, NOWHERE, None, NOWHERE)
    ends = (now - error, now, now + error)
    shares = sorted(_beyond(level, own_spread, towards, high) for level in ends)
    return Course(
        before,
        now,
        slope,
        towards,
        _time(now, error, slope, slope_error, towards),
        _beyond(before, spread, towards, high),
        (shares[0], shares[1], shares[2]),
    )


def _level(
    after: FloatArray, spread: float, before: float, *, is_drift: bool
) -> tuple[float, float, float | None, float]:
    """Level now, the half width of its interval, and the pace of a drift with its own."""
    n = after.size
    factor = float(stdtrit(max(n - 1, 2), (1 + CONFIDENCE) / 2))
    if not is_drift:
        return float(after.mean()), factor * spread / sqrt(n), None, 0.0
    # A drift begins where it was before: a line through that level, one number to be told.
    time = np.arange(1, n + 1)
    squares = float((time**2).sum())
    slope = float(time @ (after - before)) / squares
    error = factor * spread / sqrt(squares)
    return before + slope * n, error * n, slope, error


def _towards(
    before: float, now: float, low: float, high: float, *, is_spread: bool
) -> float | None:
    """The limit a level moves towards; of a spread the nearer one."""
    if is_spread:
        known = [limit for limit in (low, high) if isfinite(limit)]
        return min(known, key=lambda limit: abs(limit - now)) if known else None
    limit = high if now > before else low
    return limit if isfinite(limit) else None


def _beyond(level: float, spread: float, limit: float, high: float) -> float:
    if spread <= 0:
        return float(level > limit if limit == high else level < limit)
    away = (limit - level) / spread
    return float(ndtr(-away) if limit == high else ndtr(away))


def _time(
    now: float, error: float, slope: float | None, slope_error: float, limit: float
) -> tuple[float | None, float | None, float | None]:
    """Batches until the level reaches the limit."""
    if slope is None or slope == 0:
        return NOWHERE
    sign = 1.0 if slope > 0 else -1.0
    left, pace = sign * (limit - now), abs(slope)
    if left <= 0:
        return (0.0, 0.0, 0.0)
    soonest = max(left - error, 0.0) / (pace + slope_error)
    slow = pace - slope_error
    latest = (left + error) / slow if slow > 0 else inf
    ends = (soonest, left / pace, latest)
    return (_told(ends[0]), _told(ends[1]), _told(ends[2]))


def _told(batches: float) -> float | None:
    return batches if batches <= MOST_BATCHES else None
