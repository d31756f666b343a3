"""The probability above which an alarm is raised: two ways of keeping an alarm budget over time.

Thresholds see earlier out-of-time scores only, never a label and never the batch they judge. The
refreshed one is the alert as it is run and priced; the one frozen for a whole test block is shown
beside it, because under drift it does not keep its budget.
"""

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

# Five alarms are expected among so many batches at a budget of 5%: fewer would make the threshold
# a matter of luck, more would let it fall behind a drift of a year or two.
RECENT_BATCHES = 100


def frozen_thresholds(
    probability: FloatArray, blocks: list[IntArray], budget: float
) -> list[FloatArray]:
    """Thresholds fixed before each block: the quantile of everything scored earlier.

    Args:
        probability: Per batch, forward-in-time probability of failure.
        blocks: Test blocks in time order, as positions in production order; at least two.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        Per block after the first, one threshold per batch.
    """
    return [
        np.full(block.size, np.quantile(probability[np.concatenate(blocks[:i])], 1 - budget))
        for i, block in enumerate(blocks)
        if i > 0
    ]


def refreshed_thresholds(
    probability: FloatArray, blocks: list[IntArray], budget: float
) -> list[FloatArray]:
    """Thresholds taken anew before each batch: the quantile of the last hundred scores.

    Args:
        probability: Per batch, forward-in-time probability of failure.
        blocks: Test blocks in time order, as positions in production order; at least two.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        Per block after the first, one threshold per batch.
    """
    thresholds = rolling_thresholds(probability[np.concatenate(blocks)], blocks[0].size, budget)
    return np.split(thresholds, np.cumsum([block.size for block in blocks[1:-1]]))


def rolling_thresholds(score: FloatArray, first: int, budget: float) -> FloatArray:
    """Per score from a place on, the quantile of the hundred scores before it.

    Args:
        score: In production order.
        first: Place of the first score that gets a threshold, at least 1.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        One threshold per score from ``first`` on; of fewer than a hundred earlier scores, all.
    """
    few = range(first, min(RECENT_BATCHES, score.size))
    early = [float(np.quantile(score[:at], 1 - budget)) for at in few]
    if score.size <= max(first, RECENT_BATCHES):
        return np.array(early)
    windows = np.lib.stride_tricks.sliding_window_view(score[:-1], RECENT_BATCHES)
    full = np.quantile(windows[max(first - RECENT_BATCHES, 0) :], 1 - budget, axis=1)
    return np.concatenate([early, full])


def thresholds_by_past(score: FloatArray, budget: float) -> FloatArray:
    """Refreshed thresholds of every score, the first one included.

    Args:
        score: In production order, at least one.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        Per score the quantile of the last hundred before it; for the first, which has no past, the
        score itself, which raises no alarm.
    """
    return np.concatenate([score[:1], rolling_thresholds(score, 1, budget)])


def next_threshold(probability: FloatArray, blocks: list[IntArray], budget: float) -> float:
    """Threshold for the next batch to come: the quantile of the last hundred scores."""
    score = probability[np.concatenate(blocks)][-RECENT_BATCHES:]
    return float(np.quantile(score, 1 - budget))
