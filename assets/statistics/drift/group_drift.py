"""Do values of later groups still come from where those of earlier groups came from?

Values of one group (a lot, a campaign) share what is of the group, so groups are what is counted.
Their means, each by the spread of a mean of so many, are held against those of the reference by
cumulative sums for a shift either way and for a wider spread, each for a small, a large and a very
large one: the first need many groups, the last one. From which sum on is told by resampling groups
of the reference itself, its own estimation included, and by normal groups of the same number,
whichever is higher: thirty groups say little of a tail. So a process that stayed as it was is told
once in many such years.

Source: ``running_sums``; limits by resampling of the reference as in Gandy & Kvaloy (2013),
    Scandinavian Journal of Statistics 40, 647-668.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.drift.running_sums import joint_limits, running_sums

# Half of a shift by 1, 2.5 and 5 spreads; what one group may add at most.
SLACKS, FARTHEST = (0.5, 1.25, 2.5), 8.0
RESAMPLES, FEWEST_GROUPS = 1000, 8
_SPREAD_OF_SQUARES = np.sqrt(2.0)


@dataclass(frozen=True)
class GroupDrift:
    """Running sums of later groups, each as a share of its limit.

    Attributes:
        evidence: (groups,) the most any sum was so far over its limit; at 1 a drift is told. Zero
            where the reference has too few groups to give a limit.

    Examples:
        >>> GroupDrift(np.array([0.2, 1.3])).most
        1.3
    """

    evidence: FloatArray

    @classmethod
    def of(cls, sums: FloatArray, limits: FloatArray) -> "GroupDrift":
        """(sums, groups) running sums, each by its own limit; evidence once given stays."""
        return cls(np.maximum.accumulate((sums / limits[:, None]).max(axis=0)))

    @property
    def most(self) -> float:
        """The most it ever was; 0 where nothing can be told."""
        return float(self.evidence.max(initial=0.0))


@dataclass(frozen=True)
class Grouped:
    """Values in runs of one group each.

    Attributes:
        values: (values,) in order.
        group: (values,) group of each.

    Examples:
        >>> found = Grouped(np.array([1.0, 3.0, 5.0]), np.array([7, 7, 2]))
        >>> found.sizes.tolist(), found.means.tolist()
        ([2, 1], [2.0, 5.0])
    """

    values: FloatArray
    group: IntArray

    @property
    def starts(self) -> IntArray:
        """Where each run begins."""
        if not self.group.size:
            return np.empty(0, dtype=np.int64)
        return np.flatnonzero(np.concatenate([[True], self.group[1:] != self.group[:-1]]))

    @property
    def sizes(self) -> IntArray:
        """Values of each run."""
        return np.diff(np.concatenate([self.starts, [self.group.size]]))

    @property
    def means(self) -> FloatArray:
        """Mean of each run."""
        if not self.group.size:
            return np.empty(0)
        return np.asarray(np.add.reduceat(self.values, self.starts) / self.sizes)


def group_drift(
    later: Grouped, reference: Grouped, *, horizon: int, wrongly: float, seed: int = 1
) -> GroupDrift:
    """Hold means of later groups against those of a reference.

    Args:
        later: In time order; its last group may not be whole yet.
        reference: Groups before them.
        horizon: Groups over which a steady process is told with probability ``wrongly`` at most.
        wrongly: That probability, above 0 and below 1.
        seed: Of the resamples.

    Returns:
        The running evidence by group; nothing can be told of a reference under eight groups.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> lots = np.arange(150) // 5
        >>> before, same = (Grouped(rng.normal(size=150), lots) for _ in range(2))
        >>> group_drift(same, before, horizon=40, wrongly=0.05).most < 1
        True
        >>> moved = Grouped(same.values + 2, lots)
        >>> bool(group_drift(moved, before, horizon=40, wrongly=0.05).evidence[1] > 1)
        True
    """
    count = later.starts.size
    if reference.starts.size < FEWEST_GROUPS or not count:
        return GroupDrift(np.zeros(count))
    usual = _Spreads.of(reference)
    before, since = usual.scores(reference), usual.scores(later)
    limits = _limits(before.tobytes(), horizon, wrongly, seed)
    own = (since - before.mean()) / (before.std(ddof=1) or 1.0)
    return GroupDrift.of(_sums(own[None, :])[:, 0], limits)


@dataclass(frozen=True)
class _Spreads:
    """How values scatter between groups and within them."""

    centre: float
    between: float
    within: float

    @classmethod
    def of(cls, reference: Grouped) -> "_Spreads":
        """Variance components by the analysis of variance, unequal sizes included."""
        means, sizes = reference.means, reference.sizes
        freedom = reference.values.size - means.size
        apart = reference.values - np.repeat(means, sizes)
        within = float((apart**2).sum() / freedom) if freedom else 0.0
        between = float(means.var(ddof=1)) - within * float((1 / sizes).mean())
        return cls(float(means.mean()), max(between, 0.0), within)

    def scores(self, grouped: Grouped) -> FloatArray:
        """Each mean from the centre, in spreads of a mean of so many values."""
        spread = np.sqrt(self.between + self.within / np.maximum(grouped.sizes, 1))
        return np.asarray((grouped.means - self.centre) / np.maximum(spread, 1e-12))


@lru_cache(maxsize=64)  # every night asks of the same reference
def _limits(reference: bytes, horizon: int, wrongly: float, seed: int) -> FloatArray:
    rng, values = np.random.default_rng(seed), np.frombuffer(reference)
    bases = rng.choice(values, (RESAMPLES, values.size))
    drawn = rng.choice(values, (RESAMPLES, horizon))
    least = float(values.std(ddof=1)) / 10 or 1.0
    tops = [_tops(bases, drawn, least), _normal_tops(values.size, horizon)]
    return joint_limits(tops, wrongly)


@lru_cache(maxsize=64)
def _normal_tops(groups: int, horizon: int) -> FloatArray:
    """The same of normal groups held against as many: only numbers of groups enter."""
    rng = np.random.default_rng(2)
    bases = rng.normal(size=(RESAMPLES, groups))
    return _tops(bases, rng.normal(size=(RESAMPLES, horizon)), 0.1)


def _tops(bases: FloatArray, drawn: FloatArray, least: float) -> FloatArray:
    """(sums, series) the most each sum reached over series that came from where their base did."""
    centre, spread = bases.mean(axis=1, keepdims=True), bases.std(axis=1, ddof=1, keepdims=True)
    return np.asarray(_sums((drawn - centre) / np.maximum(spread, least)).max(axis=2))


def _sums(z: FloatArray) -> FloatArray:
    """(sums, series, groups) sums up, down and wide, at each slack."""
    near = np.clip(z, -FARTHEST, FARTHEST)
    # Squares of a normal have a long tail: what one group may add to this sum is bounded tighter.
    wide = (np.minimum(z**2, FARTHEST * 2) - 1) / _SPREAD_OF_SQUARES
    steps = [step - slack for slack in SLACKS for step in (near, -near, wide)]
    return running_sums(np.array(steps))
