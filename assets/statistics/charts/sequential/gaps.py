"""Gaps between rare events as normal scores, each beside the gaps before it alone.

A rate that nobody knows cannot give limits from five events. But given the sum of the gaps up to
one, the law of that gap does not depend on the rate: its place in that law is a score, and scores
of one event after another are independent while the rate stays.
"""

import numpy as np
from scipy.special import gammaln, ndtri

from assets.statistics.array_types import FloatArray

LARGEST_SCORE = 4.0  # a gap of 0 among few has a place of its own half width, never 0


def gap_scores(gaps: FloatArray) -> FloatArray:
    """Normal scores of units between events: negative where events come closer together.

    Args:
        gaps: Per event in order, units without it since the last one, 0 or more, no NaN.

    Returns:
        Per event; NaN for the first. Nearly standard normal and independent while the chance of an
        event stays, a little less spread where gaps are so short that many are equal.

    Source: Quesenberry, J Qual Technol 27:304-313 (1995), geometric Q charts; the middle of a gap's
    own probability stands for it (Lancaster 1961).

    Examples:
        >>> gap_scores(np.array([10.0, 10.0, 0.0, 60.0]))[1:].round(2).tolist()
        [-0.0, -1.69, 2.1]
    """
    events = np.arange(1, gaps.size, dtype=float)  # gaps before each but the first
    total, own = np.cumsum(gaps)[1:], gaps[1:]

    def at_least(gap: FloatArray) -> FloatArray:
        left = np.maximum(total - gap, 0.0)
        log_ways = gammaln(left + events + 1) - gammaln(left + 1)
        log_all = gammaln(total + events + 1) - gammaln(total + 1)
        return np.asarray(np.where(gap > total, 0.0, np.exp(log_ways - log_all)))

    above = (at_least(own) + at_least(own + 1)) / 2
    return _scored(above, gaps.size)


def time_scores(times: FloatArray) -> FloatArray:
    """Normal scores of times between events: negative where events come closer together.

    Args:
        times: Per event in order, time since the last one, above 0, no NaN.

    Returns:
        Per event; NaN for the first. Standard normal and independent while the rate stays.

    Source: Quesenberry, J Qual Technol 23:213-224 (1991), of exponential times.

    Examples:
        >>> time_scores(np.array([10.0, 10.0, 1.0, 60.0])).round(2).tolist()
        [nan, 0.0, -1.32, 2.11]
    """
    events = np.arange(1, times.size, dtype=float)
    share = times[1:] / np.maximum(np.cumsum(times)[1:], 1e-300)
    return _scored((1 - share) ** events, times.size)


def _scored(above: FloatArray, points: int) -> FloatArray:
    scores = np.clip(-ndtri(above), -LARGEST_SCORE, LARGEST_SCORE) + 0.0
    return np.concatenate([np.full(min(1, points), np.nan), scores])
