"""Results out of trend: each beside the prediction from its batch's earlier results.

Source: the regression control chart of the PhRMA CMC Statistics and Stability Expert Teams (2003),
Pharmaceutical Technology 27(4):38-52: other batches and earlier results of the batch give a common
slope and a start per batch, and a new result should lie inside their prediction interval.
"""

from dataclasses import dataclass

import numpy as np

from assets.statistics.array_types import FloatArray, IntArray

FEWEST_DEGREES = 4
ROUNDING = 1e-12  # of a value


@dataclass(frozen=True)
class TrendPrediction:
    """What a result was expected to be; NaN where too little came before.

    Attributes:
        expected: Predicted value.
        half_width: Half of the prediction interval.
        p_value: Two-sided, of the result under the trend.
    """

    expected: FloatArray
    half_width: FloatArray
    p_value: FloatArray


def trend_predictions(
    batch: IntArray,
    time: FloatArray,
    value: FloatArray,
    known: FloatArray,
    *,
    level: float = 0.99,
) -> TrendPrediction:
    """Predict every result from those known before it.

    Args:
        batch: Batch of each result, 0 to b - 1.
        time: Time in storage.
        value: Results.
        known: When each was known, in any unit.
        level: Of the prediction interval.

    Returns:
        One prediction a result. The first of a batch has none: its start is not known.

    Examples:
        >>> b, t = np.zeros(8, dtype=np.int64), np.arange(8.0)
        >>> y = 100 - 0.1 * t + 0.01 * np.array([1, -1, 1, -1, 1, -1, 1, 80])
        >>> found = trend_predictions(b, t, y, t)
        >>> round(float(found.expected[7]), 1), bool(found.p_value[7] < 0.001)
        (99.3, True)
    """
    from scipy.special import stdtr, stdtrit

    expected, half, p_value = (np.full(value.size, np.nan) for _ in range(3))
    for place in range(value.size):
        before = known < known[place]
        found = _prediction(batch[before], time[before], value[before], batch[place], time[place])
        if found is None:
            continue
        expected[place], spread, degrees = found
        half[place] = float(stdtrit(degrees, (1 + level) / 2)) * spread
        p_value[place] = 2 * float(stdtr(degrees, -_distance(value[place], found)))
    return TrendPrediction(expected, half, p_value)


def _distance(value: float, found: tuple[float, float, int]) -> float:
    """Distance in spreads: none on the expected value (to rounding), spread or not."""
    away, rounding = abs(value - found[0]), ROUNDING * max(abs(value), abs(found[0]))
    if away <= rounding:
        return 0.0
    return away / found[1] if found[1] > 0 else float("inf")


def _prediction(
    batch: IntArray, time: FloatArray, value: FloatArray, own: int, at: float
) -> tuple[float, float, int] | None:
    """Predict by a common slope and the start of the own batch: value, its spread, freedom."""
    mine = batch == own
    if not mine.any():
        return None
    codes, place = np.unique(batch, return_inverse=True)
    count = np.bincount(place)
    degrees = value.size - codes.size - 1
    time_mean, value_mean = (np.bincount(place, x) / count for x in (time, value))
    centred, left = time - time_mean[place], value - value_mean[place]
    square = float(centred @ centred)
    if degrees < FEWEST_DEGREES or square == 0:
        return None
    slope = float(centred @ left) / square
    sigma = float(np.sqrt(((left - slope * centred) ** 2).sum() / degrees))
    ahead = at - float(time[mine].mean())
    spread = sigma * float(np.sqrt(1 + 1 / mine.sum() + ahead**2 / square))
    return float(value[mine].mean()) + slope * ahead, spread, degrees
