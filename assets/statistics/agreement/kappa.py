"""Agreement beyond chance of raters who sort the same subjects into categories: kappas."""

from dataclasses import dataclass
from itertools import combinations
from math import nan, sqrt
from typing import Literal

import numpy as np
from scipy.special import ndtri

from assets.statistics.array_types import FloatArray, IntArray
from assets.statistics.intervals import Interval

Weights = Literal["none", "linear", "quadratic"]


@dataclass(frozen=True)
class Kappa:
    """A kappa; NaN throughout where all ratings are of one category, which leaves no chance.

    Attributes:
        value: Agreement beyond chance, 1 where perfect, 0 where no more than chance.
        observed: Share of agreement, weighted where weights are.
        expected: The same by chance.
        standard_error: Of the value, wherever it lies.
        null_standard_error: Of the value were there no agreement beyond chance.
    """

    value: float
    observed: float
    expected: float
    standard_error: float
    null_standard_error: float

    @property
    def z(self) -> float:
        """The value over its standard error without agreement; NaN where that is 0.

        Examples:
            >>> round(cohen_kappa(np.array([[20, 5], [10, 15]])).z, 2)
            2.89
        """
        return self.value / self.null_standard_error if self.null_standard_error > 0 else nan

    def interval(self, level: float = 0.95) -> Interval:
        """Interval about the value, by the normal law, no further than -1 to 1.

        Examples:
            >>> low, high = cohen_kappa(np.array([[20, 5], [10, 15]])).interval()
            >>> round(low, 3), round(high, 3)
            (0.151, 0.649)
        """
        half = float(ndtri((1 + level) / 2)) * self.standard_error
        return max(-1.0, self.value - half), min(1.0, self.value + half)


NO_KAPPA = Kappa(nan, nan, nan, nan, nan)


def cohen_kappa(table: FloatArray, weights: Weights = "none") -> Kappa:
    """Kappa of two raters.

    Args:
        table: (categories, categories) counts of subjects, first rater in rows, in order of the
            categories where weights are taken.
        weights: What a near miss counts: nothing, or 1 less distance over the largest (linear),
            or 1 less its square.

    Source: Cohen (1960, 1968); standard errors of Fleiss, Cohen & Everitt (1969).

    Examples:
        >>> round(cohen_kappa(np.array([[20, 5], [10, 15]])).value, 2)
        0.4
    """
    count = float(table.sum())
    if count == 0:
        return NO_KAPPA
    share = np.asarray(table, dtype=np.float64) / count
    weight = _weights(share.shape[0], weights)
    rows, columns = share.sum(axis=1), share.sum(axis=0)
    chance = np.outer(rows, columns)
    observed, expected = float((weight * share).sum()), float((weight * chance).sum())
    if expected >= 1 - 1e-12:
        return NO_KAPPA
    value = (observed - expected) / (1 - expected)
    # Mean weight of a row's category and of a column's, against the other rater's margins.
    margins = (weight @ columns)[:, None] + (rows @ weight)[None, :]
    off = float((share * (weight - margins * (1 - value)) ** 2).sum())
    off -= (value - expected * (1 - value)) ** 2
    null = float((chance * (weight - margins) ** 2).sum()) - expected**2
    scale = sqrt(count) * (1 - expected)
    return Kappa(
        value, observed, expected, sqrt(max(off, 0.0)) / scale, sqrt(max(null, 0.0)) / scale
    )


def fleiss_kappa(counts: FloatArray) -> Kappa:
    """Kappa of any number of raters, not the same for each subject.

    Args:
        counts: (subjects, categories) numbers of raters, as many for every subject, at least 2.

    Source: Fleiss (1971); null standard error of Fleiss, Nee & Landis (1979); the other over
        subjects by Gwet (2008, Br J Math Stat Psychol 61, equation 25).

    Examples:
        Two raters who always agree, on three subjects:

        >>> fleiss_kappa(np.array([[2, 0], [0, 2], [2, 0]])).value
        1.0
    """
    subjects, raters = counts.shape[0], float(counts[0].sum())
    share = counts.sum(axis=0) / (subjects * raters)
    agreement = (counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1))
    observed, expected = float(agreement.mean()), float((share**2).sum())
    if expected >= 1 - 1e-12:
        return NO_KAPPA
    value = (observed - expected) / (1 - expected)
    # What each subject moves the value by, through its agreement and through the margins.
    own = (agreement - expected) / (1 - expected)
    own = own - 2 * (1 - value) * (counts @ share / raters - expected) / (1 - expected)
    free = max(1, subjects - 1)
    error = sqrt(float(((own - value) ** 2).sum()) / (subjects * free))
    spread = share * (1 - share)
    null = float(spread.sum()) ** 2 - float((spread * (1 - 2 * share)).sum())
    null = sqrt(2 * null / (subjects * raters * (raters - 1))) / float(spread.sum())
    return Kappa(value, observed, expected, error, null)


def category_kappas(counts: FloatArray) -> FloatArray:
    """Kappa of each category against all others together (Fleiss 1971); NaN for one never used.

    Examples:
        >>> category_kappas(np.array([[2, 0, 0], [0, 2, 0], [2, 0, 0]])).tolist()
        [1.0, 1.0, nan]
    """
    raters = float(counts[0].sum())
    lone = [
        fleiss_kappa(np.stack([counts[:, k], raters - counts[:, k]], axis=1)).value
        for k in range(counts.shape[1])
    ]
    return np.array(lone)


def free_marginal_kappa(counts: FloatArray) -> float:
    """Kappa where nobody fixed how often a category is to be used (Randolph 2005).

    Examples:
        >>> round(free_marginal_kappa(np.array([[7, 1], [3, 5]])), 6)
        0.214286
    """
    raters, chance = float(counts[0].sum()), 1 / counts.shape[1]
    observed = float((counts * (counts - 1)).sum()) / (counts.shape[0] * raters * (raters - 1))
    return float((observed - chance) / (1 - chance))


def conger_kappa(ratings: IntArray) -> float:
    """Kappa of the same raters on every subject, chance taken from each one's own margins.

    Args:
        ratings: (subjects, raters) categories as codes from 0.

    Source: Conger (1980), "exact" in R's irr.

    Examples:
        >>> conger_kappa(np.array([[0, 0], [1, 1], [0, 0]]))
        1.0
    """
    subjects, raters = ratings.shape
    each = np.eye(int(ratings.max()) + 1)[ratings]
    counts, margins = each.sum(axis=1), each.mean(axis=0)
    observed = float((counts * (counts - 1)).sum()) / (subjects * raters * (raters - 1))
    chance = float((margins.mean(axis=0) ** 2).sum())
    chance -= float(margins.var(axis=0, ddof=1).sum()) / raters
    return (observed - chance) / (1 - chance) if chance < 1 - 1e-12 else nan


def light_kappa(ratings: IntArray) -> float:
    """Mean of Cohen's kappas over all pairs of raters (Light 1971).

    Examples:
        >>> light_kappa(np.array([[0, 0, 0], [1, 1, 1], [0, 0, 0]]))
        1.0
    """
    pairs = combinations(range(ratings.shape[1]), 2)
    return float(
        np.mean([cohen_kappa(cross_table(ratings[:, a], ratings[:, b])).value for a, b in pairs])
    )


def cross_table(first: IntArray, second: IntArray) -> FloatArray:
    """How often two raters gave each pair of categories, as codes from 0, the first in rows.

    Examples:
        >>> cross_table(np.array([0, 1, 1]), np.array([0, 0, 1])).tolist()
        [[1.0, 0.0], [1.0, 1.0]]
    """
    categories = int(max(first.max(), second.max())) + 1
    table = np.zeros((categories, categories))
    np.add.at(table, (first, second), 1.0)
    return table


def _weights(categories: int, kind: Weights) -> FloatArray:
    if kind == "none" or categories < 2:
        return np.eye(categories)
    code = np.arange(categories)
    far = np.abs(code[:, None] - code[None, :]) / (categories - 1)
    return np.asarray(1 - far if kind == "linear" else 1 - far**2)
