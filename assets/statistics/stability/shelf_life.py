"""Shelf life: until when the mean stays inside its limit with 95% confidence (ICH Q1E, B.2).

The confidence bound of a line's mean meets the limit where a quadratic has a root, so the answer is
exact. (The R package ``expirest`` searches for it and is right to five digits.)
"""

from collections.abc import Sequence

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.stability.batch_lines import BatchLine

CONFIDENCE = 0.95
ON_THE_LIMIT = 1e-9  # of the distance at the start: a mean so near its limit lies on it
MOST_FACTOR, MOST_BEYOND_MONTHS = 2.0, 12.0  # ICH Q1E 2.4.1.2, long-term data with statistics


def mean_bound(line: BatchLine, time: float, *, is_upper: bool, quantile: float) -> float:
    """Return the confidence bound of the line's mean at a time.

    Args:
        line: Line of a batch.
        time: Time in storage.
        is_upper: Upper bound (for a result that rises), else lower.
        quantile: Of Student's t with the line's degrees of freedom.

    Examples:
        >>> line = BatchLine(100.0, -0.2, np.diag([0.25, 0.01]), 0.5, 10)
        >>> round(mean_bound(line, 0.0, is_upper=False, quantile=2.0), 6)
        99.5
    """
    at = np.array([1.0, time])
    half = quantile * line.sigma * float(np.sqrt(at @ line.covariance @ at))
    return line.intercept + line.slope * time + (half if is_upper else -half)


def line_shelf_life(
    line: BatchLine,
    limit: float,
    *,
    is_upper: bool,
    confidence: float = CONFIDENCE,
    is_two_sided: bool = False,
) -> float:
    """Return when the confidence bound of the mean first meets the limit.

    Args:
        line: Line of a batch.
        limit: Specification limit at the end of shelf life.
        is_upper: Whether it is an upper limit.
        confidence: Of the bound.
        is_two_sided: Whether the bound is one end of a two-sided interval, for a result that may
            move either way.

    Returns:
        Time; 0 where the bound lies outside at the start, infinity where it never meets the limit.

    Examples:
        >>> line = BatchLine(100.0, -0.2, np.diag([0.01, 0.0001]), 0.5, 16)
        >>> round(line_shelf_life(line, 95.0, is_upper=False), 3)
        23.87
    """
    from scipy.special import stdtrit

    quantile = float(stdtrit(line.degrees, (1 + confidence) / 2 if is_two_sided else confidence))
    sign = 1.0 if is_upper else -1.0
    if sign * (mean_bound(line, 0.0, is_upper=is_upper, quantile=quantile) - limit) >= 0:
        return 0.0
    spread = (quantile * line.sigma) ** 2 * line.covariance
    gap = line.intercept - limit
    # The other root is where the bound on the far side of the mean meets the limit from outside.
    outside = ON_THE_LIMIT * abs(gap)
    ahead = [
        root
        for root in _roots(gap, line.slope, spread)
        if root > 0 and sign * (gap + line.slope * root) <= outside
    ]
    return min(ahead, default=float("inf"))


def _roots(gap: float, slope: float, spread: FloatArray) -> list[float]:
    """Return when (gap + slope t)^2 is the variance of the mean times the quantile squared.

    The discriminant is written so that it is exactly 0 where there is no spread: the two bounds
    then meet the limit together, and a root lost to rounding would read as never.
    """
    square, half = slope**2 - spread[1, 1], gap * slope - spread[0, 1]
    form = slope**2 * spread[0, 0] - 2 * gap * slope * spread[0, 1] + gap**2 * spread[1, 1]
    rest = float(form - (spread[0, 0] * spread[1, 1] - spread[0, 1] ** 2))
    if rest < 0:
        return []
    far = -(half + np.copysign(np.sqrt(rest), half))
    pairs = ((far, square), (gap**2 - spread[0, 0], far))
    return [float(over / under) for over, under in pairs if under != 0]


def shortest_shelf_life(
    lines: Sequence[BatchLine],
    low: float | None,
    high: float | None,
    *,
    confidence: float = CONFIDENCE,
) -> tuple[float, int]:
    """Return the shelf life of the batch that reaches a limit first.

    With both limits the bounds are those of a two-sided interval, as Q1E asks where a result may
    move either way.

    Args:
        lines: A line a batch.
        low: Lower limit, or None.
        high: Upper limit, or None.
        confidence: Of the bounds.

    Returns:
        Time, and the place of that batch among ``lines``.

    Raises:
        ValueError: If there is no limit.

    Examples:
        >>> steep = BatchLine(100.0, -0.5, np.diag([0.01, 0.0001]), 0.5, 16)
        >>> flat = BatchLine(100.0, -0.1, np.diag([0.01, 0.0001]), 0.5, 16)
        >>> shortest_shelf_life([flat, steep], 95.0, None)[1]
        1
    """
    limits = [(limit, side) for limit, side in ((low, False), (high, True)) if limit is not None]
    if not limits:
        raise ValueError("a shelf life needs a limit")
    both = len(limits) == 2
    lives = [
        min(
            line_shelf_life(line, limit, is_upper=s, confidence=confidence, is_two_sided=both)
            for limit, s in limits
        )
        for line in lines
    ]
    shortest = int(np.argmin(lives))
    return lives[shortest], shortest


def limit_after_release(limit: float, release_limit: float, intercept: float) -> float:
    """Move a limit so that a batch released at its worst still meets it (what-if shelf life).

    Args:
        limit: Specification limit at the end of shelf life.
        release_limit: Worst value at which a batch may be released.
        intercept: Of the line whose shelf life is asked.

    Examples:
        >>> limit_after_release(95.0, 98.0, 101.5)
        98.5
    """
    return limit - (release_limit - intercept)


def proposable_months(shelf_life: float, months_covered: float) -> float:
    """Return the longest shelf life Q1E lets one propose: twice the data, at most a year beyond.

    Args:
        shelf_life: By the confidence bound, months.
        months_covered: Longest time with long-term results, months.

    Examples:
        >>> proposable_months(50.0, 24.0)
        36.0
    """
    most = min(MOST_FACTOR * months_covered, months_covered + MOST_BEYOND_MONTHS)
    return min(shelf_life, most)
