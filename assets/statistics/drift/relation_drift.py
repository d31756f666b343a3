"""Do results still follow what is expected of them as they did, with every input as it was?

Where an input's effect grows, what is foretold high comes higher still and what is foretold low
lower: results less what was expected begin to go with what was expected, while their mean and the
inputs stay. Likelihood ratios of a changed slope against that of the reference are summed over
groups, each starting anew at zero, for several sizes either way.

The limits come from the reference: its residuals laid on its predictions group by group, once in
pairs broken at random (thirty groups make nine hundred) and once as they were (a spread that goes
with the prediction), level and scale estimated anew each time, and tilted by what a slope told by
so many batches may be wrong by. A line the reference has itself is taken out first.

Source: cumulative sum of likelihood ratios (Page 1954); tests of a regression's constancy by scores
    (Zeileis & Hornik 2007, Statistica Neerlandica 61, 488-508, section 2).
"""

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray, IntArray
from assets.statistics.drift.group_drift import FEWEST_GROUPS, RESAMPLES, GroupDrift, Grouped
from assets.statistics.drift.running_sums import joint_limits, running_sums

# Change of the slope: spreads of the residual for a prediction one spread from its mean.
SLOPES, FARTHEST = (0.5, 1.0), 4.0
# A line of the reference that may be chance would only be noise in what is held against it.
FEWEST_ERRORS = 2.0


@dataclass(frozen=True)
class Missed:
    """What was expected and how far the result lay from it, batch by batch.

    Attributes:
        expected: (batches,) what was expected, in any unit.
        residual: (batches,) result less what was expected, in any unit.
        group: (batches,) group of each, groups in a row.
    """

    expected: FloatArray
    residual: FloatArray
    group: IntArray


def relation_drift(
    later: Missed, reference: Missed, *, horizon: int, wrongly: float, seed: int = 1
) -> GroupDrift:
    """Hold how later results go with what was expected against how those of a reference did.

    Args:
        later: In time order.
        reference: Batches before them.
        horizon: Groups over which a steady relation is told with probability ``wrongly`` at most.
        wrongly: That probability, above 0 and below 1.
        seed: Of the resamples.

    Returns:
        The running evidence by group; nothing can be told of a reference under eight groups.

    Examples:
        >>> rng = np.random.default_rng(1)
        >>> lots = np.arange(200) // 5
        >>> def missed(slope):
        ...     expected = rng.normal(size=200)
        ...     return Missed(expected, slope * expected + rng.normal(size=200), lots)
        >>> before = missed(0.0)
        >>> relation_drift(missed(0.0), before, horizon=80, wrongly=0.02).most < 1
        True
        >>> relation_drift(missed(0.8), before, horizon=80, wrongly=0.02).most > 1
        True
    """
    own, base = _Groups.of(later), _Groups.of(reference)
    if base.count < FEWEST_GROUPS or not own.count:
        return GroupDrift(np.zeros(own.count))
    seen = (reference.expected, reference.residual, reference.group.astype(float))
    limits = _limits(np.array(seen).tobytes(), horizon, wrongly, seed)
    return GroupDrift.of(running_sums(_Line.of(base).steps(own)), limits)


@lru_cache(maxsize=64)  # every night asks of the same reference
def _limits(reference: bytes, horizon: int, wrongly: float, seed: int) -> FloatArray:
    expected, residual, group = np.frombuffer(reference).reshape(3, -1)
    base = _Groups.of(Missed(expected, residual, group.astype(np.int64)))
    rng = np.random.default_rng(seed)
    tops = [_tops(base, horizon, rng, is_paired=is_paired) for is_paired in (False, True)]
    return joint_limits(tops, wrongly)


@dataclass(frozen=True)
class _Groups:
    """(..., groups, batches) values of groups of several sizes; shorter ones say what is theirs."""

    expected: FloatArray
    residual: FloatArray
    is_own: BoolArray

    @classmethod
    def of(cls, missed: Missed) -> "_Groups":
        """A shorter group's values are repeated: whatever is laid on them finds one."""
        grouped = Grouped(missed.residual, missed.group)
        first, sizes = grouped.starts, grouped.sizes
        place = np.arange(sizes.max(initial=0))
        taken = first[:, None] + place % np.maximum(sizes, 1)[:, None]
        is_own = place < sizes[:, None]
        return cls(missed.expected[taken], missed.residual[taken], is_own)

    @property
    def count(self) -> int:
        return int(self.is_own.shape[0])

    def drawn(self, expected: IntArray, residual: IntArray) -> "_Groups":
        """Groups of predictions with groups of residuals laid on them."""
        return _Groups(self.expected[expected], self.residual[residual], self.is_own[expected])

    def mean(self, values: FloatArray) -> FloatArray:
        """Mean over all batches, with the axes of groups and batches kept."""
        both = (-2, -1)
        count = np.maximum(self.is_own.sum(axis=both, keepdims=True), 1)
        return np.asarray((values * self.is_own).sum(axis=both, keepdims=True) / count)


@dataclass(frozen=True)
class _Line:
    """The line of residuals on predictions of a reference."""

    centre: FloatArray
    unit: FloatArray
    level: FloatArray
    slope: FloatArray
    spread: FloatArray

    @classmethod
    def of(cls, base: _Groups, *, errors: float = FEWEST_ERRORS) -> "_Line":
        """Fit it; a slope that is not more than so many standard errors counts as none."""
        centre, level = base.mean(base.expected), base.mean(base.residual)
        unit = np.maximum(np.sqrt(base.mean((base.expected - centre) ** 2)), 1e-9)
        apart = (base.expected - centre) / unit
        slope = base.mean(apart * base.residual)  # the mean square of what is apart is 1
        left = base.residual - level - slope * apart
        spread = np.maximum(np.sqrt(base.mean(left**2)), 1e-9)
        error = spread / np.sqrt(base.is_own.sum(axis=(-2, -1), keepdims=True))
        slope = np.where(np.abs(slope) > errors * error, slope, 0.0)
        return cls(centre, unit, level, slope, spread)

    def steps(self, groups: _Groups) -> FloatArray:
        """(sums, ..., groups) log likelihood ratio of each group for each size, up and down."""
        apart = (groups.expected - self.centre) / self.unit
        beyond = (groups.residual - self.level - self.slope * apart) / self.spread
        left = np.clip(beyond, -FARTHEST, FARTHEST)  # what is far out counts as far
        together = (left * apart * groups.is_own).sum(axis=-1)
        weight = (apart**2 * groups.is_own).sum(axis=-1)
        signed = [sign * slope for slope in SLOPES for sign in (1.0, -1.0)]
        return np.array([slope * together - slope**2 * weight / 2 for slope in signed])


def _tops(base: _Groups, horizon: int, rng: np.random.Generator, *, is_paired: bool) -> FloatArray:
    """(sums, series) the most each sum reached where the slope stayed."""
    line = _Line.of(base, errors=0.0)
    apart = (base.expected - line.centre) / line.unit
    flat = _Groups(base.expected, base.residual - line.slope * apart, base.is_own)
    drawn = []
    for groups in (base.count, horizon):
        expected = rng.integers(0, base.count, (RESAMPLES, groups))
        other = rng.integers(0, base.count, (RESAMPLES, groups))
        drawn.append(flat.drawn(expected, expected if is_paired else other))
    before, later = drawn
    held = _Line.of(before, errors=np.inf)
    # Neither the reference's line nor that of the model behind what came later is known better than
    # so many batches tell it: each is wrong by a slope of its own for as long as it is used.
    wrong = rng.normal(scale=np.sqrt(2 / base.is_own.sum()), size=(RESAMPLES, 1, 1))
    beyond = wrong * held.spread * (later.expected - held.centre) / held.unit
    tilted = replace(later, residual=later.residual + beyond)
    return np.asarray(running_sums(held.steps(tilted)).max(axis=-1))
