"""What an association would be without a bias whose size is stated: confounder, label, selection.

A random interval says nothing of what nobody measured. Here a stated bias is taken out of counts or
of a ratio; who states it, and how sure, is for the caller to say.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

from assets.statistics.intervals import Interval


@dataclass(frozen=True)
class Counts:
    """Failed and good batches by whether something was so.

    Attributes:
        exposed_failed: Failed batches with it.
        failed: Failed batches without it.
        exposed_good: Good batches with it.
        good: Good batches without it.
    """

    exposed_failed: float
    failed: float
    exposed_good: float
    good: float

    @property
    def risk_ratio(self) -> float:
        """Share failed with it over the share failed without it.

        Examples:
            >>> round(Counts(4558, 3428, 46305, 46085).risk_ratio, 3)
            1.294
        """
        exposed = self.exposed_failed / (self.exposed_failed + self.exposed_good)
        return exposed / (self.failed / (self.failed + self.good))

    @property
    def odds_ratio(self) -> float:
        """Odds of failure with it over those without it.

        Examples:
            >>> round(Counts(136, 107, 297, 165).odds_ratio, 4)
            0.7061
        """
        return self.exposed_failed * self.good / (self.failed * self.exposed_good)


def bounding_factor(with_exposure: float, with_failure: float) -> float:
    """Largest ratio that something unmeasured can account for.

    Args:
        with_exposure: Risk ratio by which it goes with what is looked at, at least 1.
        with_failure: Risk ratio by which it goes with failure, at least 1.

    Source: Ding & VanderWeele (2016), Epidemiology 27, 368, equation 1.

    Examples:
        >>> round(bounding_factor(2, 2), 2)
        1.33
    """
    return with_exposure * with_failure / (with_exposure + with_failure - 1)


def confounder_bias(effect: float, share_exposed: float, share_others: float) -> float:
    """Ratio by which an unmeasured confounder moves a risk ratio or an odds ratio.

    Args:
        effect: Its own ratio with failure.
        share_exposed: How common it is where the thing looked at is so, 0 to 1.
        share_others: How common it is elsewhere.

    Returns:
        The ratio seen over the true one.

    Source: Schlesselman (1978); Lash, Fox & Fink (2009), equation 5.6.

    Examples:
        >>> bias = confounder_bias(0.63, 0.8, 0.05)
        >>> round(bias, 4), round(0.3479 / bias, 4)  # circumcision and HIV, Tyndall et al. (1996)
        (0.7173, 0.485)
    """
    return (effect * share_exposed + 1 - share_exposed) / (effect * share_others + 1 - share_others)


def exposure_as_it_was(counts: Counts, sensitivity: float, specificity: float) -> Counts:
    """Counts had exposure been recorded without error, failed and good batches alike.

    Args:
        counts: As recorded.
        sensitivity: Share of the exposed that were recorded so, 0 to 1.
        specificity: Share of the others that were recorded so; the two add to more than 1.

    Source: Barron (1977); Lash, Fox & Fink (2009), equation 6.2.

    Examples:
        >>> found = exposure_as_it_was(Counts(215, 1449, 668, 4296), 0.78, 0.99)
        >>> round(found.risk_ratio, 4), round(found.odds_ratio, 4)  # Fink & Lash (2003)
        (0.9614, 0.9491)
    """
    all_failed, all_good = counts.exposed_failed + counts.failed, counts.exposed_good + counts.good
    failed = _true(counts.exposed_failed, all_failed, sensitivity, specificity)
    good = _true(counts.exposed_good, all_good, sensitivity, specificity)
    return Counts(failed, all_failed - failed, good, all_good - good)


def odds_ratio_interval(
    counts: Counts, sensitivity: float, specificity: float, z: float = 1.959964
) -> Interval:
    """Interval of the odds ratio of :func:`exposure_as_it_was`, the error rates taken as known.

    Args:
        counts: As recorded.
        sensitivity: As there.
        specificity: As there.
        z: Standard deviations on either side.

    Source: Chu, Wang, Cole & Greenland (2006), delta method.

    Examples:
        >>> [round(end, 3) for end in odds_ratio_interval(Counts(126, 92, 71, 224), 0.94, 0.97)]
        [3.283, 7.691]
    """
    true = exposure_as_it_was(counts, sensitivity, specificity)
    variance = 0.0
    for seen, rest, exposed, other in (
        (counts.exposed_failed, counts.failed, true.exposed_failed, true.failed),
        (counts.exposed_good, counts.good, true.exposed_good, true.good),
    ):
        size = seen + rest
        slope = size / (exposed * other / size) / (sensitivity + specificity - 1)
        variance += seen * rest / size**3 * slope**2
    half = z * sqrt(variance)
    return exp(log(true.odds_ratio) - half), exp(log(true.odds_ratio) + half)


def exposure_by_predictive_values(
    counts: Counts, positive: tuple[float, float], negative: tuple[float, float]
) -> Counts:
    """Counts had exposure been recorded without error, from what records were worth.

    Args:
        counts: As recorded.
        positive: Share of the recorded exposed that were so, among failed and among good batches.
        negative: Share of the recorded others that were so, likewise.

    Source: Lash, Fox & Fink (2009), section 6.

    Examples:
        >>> seen = Counts(599, 4978, 31175, 391851)
        >>> found = exposure_by_predictive_values(seen, (0.65, 0.74), (1.0, 0.98))
        >>> round(found.odds_ratio, 4), round(found.risk_ratio, 4)  # Bodnar et al. (2010)
        (0.9522, 0.9528)
    """
    failed = counts.exposed_failed * positive[0] + counts.failed * (1 - negative[0])
    good = counts.exposed_good * positive[1] + counts.good * (1 - negative[1])
    all_failed, all_good = counts.exposed_failed + counts.failed, counts.exposed_good + counts.good
    return Counts(failed, all_failed - failed, good, all_good - good)


def failures_as_they_were(counts: Counts, sensitivity: float, specificity: float) -> Counts:
    """Counts had failure been recorded without error, whatever the exposure.

    Args:
        counts: As recorded.
        sensitivity: Share of failures that were recorded so, 0 to 1.
        specificity: Share of good batches that were recorded so.

    Source: Lash, Fox & Fink (2009), section 6.

    Examples:
        >>> found = failures_as_they_were(Counts(4558, 3428, 46305, 46085), 0.53, 0.99)
        >>> round(found.risk_ratio, 4), round(found.odds_ratio, 4)
        (1.344, 1.4062)
    """
    exposed, others = counts.exposed_failed + counts.exposed_good, counts.failed + counts.good
    exposed_failed = _true(counts.exposed_failed, exposed, sensitivity, specificity)
    failed = _true(counts.failed, others, sensitivity, specificity)
    return Counts(exposed_failed, failed, exposed - exposed_failed, others - failed)


def before_selection(counts: Counts, taken: Counts) -> Counts:
    """Counts before some batches were left out of the records.

    Args:
        counts: As recorded.
        taken: Share of each that was recorded, 0 to 1.

    Source: Lash, Fox & Fink (2009), equation 4.2.

    Examples:
        >>> found = before_selection(Counts(136, 107, 297, 165), Counts(0.94, 0.85, 0.64, 0.25))
        >>> round(found.odds_ratio, 4), round(found.risk_ratio, 4)  # Stang et al. (2006)
        (1.6346, 1.4838)
    """
    return Counts(
        counts.exposed_failed / taken.exposed_failed,
        counts.failed / taken.failed,
        counts.exposed_good / taken.exposed_good,
        counts.good / taken.good,
    )


def _true(seen: float, size: float, sensitivity: float, specificity: float) -> float:
    return (seen - (1 - specificity) * size) / (sensitivity + specificity - 1)
