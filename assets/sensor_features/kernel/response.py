"""The step from the first reading to the level at the end, and the drift between."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly
from assets.sensor_features.registry import COLUMN

MEAN, SD, NOISE = COLUMN["mean"], COLUMN["sd"], COLUMN["noise_sd"]
MINIMUM, MAXIMUM = COLUMN["minimum"], COLUMN["maximum"]
END_LEVEL, RISE_TIME = COLUMN["end_level"], COLUMN["rise_time_h"]
SETTLING, OVERSHOOT = COLUMN["settling_time_h"], COLUMN["overshoot_pct"]
CUSUM_MAXIMUM, CUSUM_MINIMUM = COLUMN["cusum_maximum"], COLUMN["cusum_minimum"]


@exactly
def response(hours: Array, x: Array, row: Array) -> None:
    """Fill in the response of at least one reading; level and noise are filled in already."""
    end = _end_level(hours, x)
    row[END_LEVEL] = end
    if row[MAXIMUM] > row[MINIMUM] and 0.0 < row[SD] < math.inf:
        _cusum(x, row)
    step = end - x[0]
    if not abs(step) > 3.0 * row[NOISE]:
        return
    beyond = row[MAXIMUM] - end if step > 0.0 else end - row[MINIMUM]
    row[OVERSHOOT] = 100.0 * beyond / abs(step)
    low, high = _reach(x, step, 0.1), _reach(x, step, 0.9)
    if high < x.size:
        row[RISE_TIME] = max(hours[high] - hours[low], 0.0)
    row[SETTLING] = _settling(hours, x, end, max(0.05 * abs(step), 3.0 * row[NOISE]))


@exactly
def _end_level(hours: Array, x: Array) -> float:
    since = hours[-1] - 0.1 * (hours[-1] - hours[0])
    total, n, k = 0.0, 0, x.size - 1
    while k >= 0 and hours[k] >= since:
        total += x[k] - x[-1]
        n += 1
        k -= 1
    return float(x[-1] + total / n)


@exactly
def _reach(x: Array, step: float, share: float) -> int:
    """The first reading a share of the way up the step; past the last where there is none."""
    for k in range(x.size):
        if (x[k] - x[0]) / step >= share:
            return k
    return int(x.size)


@exactly
def _settling(hours: Array, x: Array, end: float, band: float) -> float:
    """Hours at the reading after the last one outside the band."""
    k = x.size - 1
    while k >= 0 and abs(x[k] - end) <= band:
        k -= 1
    return float(hours[min(k + 1, x.size - 1)])


@exactly
def _cusum(x: Array, row: Array) -> None:
    mean, total, lowest, highest = row[MEAN], 0.0, 0.0, 0.0
    for k in range(x.size):
        total += x[k] - mean
        lowest, highest = min(lowest, total), max(highest, total)
    size = row[SD] * math.sqrt(x.size)
    row[CUSUM_MAXIMUM], row[CUSUM_MINIMUM] = highest / size, lowest / size
