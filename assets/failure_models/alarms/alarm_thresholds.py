"""The probability above which an alarm is raised: two ways of keeping an alarm budget over time.

Thresholds see earlier out-of-time scores only, never a label and never the batch they judge. The
refreshed one is the alert as it is run and priced; the one frozen for a whole test block is shown
beside it, because under drift it does not keep its budget.

A threshold is the score of that rank above which one more score falls with at most the budget's
probability, wherever it stands among those before it: the 96th of a hundred for a budget of 5%. The
quantile of the same hundred lies between the 95th and the 96th and lets 5.9% through.

Source: rank of the split conformal prediction (Vovk, Gammerman & Shafer 2005, section 2.2; Lei et
    al. 2018, equation 5).
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
        np.full(block.size, _of_rank(probability[np.concatenate(blocks[:i])], budget))
        for i, block in enumerate(blocks)
        if i > 0
    ]


def refreshed_thresholds(
    probability: FloatArray, blocks: list[IntArray], budget: float
) -> list[FloatArray]:
    """Thresholds taken anew before each batch, from the last hundred scores.

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
    """Per score from a place on, the threshold of the hundred scores before it.

    Args:
        score: In production order.
        first: Place of the first score that gets a threshold, at least 1.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        One threshold per score from ``first`` on; of fewer than a hundred earlier scores, all.
    """
    few = range(first, min(RECENT_BATCHES, score.size))
    early = np.array([_of_rank(score[:at], budget) for at in few], dtype=float)
    if score.size <= max(first, RECENT_BATCHES):
        return early
    windows = np.lib.stride_tricks.sliding_window_view(score[:-1], RECENT_BATCHES)
    return np.concatenate([early, _of_rank(windows[max(first - RECENT_BATCHES, 0) :], budget)])


def thresholds_by_past(score: FloatArray, budget: float) -> FloatArray:
    """Refreshed thresholds of every score, the first one included.

    Args:
        score: In production order, at least one.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        Per score the threshold of the last hundred before it; infinite where so few came before
        that no alarm keeps the budget, the first among them.
    """
    return np.concatenate([_of_rank(score[None, :0], budget), rolling_thresholds(score, 1, budget)])


def next_threshold(probability: FloatArray, blocks: list[IntArray], budget: float) -> float:
    """Threshold for the next batch to come, from the last hundred scores; at most 1."""
    score = probability[np.concatenate(blocks)][-RECENT_BATCHES:]
    return min(float(_of_rank(score, budget)), 1.0)


def _of_rank(score: FloatArray, budget: float) -> FloatArray:
    """The score of the rank that keeps a budget, along the last axis.

    Args:
        score: (..., scores) earlier scores.
        budget: Share of batches that may raise an alarm, 0 to 1.

    Returns:
        Infinite where too few came before for any alarm to keep the budget; minus infinite where
        every batch may raise one.

    Examples:
        >>> float(_of_rank(np.arange(1.0, 101.0), 0.05)), float(_of_rank(np.arange(9.0), 0.05))
        (96.0, inf)
    """
    count = score.shape[-1]
    # The rank is a whole number of batches: 0.95 * 20 is 19, not the next one above it.
    rank = int(np.ceil(round((1 - budget) * (count + 1), 9)))
    if not 1 <= rank <= count:
        return np.full(score.shape[:-1], np.inf if rank else -np.inf)
    return np.asarray(np.partition(score, rank - 1, axis=-1)[..., rank - 1])
