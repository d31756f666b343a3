"""From one reading to the next: rates of change, noise, crossings."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.registry import COLUMN

MEAN, SD, DURATION = COLUMN["mean"], COLUMN["sd"], COLUMN["duration_h"]
MINIMUM, MAXIMUM = COLUMN["minimum"], COLUMN["maximum"]
FASTEST, RISE, FALL = (
    COLUMN[f"{name}_max_per_h"] for name in ("rate_of_change", "rise_rate", "fall_rate")
)
TRAVEL, NOISE, CROSSINGS = (COLUMN[n] for n in ("travel_per_h", "noise_sd", "mean_crossings"))
LAG1 = COLUMN["lag1_autocorrelation"]


@exactly
def movement(hours: Array, x: Array, row: Array) -> None:
    """Fill in what neighbouring readings say; level and spread are filled in already."""
    products, squares, travel, crossings = _differences(x, row[MEAN])
    row[CROSSINGS] = crossings
    if row[DURATION] > 0.0:
        row[TRAVEL] = travel / row[DURATION]
    if x.size > 1:
        row[NOISE] = math.sqrt(squares / (2.0 * (x.size - 1)))
        _rates(hours, x, row)
        spread = row[SD] * row[SD] * (x.size - 1)
        if row[MAXIMUM] > row[MINIMUM] and 0.0 < spread < math.inf:
            row[LAG1] = products / spread


@in_lanes
def _differences(x: Array, mean: float) -> tuple[float, float, float, int]:
    """Sums over neighbours, and how often they lie on two sides of the mean."""
    products = squares = travel = 0.0
    crossings = 0
    for k in range(x.size - 1):
        here, after = x[k] - mean, x[k + 1] - mean
        moved = abs(x[k + 1] - x[k])
        products += here * after
        squares += moved * moved
        travel += moved
        crossings += (x[k] > mean) != (x[k + 1] > mean)
    return products, squares, travel, crossings


@in_lanes
def _rates(hours: Array, x: Array, row: Array) -> None:
    """Fastest rise and fall between neighbours at different instants."""
    rise = fall = -math.inf
    for k in range(x.size - 1):
        step = hours[k + 1] - hours[k]
        rate = (x[k + 1] - x[k]) / step
        rise = max(rise, rate if step > 0.0 else -math.inf)
        fall = max(fall, -rate if step > 0.0 else -math.inf)
    if rise > -math.inf or fall > -math.inf:
        row[RISE], row[FALL], row[FASTEST] = rise, fall, max(rise, fall)
