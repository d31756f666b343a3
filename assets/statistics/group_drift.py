"""Do values of later groups still come from where those of earlier groups came from?

Values of one group (a lot, a campaign) share what is of the group, so groups are what is counted.
Their means are held against those of the reference by cumulative sums for a shift either way and
for a wider spread; from which sum on is told by resampling groups of the reference itself, its own
estimation included, so that a process that stayed as it was is told once in many such years.

Source: Page (1954), Biometrika 41, 100-115; limits by resampling of the reference as in Gandy &
    Kvaloy (2013), Scandinavian Journal of Statistics 40, 647-668.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

SLACK, FARTHEST = 0.5, 8.0  # half of a shift by one spread; what one group may add at most
RESAMPLES, FEWEST_GROUPS = 500, 8
_SPREAD_OF_SQUARES = np.sqrt(2.0)


@dataclass(frozen=True)
class GroupDrift:
    """Running sums of later groups, each as a share of its limit.

    Attributes:
        evidence: (groups,) largest sum so far over the limit; at 1 a drift is told.
        limit: The limit; NaN where the reference has too few groups to give one.

    Examples:
        >>> GroupDrift(np.array([0.2, 1.3, 0.9]), limit=6.0).most
        1.3
    """

    evidence: FloatArray
    limit: float

    @property
    def most(self) -> float:
        """The most it ever was; 0 where nothing can be told."""
        return float(self.evidence.max(initial=0.0)) if np.isfinite(self.limit) else 0.0


def group_means(values: FloatArray, group: IntArray) -> FloatArray:
    """Mean of each run of values of one group, in order.

    Examples:
        >>> group_means(np.array([1.0, 3.0, 5.0]), np.array([7, 7, 2])).tolist()
        [2.0, 5.0]
    """
    if not values.size:
        return np.empty(0)
    first = np.flatnonzero(np.concatenate([[True], group[1:] != group[:-1]]))
    sizes = np.diff(np.concatenate([first, [values.size]]))
    return np.asarray(np.add.reduceat(values, first) / sizes)


def group_drift(
    later: FloatArray, reference: FloatArray, *, horizon: int, wrongly: float, seed: int = 1
) -> GroupDrift:
    """Hold means of later groups against those of a reference.

    Args:
        later: (groups,) means in time order.
        reference: Means of groups before them, in any order.
        horizon: Groups over which a steady process is told with probability ``wrongly`` at most.
        wrongly: That probability, above 0 and below 1.
        seed: Of the resamples.

    Returns:
        The running evidence; nothing can be told of a reference under eight groups.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> before, same = rng.normal(size=30), rng.normal(size=30)
        >>> group_drift(same, before, horizon=40, wrongly=0.05).most < 1
        True
        >>> bool(group_drift(same + 6, before, horizon=40, wrongly=0.05).evidence[3] > 1)
        True
    """
    if reference.size < FEWEST_GROUPS:
        return GroupDrift(np.zeros(later.size), np.nan)
    rng = np.random.default_rng(seed)
    count = (RESAMPLES, reference.size)
    bases = rng.choice(reference, count)
    drawn = rng.choice(reference, (RESAMPLES, horizon))
    centre, spread = bases.mean(axis=1, keepdims=True), bases.std(axis=1, ddof=1, keepdims=True)
    least = reference.std(ddof=1) / 10 or 1.0
    found = _sums((drawn - centre) / np.maximum(spread, least)).max(axis=1)
    limit = float(np.quantile(found, 1 - wrongly))
    own = (later - reference.mean()) / (reference.std(ddof=1) or 1.0)
    running = np.maximum.accumulate(_sums(own[None, :])[0]) if later.size else np.empty(0)
    return GroupDrift(running / limit, limit)


def _sums(z: FloatArray) -> FloatArray:
    """(series, groups) the largest of the sums up, down and wide at each group."""
    near = np.clip(z, -FARTHEST, FARTHEST)
    # Squares of a normal have a long tail: what one group may add to this sum is bounded tighter.
    wide = (np.minimum(z**2, FARTHEST * 2) - 1) / _SPREAD_OF_SQUARES
    steps = (near - SLACK, -near - SLACK, wide - SLACK)
    held = np.zeros((3, z.shape[0]))
    found = np.empty(z.shape)
    for column in range(z.shape[1]):
        for row, step in enumerate(steps):
            held[row] = np.maximum(held[row] + step[:, column], 0.0)
        found[:, column] = held.max(axis=0)
    return found
