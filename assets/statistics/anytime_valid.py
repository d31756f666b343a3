"""Evidence that may be looked at after every batch without being fooled by looking.

An e-value is expected to be at most 1 where nothing changed, however long one waits; it passes 20
with probability at most 5% (Ville 1939). Two rates that are both only counted are compared here,
and counts with stated rates.
"""

import numpy as np

from assets.statistics.array_types import FloatArray

JEFFREYS = 0.5
SHIFTS = (1.5, 2.5, 5.0)  # odds beyond what is tolerated


def lower_rate_e_value(
    failures_before: float,
    batches_before: float,
    failures: FloatArray,
    batches: FloatArray,
    promised: float,
) -> FloatArray:
    """Running evidence that a rate fell to what was promised, the rate before only counted.

    How likely the later record is at the promised rate, over how likely it is given the earlier
    record alone, whatever the rate behind that was: few batches before foretell little, so that few
    failures since are no wonder.

    Args:
        failures_before: Failures on the record before; counts may be fractions of effective ones.
        batches_before: Batches on that record.
        failures: (looks,) failures since, running totals.
        batches: (looks,) batches since, running totals.
        promised: Rate the programme promised, above 0 and below 1.

    Returns:
        (looks,) e-values.

    Source: the simple alternative over the posterior predictive of the null (Good 1983; Grunwald,
        de Heide & Koolen 2024, section 4), Jeffreys' prior.

    Examples:
        >>> known = lower_rate_e_value(30, 1000, np.zeros(1), np.array([400.0]), 0.01)
        >>> hardly_known = lower_rate_e_value(3, 100, np.zeros(1), np.array([400.0]), 0.01)
        >>> bool(known[0] > 100), bool(hardly_known[0] < 20)
        (True, True)
    """
    misses, misses_before = batches - failures, batches_before - failures_before
    both = _log_mixture(failures_before + failures, misses_before + misses)
    foretold = both - _log_mixture(failures_before, misses_before)
    stated = failures * np.log(promised) + misses * np.log1p(-promised)
    with np.errstate(over="ignore"):  # beyond any doubt is infinite
        return np.asarray(np.exp(stated - foretold))


def _log_mixture(hits: FloatArray | float, misses: FloatArray | float) -> FloatArray:
    from scipy.special import betaln

    found = betaln(hits + JEFFREYS, misses + JEFFREYS) - betaln(JEFFREYS, JEFFREYS)
    return np.asarray(found, dtype=float)


def _log_likelihood(
    hits: FloatArray | float, trials: FloatArray | float, rate: FloatArray
) -> FloatArray:
    from scipy.special import xlog1py, xlogy

    return np.asarray(xlogy(hits, rate) + xlog1py(trials - hits, -rate), dtype=float)


def two_proportions_e_value(
    first: FloatArray,
    second: FloatArray,
    *,
    sizes: tuple[int, int] = (1, 1),
    first_prior: tuple[float, float] = (0.18, 0.18),
    second_prior: tuple[float, float] = (0.18, 0.18),
) -> float:
    """Evidence that two rates differ, from blocks of both groups.

    Args:
        first: (blocks,) successes of the first group in each block.
        second: (blocks,) successes of the second group.
        sizes: Trials of each group in a block.
        first_prior: Beta prior of the first rate, successes and failures.
        second_prior: Beta prior of the second rate.

    Returns:
        The e-value after the last block.

    Source: Turner, Ly & Gruenwald (2024), section 2; safestats, ``safeTwoProportionsTest``.

    Examples:
        >>> first = np.array([1, 0, 1, 0, 0, 0, 1.0])
        >>> second = np.array([1, 0, 1, 1, 1, 0, 1.0])
        >>> round(two_proportions_e_value(first, second), 8)  # the package's manual page
        1.09550462
    """
    before = [np.cumsum(each) - each for each in (first, second)]
    seen = [size * np.arange(first.size) for size in sizes]
    rates = [
        (hits + prior[0]) / (trials + sum(prior))
        for hits, trials, prior in zip(before, seen, (first_prior, second_prior), strict=True)
    ]
    pooled = (sizes[0] * rates[0] + sizes[1] * rates[1]) / sum(sizes)
    log_factor = np.zeros(first.size)
    for hits, size, rate in zip((first, second), sizes, rates, strict=True):
        own, alike = (_log_likelihood(hits, float(size), each) for each in (rate, pooled))
        log_factor += own - alike
    return float(np.exp(log_factor.sum()))


def shares_e_value(counts: FloatArray, expected: FloatArray, weight: float = 100.0) -> FloatArray:
    """Evidence that events do not fall into classes in the expected shares.

    Args:
        counts: (looks, classes) running totals.
        expected: (classes,) shares expected, summing to 1.
        weight: Events that the Dirichlet prior around the expected shares is worth.

    Returns:
        (looks,) e-values.

    Source: Lindon & Malek (2022), NeurIPS 35, equation 4.

    Examples:
        >>> found = shares_e_value(np.array([[148.0, 62.0]]), np.array([0.8, 0.2]))
        >>> found.round(5).tolist()  # the authors' package, savvi, prints 21.93962
        [21.93962]
    """
    from scipy.special import gammaln

    prior = weight * expected

    def log_beta(alpha: FloatArray) -> FloatArray:
        return np.asarray(gammaln(alpha).sum(axis=-1) - gammaln(alpha.sum(axis=-1)))

    gained = log_beta(prior + counts) - log_beta(prior)
    return np.asarray(np.exp(gained - (counts * np.log(expected)).sum(axis=-1)))


def shift_e_value(differences: FloatArray, size: float) -> FloatArray:
    """Running evidence that differences have a mean above zero, whatever their spread.

    How likely the t-statistic is where the mean is ``size`` standard deviations, over how likely it
    is where it is none: the likelihood ratio of what does not depend on the unit.

    Args:
        differences: (looks,) differences, one a look, normal and independent.
        size: Mean over standard deviation that is expected, above 0.

    Returns:
        (looks,) e-values; 1 at the first look, which tells nothing of the spread.

    Source: the t-test with right Haar prior (Perez-Ortiz, Lardy, de Heide & Grunwald 2024, Annals
        of Statistics 52, section 4; Rushton 1950).

    Examples:
        >>> steady = shift_e_value(np.array([1.0, 1.2, 0.9, 1.1, 1.0]), 1.0)
        >>> none = shift_e_value(np.array([1.0, -1.2, 0.9, -1.1, 0.4]), 1.0)
        >>> bool(steady[-1] > 20), bool(none[-1] < 1), float(none[0])
        (True, True, 1.0)
    """
    from scipy.stats import nct, t

    looks = np.arange(1, differences.size + 1)
    mean = np.cumsum(differences) / looks
    squares = np.cumsum(differences**2) - looks * mean**2
    evidence = np.ones(differences.size)
    later = looks > 1
    n = looks[later]
    deviation = np.sqrt(np.maximum(squares[later], 1e-300) / (n - 1))
    statistic = mean[later] * np.sqrt(n) / deviation
    log_ratio = nct.logpdf(statistic, n - 1, size * np.sqrt(n)) - t.logpdf(statistic, n - 1)
    evidence[later] = np.exp(np.clip(log_ratio, -700, 700))
    return evidence


def miscalibration_e_value(
    probability: FloatArray, event: FloatArray, band: float, *, deflation: float = 1.0
) -> FloatArray:
    """Running evidence that probabilities are wrong by more than a band of odds, either way.

    How likely the events are at odds beyond the band's end by each of ``SHIFTS``, over how likely
    they are at its end; both directions and all sizes are averaged. A model within the band is
    expected to gain nothing at any look.

    Args:
        probability: (looks,) probabilities that were given before each result, 0 to 1.
        event: (looks,) whether it happened, 1 or 0, in the order in which results came.
        band: Factor on the odds that is still tolerated, at least 1.
        deflation: Design effect of events that come together, at least 1: the evidence is raised to
            one over it, which can only lessen what is expected of it.

    Returns:
        (looks,) e-values.

    Source: the likelihood ratio of a family with monotone likelihood ratio against the end of a
        composite null is an e-value under all of it (Grunwald, de Heide & Koolen 2024, section 3).

    Examples:
        Forty failures where four are foretold cannot be a model within twice the odds; four can:

        >>> given = np.full(200, 0.02)
        >>> wrong = miscalibration_e_value(given, (np.arange(200) < 40) * 1.0, 2.0)
        >>> right = miscalibration_e_value(given, (np.arange(200) % 50 == 0) * 1.0, 2.0)
        >>> bool(wrong[-1] > 1e6), bool(right.max() < 20)
        (True, True)
    """
    log_odds = np.log(probability) - np.log1p(-probability)
    ratios = []
    for direction in (1.0, -1.0):
        end = direction * np.log(band)
        for size in SHIFTS:
            beyond = end + direction * np.log(size)
            ratios.append(
                _log_bernoulli(event, log_odds + beyond) - _log_bernoulli(event, log_odds + end)
            )
    running = np.cumsum(np.array(ratios), axis=1) / deflation
    return np.asarray(np.exp(np.clip(running, -700, 700)).mean(axis=0))


def _log_bernoulli(event: FloatArray, log_odds: FloatArray) -> FloatArray:
    return np.asarray(event * log_odds - np.logaddexp(0.0, log_odds))


def exceedance_e_value(
    event: FloatArray, tolerated: float, *, deflation: float = 1.0
) -> FloatArray:
    """Running evidence that events happen more often than is tolerated.

    Args:
        event: (looks,) whether it happened, 1 or 0.
        tolerated: Largest share tolerated, above 0 and below 1.
        deflation: As for ``miscalibration_e_value``.

    Returns:
        (looks,) e-values, averaged over odds beyond the tolerated ones by each of ``SHIFTS``.

    Source: as for ``miscalibration_e_value``.

    Examples:
        >>> often = exceedance_e_value((np.arange(100) % 4 == 0) * 1.0, 0.05)
        >>> bool(often[-1] > 20), bool(exceedance_e_value(np.zeros(100), 0.05).max() <= 1)
        (True, True)
    """
    end = np.full(event.size, np.log(tolerated) - np.log1p(-tolerated))
    base = _log_bernoulli(event, end)
    ratios = [_log_bernoulli(event, end + np.log(size)) - base for size in SHIFTS]
    running = np.cumsum(np.array(ratios), axis=1) / deflation
    return np.asarray(np.exp(np.clip(running, -700, 700)).mean(axis=0))
