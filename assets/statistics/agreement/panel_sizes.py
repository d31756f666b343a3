"""How large a panel must be: sizes planned for a stated confidence and power."""

from math import ceil, sqrt

import numpy as np
from scipy.special import bdtr, ndtr, ndtri

from assets.statistics.agreement.kappa import Kappa, cohen_kappa
from assets.statistics.array_types import FloatArray
from assets.statistics.detection.demonstration import trials_needed


def most_misses(trials: int, content: float = 0.9, confidence: float = 0.95) -> int:
    """Misses that still show a probability of detection; -1 where not even none would.

    Examples:
        >>> most_misses(29), most_misses(28), most_misses(46)
        (0, -1, 1)
    """
    misses = -1
    while misses + 1 < trials and float(bdtr(misses + 1, trials, 1 - content)) <= 1 - confidence:
        misses += 1
    return misses


def detection_trials(
    true_prob: float,
    content: float = 0.9,
    confidence: float = 0.95,
    power: float = 0.8,
    most: int = 20_000,
) -> int:
    """Fewest trials, one a part, that show a probability of detection with a power.

    Args:
        true_prob: Probability of detection that is hoped for, above the content.
        content: Probability to be shown.
        confidence: Of the exact lower bound.
        power: Probability of showing it.
        most: Give up beyond so many.

    Raises:
        ValueError: The hope is not above the content, or more than the most would be needed.

    Examples:
        >>> detection_trials(0.99), detection_trials(0.999)
        (46, 29)
    """
    if true_prob <= content:
        raise ValueError("what is hoped for must lie above what is to be shown")
    misses = 0
    while (trials := trials_needed(content, confidence, misses)) <= most:
        # At a number of misses the fewest trials are the likeliest to be passed.
        if float(bdtr(misses, trials, 1 - true_prob)) >= power:
            return trials
        misses += 1
    raise ValueError(f"more than {most} trials are needed: lower the content or the power")


def kappa_excess(table: FloatArray, least: float) -> float:
    """One-sided probability of so large a kappa of two raters were it no more than the least.

    The standard error is that of the least, with the raters' mean margins: the interval about the
    value found has one that shrinks as the value grows, and calls kappas at the least larger in
    more than the 5% it says.

    Args:
        table: (categories, categories) counts of subjects.
        least: Kappa whose excess is asked for, below 1.

    Source: Cantor (1996); Flack et al. (1988).

    Examples:
        >>> round(kappa_excess(np.array([[45.0, 5], [5, 45]]), 0.6), 4)
        0.0062
    """
    count = float(table.sum())
    shares = (table.sum(axis=0) + table.sum(axis=1)) / (2 * count)
    error = planned_agreement(shares, least).standard_error / sqrt(count)
    excess = cohen_kappa(table).value - least
    return float(ndtr(-excess / error)) if error > 0 else float("nan")


def kappa_subjects(
    shares: FloatArray,
    hoped: float,
    least: float,
    power: float = 0.8,
    error: float = 0.05,
) -> int:
    """Subjects on which two raters show a kappa above the least that is asked.

    Args:
        shares: Of the categories, the same for both raters, summing to 1.
        hoped: The true kappa, above the least and below 1.
        least: Kappa whose excess is to be shown, by ``kappa_excess``.
        power: Probability of showing it.
        error: One-sided, of the test.

    Source: Cantor (1996) and Flack et al. (1988), for raters who differ from chance evenly over
        the categories.

    Raises:
        ValueError: The hope is not above the least.

    Examples:
        Halves: variances 1 - 0.7^2 and 1 - 0.85^2, (1.645 x 0.714 + 0.842 x 0.527)^2 / 0.15^2:

        >>> kappa_subjects(np.array([0.5, 0.5]), hoped=0.85, least=0.7)
        117
    """
    if not least < hoped < 1:
        raise ValueError("the kappa that is hoped for must lie above the least, and below 1")
    at_least = planned_agreement(shares, least).standard_error
    at_hope = planned_agreement(shares, hoped).standard_error
    reach = float(ndtri(1 - error)) * at_least + float(ndtri(power)) * at_hope
    return ceil((reach / (hoped - least)) ** 2)


def planned_agreement(shares: FloatArray, kappa: float) -> Kappa:
    """The agreement of a single subject of two raters with these margins and this kappa.

    Examples:
        >>> round(planned_agreement(np.array([0.5, 0.5]), 0.6).observed, 3)
        0.8
    """
    return cohen_kappa(agreement_table(shares, kappa))


def agreement_table(shares: FloatArray, kappa: float) -> FloatArray:
    """Probabilities of each pair of categories of two raters, summing to 1.

    Examples:
        >>> np.round(agreement_table(np.array([0.5, 0.5]), 0.6), 3).tolist()
        [[0.4, 0.1], [0.1, 0.4]]
    """
    return np.asarray((1 - kappa) * np.outer(shares, shares) + kappa * np.diag(shares))


def inspections_needed(trials: int, replicates: int, within: float) -> int:
    """Parts that make up for judging each several times.

    Args:
        trials: Judgements that would be needed if each were of a part of its own.
        replicates: Judgements of each part.
        within: Correlation of judgements of one part, 0 to 1.

    Source: Kish (1965), section 5.4: one plus (replicates - 1) times the correlation.

    Examples:
        >>> [inspections_needed(59, 3, within) for within in (0.0, 0.3, 1.0)]
        [20, 32, 59]
    """
    return ceil(trials * (1 + (replicates - 1) * within) / replicates)
