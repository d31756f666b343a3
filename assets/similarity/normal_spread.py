"""The normal spread between good batches: the unit in which distances are told."""

from dataclasses import dataclass

import numpy as np

from assets.similarity.traits import Traits
from assets.statistics.array_types import BoolArray, FloatArray

FEWEST_GOOD = 8
# A stuck sensor may stand a thousand spreads away: beyond this it is away, and no more than that.
LARGEST_SPREADS = 8.0
NORMAL_MAD = 1.4826
SMALLEST_PART = 0.2


@dataclass(frozen=True)
class NormalSpread:
    """Where good batches lie, per column.

    Attributes:
        good: How many good batches tell it.
        centre: Their median; NaN where none has the column.
        spread: Their robust standard deviation; NaN where all are alike, so that there is no unit.
    """

    good: int
    centre: FloatArray
    spread: FloatArray

    def in_spreads(self, values: FloatArray) -> FloatArray:
        """Return values as distances from the centre, cut at 8 spreads; NaN without a unit."""
        scaled = (values - self.centre) / self.spread
        return np.asarray(np.clip(scaled, -LARGEST_SPREADS, LARGEST_SPREADS))


def normal_spread(traits: Traits, is_good: BoolArray) -> NormalSpread:
    """Measure the spread between good batches.

    Args:
        traits: Of all batches.
        is_good: Per batch, whether it tells what is normal.

    Returns:
        Median and 1.4826 times the median absolute deviation, per column. Where more than half are
        exactly alike, as counts of rare events are, the standard deviation of the others' excess;
        and a step of a trajectory has at least a fifth of its trajectory's mean spread, so that
        readings in whole units do not make one unit more a hundred spreads.

    Examples:
        Seven batches around 10, and a count that is 0 but for one:

        >>> values = np.column_stack([[8.0, 9, 10, 10, 10, 11, 12], [0, 0, 0, 0, 0, 0, 1]])
        >>> traits = Traits(list("abcdefg"), ["a", "b"], np.array([0, 1]), values, False)
        >>> normal_spread(traits, np.ones(7, bool)).spread.round(3).tolist()
        [1.483, 0.35]
    """
    good = traits.values[is_good]
    centre = _median(good)
    spread = NORMAL_MAD * _median(np.abs(good - centre))
    spread = np.where(spread > 0, spread, _deviation(good))
    if traits.is_course:
        count = np.bincount(traits.trait, minlength=len(traits.names))
        total = np.bincount(traits.trait, np.nan_to_num(spread), len(traits.names))
        mean = np.divide(total, count, out=np.zeros(count.size), where=count > 0)
        spread = np.fmax(spread, SMALLEST_PART * mean[traits.trait])
    return NormalSpread(int(is_good.sum()), centre, np.where(spread > 0, spread, np.nan))


def _median(values: FloatArray) -> FloatArray:
    """Median per column, NaN skipped; NaN where nothing is left."""
    ordered = np.sort(values, axis=0)  # NaN last
    count = np.isfinite(values).sum(axis=0)
    last = np.maximum(count - 1, 0)
    column = np.arange(values.shape[1])
    if not len(values):
        return np.full(values.shape[1], np.nan)
    middle = (ordered[last // 2, column] + ordered[(last + 1) // 2, column]) / 2
    return np.asarray(np.where(count > 0, middle, np.nan))


def _deviation(values: FloatArray) -> FloatArray:
    """Standard deviation per column, NaN skipped; 0 where fewer than two are there."""
    count = np.isfinite(values).sum(axis=0)
    mean = np.nansum(values, axis=0) / np.maximum(count, 1)
    squares = np.nansum((values - mean) ** 2, axis=0)
    return np.asarray(np.sqrt(squares / np.maximum(count, 1)))
