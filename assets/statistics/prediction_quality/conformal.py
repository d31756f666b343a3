"""Prediction sets that hold their coverage in each class: pass, fail, or undecided.

A class stays in the set of a batch unless the batch looks stranger, for that class, than nearly all
earlier batches of that class did. With few earlier failures nothing can be ruled out for the
failing class, and the set says so by staying undecided.

Source: Vovk, Gammerman & Shafer (2005), section 4.5 (Mondrian, class-conditional predictors).
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import BoolArray, FloatArray


@dataclass(frozen=True)
class PredictionSets:
    """Per batch, which of the two classes could not be ruled out.

    Attributes:
        holds_good: Whether a good result is still possible at the level asked.
        holds_failed: Whether a failure is.

    Examples:
        >>> sets = PredictionSets(np.array([True, True, False]), np.array([True, False, True]))
        >>> sets.is_undecided.tolist()
        [True, False, False]
        >>> sets.covers(np.array([True, True, True])).tolist()
        [True, False, True]
    """

    holds_good: BoolArray
    holds_failed: BoolArray

    @property
    def is_undecided(self) -> BoolArray:
        """Both classes possible, or neither: nothing is said."""
        return np.asarray(self.holds_good == self.holds_failed)

    def covers(self, is_failure: BoolArray) -> BoolArray:
        """Per batch, whether its own class is in its set."""
        return np.where(is_failure, self.holds_failed, self.holds_good)


def prediction_sets(
    score: FloatArray, earlier: FloatArray, earlier_failed: BoolArray, error: float
) -> PredictionSets:
    """Give each batch its set.

    Args:
        score: Per batch, higher for more likely failures.
        earlier: Scores of earlier batches, made before their results like those of ``score``.
        earlier_failed: Per earlier batch, what became of it.
        error: Share of batches of each class whose class may be missing from its set, 0 to 1.

    Returns:
        The sets; ties count as less strange, which can only widen a set.

    Examples:
        >>> earlier, failed = np.arange(20.0), np.arange(20) >= 10  # the upper ten failed
        >>> sets = prediction_sets(np.array([0.0, 19.0]), earlier, failed, error=0.1)
        >>> sets.holds_good.tolist(), sets.holds_failed.tolist()
        ([True, False], [False, True])
    """
    good, failed = np.sort(earlier[~earlier_failed]), np.sort(earlier[earlier_failed])
    at_least = good.size - np.searchsorted(good, score, side="left")
    at_most = np.searchsorted(failed, score, side="right")
    return PredictionSets(
        (1 + at_least) / (good.size + 1) > error, (1 + at_most) / (failed.size + 1) > error
    )


def undecided_zone(
    earlier: FloatArray, earlier_failed: BoolArray, error: float
) -> tuple[float, float]:
    """Scores between which neither class is ruled out alone.

    Args:
        earlier: As for ``prediction_sets``.
        earlier_failed: Likewise.
        error: Likewise.

    Returns:
        Lowest and highest score left undecided: a lower one is decided for good, a higher one for
        failed. Infinite where earlier batches of a class are too few to rule it out.

    Examples:
        >>> earlier, failed = np.arange(20.0), np.arange(20) >= 10
        >>> undecided_zone(earlier, failed, error=0.1)  # between two classes apart
        (9.0, 10.0)
        >>> undecided_zone(earlier[:12], failed[:12], error=0.1)  # two failures rule nothing out
        (-inf, 9.0)
    """
    good, failed = np.sort(earlier[~earlier_failed]), np.sort(earlier[earlier_failed])
    needed = [int(np.floor(error * (own.size + 1) - 1)) + 1 for own in (failed, good)]
    low = float(failed[needed[0] - 1]) if needed[0] > 0 else -np.inf
    high = float(good[good.size - needed[1]]) if needed[1] > 0 else np.inf
    return min(low, high), max(low, high)
