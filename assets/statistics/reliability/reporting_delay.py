"""What has happened and is not reported yet: delays seen only where they were short enough.

The reverse-time hazard g(x) is the share of what is reported with delay x among what was reported
with delay x or less, over occurrences old enough for x to have been seen; what is reported by delay
d is the product of 1 - g(x) over longer delays (Kalbfleisch & Lawless 1989; Lawless 1994). On
counts by period it is the chain ladder, whose standard error is Mack's (1993, ASTIN Bulletin
23:213-225).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray


@dataclass(frozen=True)
class ChainLadder:
    """What a triangle of cumulative counts runs up to.

    Attributes:
        factors: Growth from each delay to the next.
        ultimate: Eventual count of each row.
        standard_error: Of the sum of all rows, by Mack's formula.
    """

    factors: FloatArray
    ultimate: FloatArray
    standard_error: float


def chain_ladder(triangle: FloatArray) -> ChainLadder:
    """Complete a run-off triangle.

    Args:
        triangle: Cumulative counts, rows by period of occurrence, columns by delay; NaN where the
            delay has not passed yet. The last column is taken as final.

    Returns:
        Factors, ultimates, and Mack's standard error with the last variance by his rule.

    Examples:
        >>> found = chain_ladder(np.array([[10.0, 20, 22], [12, 24, np.nan], [15, np.nan, np.nan]]))
        >>> found.factors.tolist(), found.ultimate.round(1).tolist()
        ([2.0, 1.1], [22.0, 26.4, 33.0])
    """
    columns = triangle.shape[1]
    seen = ~np.isnan(triangle)
    factors, squares = np.ones(columns - 1), np.zeros(columns - 1)
    for k in range(columns - 1):
        rows = seen[:, k + 1]
        base, after = triangle[rows, k], triangle[rows, k + 1]
        factors[k] = after.sum() / base.sum()
        if rows.sum() > 1:
            squares[k] = (base * (after / base - factors[k]) ** 2).sum() / (rows.sum() - 1)
    if columns > 3:
        last, before = squares[-2], squares[-3]
        squares[-1] = min(last**2 / before if before > 0 else 0.0, last, before)
    full = triangle.copy()
    for k in range(columns - 1):
        unseen = ~seen[:, k + 1]
        full[unseen, k + 1] = full[unseen, k] * factors[k]
    return ChainLadder(factors, full[:, -1], _mack_error(full, seen, factors, squares))


def _mack_error(
    full: FloatArray, seen: np.typing.NDArray[np.bool_], factors: FloatArray, squares: FloatArray
) -> float:
    """Mack (1993), theorem 3 and its corollary for the sum."""
    rows, columns = full.shape
    total = 0.0
    relative = squares / factors**2
    sums = np.array([full[seen[:, k + 1], k].sum() for k in range(columns - 1)])
    for row in range(rows):
        ahead = np.flatnonzero(~seen[row, 1:])
        ultimate, others = full[row, -1], full[row + 1 :, -1].sum()
        own = (relative[ahead] * (1 / full[row, ahead] + 1 / sums[ahead])).sum()
        total += ultimate**2 * own + ultimate * others * (2 * relative[ahead] / sums[ahead]).sum()
    return float(np.sqrt(total))


def reported_prob(delay: FloatArray, observed_for: FloatArray, at: FloatArray) -> FloatArray:
    """Return the share of what happened that is reported by so long a delay.

    Args:
        delay: Delay of every report.
        observed_for: Time since what each reports happened, at least its delay.
        at: Delays asked for.

    Returns:
        Probabilities, 1 from the longest delay on; 0 before the shortest.

    Examples:
        Two delays of a day and one of three; the younger two could not have shown three days:

        >>> reported_prob(np.array([1.0, 1, 3]), np.array([2.0, 5, 5]), np.array([1.0, 3])).tolist()
        [0.5, 1.0]
    """
    steps = np.unique(delay)
    share = np.empty(steps.size)
    for place, step in enumerate(steps):
        could_show = (delay <= step) & (observed_for >= step)
        share[place] = (delay[could_show] == step).mean()
    # F at a step: product over the longer ones of what is left of each
    by_then = np.append(np.cumprod((1 - share)[::-1])[::-1][1:], 1.0)
    shares = np.concatenate([[0.0], by_then])
    return np.asarray(shares[np.searchsorted(steps, at, side="right")])
