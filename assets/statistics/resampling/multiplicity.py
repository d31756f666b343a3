"""Many comparisons at once: what each must show so that all of them together seldom err.

False discovery rates bound the share of errors among what is found, not the chance of any.
Bonferroni and Holm need no more than the number of comparisons and their p-values. The single-step
maximum of Westfall and Young needs the draws of a permutation in which all statistics saw the same
arrangements, and loses nothing to their dependence.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.resampling.permutation import p_value


def bonferroni(alpha: float, comparisons: int) -> float:
    """Return the level of each comparison at which all together err with at most ``alpha``.

    Args:
        alpha: Chance of any error, 0 to 1.
        comparisons: Number of comparisons; none counts as one.

    Source: Dunn (1961), Journal of the American Statistical Association 56, section 2.

    Examples:
        >>> bonferroni(0.05, 10)
        0.005
    """
    return alpha / max(comparisons, 1)


def holm(p_values: FloatArray, comparisons: int | None = None) -> FloatArray:
    """Return p-values corrected for every comparison made, step by step from the smallest.

    Args:
        p_values: One per comparison; NaN where none could be made, which counts for nothing.
        comparisons: All comparisons, where only some p-values are given; the others count as
            larger than any of these. None for as many as are given.

    Returns:
        Corrected p-values in the same places, NaN where there was none.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, section 3.

    Examples:
        >>> holm(np.array([0.04, 0.01, np.nan, 0.03])).tolist()
        [0.06, 0.03, nan, 0.06]
    """
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    left = (tested.size if comparisons is None else comparisons) - np.arange(tested.size)
    corrected = np.full(p_values.size, np.nan)
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(p_values[order] * left))
    return corrected


def false_discovery_rates(p_values: FloatArray, *, any_dependence: bool = False) -> FloatArray:
    """Return for each comparison the false discovery rate at which it is just discovered.

    Args:
        p_values: One per comparison; NaN where none could be made, which counts for nothing.
        any_dependence: Whether the rate is to hold however the comparisons depend on one another;
            otherwise where they are independent or depend positively. It costs a factor of about
            the logarithm of their number.

    Returns:
        In the same places, NaN where there was none.

    Source: Benjamini & Hochberg (1995), section 3; Benjamini & Yekutieli (2001), theorem 1.3.

    Examples:
        >>> p_values = np.array([0.01, 0.04, np.nan, 0.03])
        >>> false_discovery_rates(p_values).round(3).tolist()
        [0.03, 0.04, nan, 0.04]
        >>> false_discovery_rates(p_values, any_dependence=True).round(3).tolist()  # 1 + 1/2 + 1/3
        [0.055, 0.073, nan, 0.073]
    """
    tested = np.flatnonzero(~np.isnan(p_values))
    order = tested[np.argsort(p_values[tested], kind="stable")]
    place = np.arange(1, tested.size + 1)
    factor = tested.size * float((1 / place).sum() if any_dependence else 1.0)
    found = np.full(p_values.size, np.nan)
    rate = p_values[order] * factor / place
    found[order] = np.minimum(1.0, np.minimum.accumulate(rate[::-1])[::-1])
    return found


@dataclass(frozen=True)
class FamilyNull:
    """What chance gives to the largest statistic of a family.

    Attributes:
        centre: Mean of each statistic under chance, in the shape of the family.
        scale: Its standard deviation; infinite where it never varied.
        largest: (draws,) largest standardised statistic of each draw.

    Examples:
        Draws whose largest statistic was 1, 2, 3 and 4, all statistics on one scale:

        >>> chance = FamilyNull(np.zeros(()), np.ones(()), np.array([1.0, 2.0, 3.0, 4.0]))
        >>> chance.p_value(5.0), chance.threshold(0.5)
        (0.2, 2.5)
    """

    centre: FloatArray
    scale: FloatArray
    largest: FloatArray

    def part(self, place: int) -> "FamilyNull":
        """The statistics at one place of the first axis, judged by the whole family."""
        return FamilyNull(self.centre[place], self.scale[place], self.largest)

    def p_value(self, observed: float, *place: int) -> float:
        """Family-wise p-value of the statistic at a place."""
        return p_value(float((observed - self.centre[place]) / self.scale[place]), self.largest)

    def p_values(self, observed: FloatArray) -> FloatArray:
        """Family-wise p-values of a family with one axis."""
        return np.array([self.p_value(float(z), place) for place, z in enumerate(observed)])

    def threshold(self, alpha: float, *place: int) -> float:
        """Value that the statistic at a place must exceed for a p-value below ``alpha``."""
        limit = float(np.quantile(self.largest, 1 - alpha))
        return float(self.centre[place] + limit * self.scale[place])


def westfall_young(nulls: FloatArray, *, is_one_scale: bool = False) -> FamilyNull:
    """Put the nulls of a family together: the single-step maximum statistic.

    Args:
        nulls: (draws, ...) statistics, every row one draw seen by all of them.
        is_one_scale: Whether statistics are on one scale and compared as they are. Otherwise each
            is measured in standard deviations of its own null, so that one with a wide null does
            not hide the others.

    Returns:
        The null of the largest statistic; without places where all are on one scale.

    Source: Westfall & Young (1993), Resampling-Based Multiple Testing, chapter 2.

    Examples:
        Of three statistics the second lies far outside what 99 draws of all three gave:

        >>> nulls = np.random.default_rng(1).normal(size=(99, 3)) * [1.0, 5.0, 1.0]
        >>> westfall_young(nulls).p_values(np.array([0.0, 25.0, 2.0])).tolist()
        [0.97, 0.01, 0.04]
    """
    axes = tuple(range(1, nulls.ndim))
    if is_one_scale:
        return FamilyNull(np.zeros(()), np.ones(()), nulls.max(axis=axes))
    centre, spread = nulls.mean(axis=0), nulls.std(axis=0)
    scale = np.where(spread > 0, spread, np.inf)
    return FamilyNull(centre, scale, ((nulls - centre) / scale).max(axis=axes))
