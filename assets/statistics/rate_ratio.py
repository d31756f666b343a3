"""Two Poisson rates compared: their ratio, its exact interval, and how surprising it is.

Given their sum, one of two Poisson counts is binomial; counts that were divided by a dispersion are
fractions, and the binomial's tails are then those of the beta law.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import TINY


@dataclass(frozen=True)
class RateRatio:
    """Ratios of one rate to another, arrays of equal length.

    Attributes:
        ratio: NaN where there was no event elsewhere.
        low: Lower end of its interval; NaN where unbounded.
        high: Upper end; NaN where unbounded.
        p_value: Two-sided, of a ratio of one; agrees with the interval.
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    p_value: FloatArray


def rate_ratio(
    here: FloatArray,
    exposure: FloatArray,
    elsewhere: FloatArray,
    exposure_elsewhere: FloatArray,
    tail: float = 0.025,
) -> RateRatio:
    """Compare the rates of events here with those elsewhere.

    Args:
        here: Numbers of events, at least 0; fractions where divided by a dispersion.
        exposure: What they were counted over, above 0.
        elsewhere: Numbers of events elsewhere.
        exposure_elsewhere: What these were counted over, above 0.
        tail: Probability left out beyond either end.

    Source: Przyborowski & Wilenski (1940), Biometrika 31: the conditional binomial.

    Examples:
        Twice the rate, from eight and four events:

        >>> found = rate_ratio(*(np.array([x]) for x in (8.0, 100.0, 4.0, 100.0)))
        >>> [round(float(x[0]), 2) for x in (found.ratio, found.low, found.high, found.p_value)]
        [2.0, 0.54, 9.08, 0.39]
    """
    from scipy.special import betainc, betaincinv

    share = exposure / (exposure + exposure_elsewhere)
    odds = exposure_elsewhere / exposure
    few, rest = np.maximum(here, TINY), np.maximum(elsewhere, TINY)
    low_share = np.where(here > 0, betaincinv(few, elsewhere + 1, tail), 0.0)
    high_share = np.where(elsewhere > 0, betaincinv(here + 1, rest, 1 - tail), 1.0)
    # Twice the smaller tail agrees with the interval's ends.
    at_least = np.where(here > 0, betainc(few, elsewhere + 1, share), 1.0)
    at_most = np.where(elsewhere > 0, 1 - betainc(here + 1, rest, share), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = (here / exposure) / (elsewhere / exposure_elsewhere)
        high = high_share / (1 - high_share) * odds
        low = low_share / (1 - low_share) * odds
    return RateRatio(
        np.where(elsewhere > 0, rates, np.nan),
        np.where(low_share < 1, low, np.nan),
        np.where(elsewhere > 0, high, np.nan),
        np.minimum(1.0, 2 * np.minimum(at_least, at_most)),
    )
