"""The share each chart has in a promised number of false alarms for all charts together."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import poisson

from assets.statistics.array_types import FloatArray
from assets.statistics.intervals import Interval


@dataclass(frozen=True)
class AlarmShares:
    """What a budget leaves each chart.

    Attributes:
        rate: Per chart, false alarms a point.
        run_length: Per chart, mean points until a false alarm: one over the rate.
        alarms: Per chart, false alarms a month.
    """

    rate: FloatArray
    run_length: FloatArray
    alarms: FloatArray


def alarm_shares(
    alarms_a_month: float, points_a_month: FloatArray, importance: FloatArray | None = None
) -> AlarmShares:
    """Divide a budget over charts.

    Args:
        alarms_a_month: False alarms promised for all charts together, above 0.
        points_a_month: Per chart, points it gets a month, above 0.
        importance: Per chart, how much larger its rate may be than that of others; all equal if not
            given. A critical parameter is found sooner with a larger share.

    Returns:
        Rates in proportion to importance, whose alarms add up to the budget; no rate above 1.

    Raises:
        ValueError: If the budget or a number of points is not above 0.

    Source: the budget of per-point rates adds up whether or not charts move together: expected
    numbers do.

    Examples:
        >>> shares = alarm_shares(1.0, np.full(300, 200 / 12))
        >>> round(float(shares.run_length[0])), round(float(shares.alarms.sum()), 6)
        (5000, 1.0)
    """
    if alarms_a_month <= 0 or (points_a_month <= 0).any():
        raise ValueError("a budget of alarms, and the points of each chart, must be above 0")
    weight = np.ones(points_a_month.shape) if importance is None else importance
    rate = np.minimum(alarms_a_month * weight / float((weight * points_a_month).sum()), 1.0)
    return AlarmShares(rate, 1 / rate, rate * points_a_month)


def promised_band(
    promised: float, confidence: float = 0.99, overdispersion: float = 1.0
) -> Interval:
    """Numbers of alarms that keep a promise: what chance alone makes of an expected number.

    Args:
        promised: Expected number over the whole time watched, above 0.
        confidence: Two-sided.
        overdispersion: Variance over the mean of the number, 1 for independent alarms.

    Source: quantiles of the Poisson law; counts divided by their overdispersion.

    Examples:
        >>> [round(end) for end in promised_band(1200.0)]
        [1112, 1290]
    """
    tail = (1 - confidence) / 2
    mean = promised / overdispersion
    low, high = poisson.ppf(tail, mean), poisson.isf(tail, mean)
    return float(low) * overdispersion, float(high) * overdispersion
