"""From one reading to the next: rates of change, noise, crossings, spikes, flat lines."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.registry import COLUMN, FLAT_RUN, SPIKE_SDS

MEAN, SD, DURATION = COLUMN["mean"], COLUMN["sd"], COLUMN["duration_h"]
MINIMUM, MAXIMUM = COLUMN["minimum"], COLUMN["maximum"]
FASTEST, RISE, FALL = (
    COLUMN[f"{name}_max_per_h"] for name in ("rate_of_change", "rise_rate", "fall_rate")
)
TRAVEL, NOISE, CROSSINGS = (COLUMN[n] for n in ("travel_per_h", "noise_sd", "mean_crossings"))
LAG1, SPIKES = COLUMN["lag1_autocorrelation"], COLUMN["spikes"]
FLAT, LONGEST_FLAT = COLUMN["flatline_fraction"], COLUMN["longest_flatline_h"]
MOVING_RANGE_TO_SD = 1.128  # d2 of two readings (Montgomery 2013, appendix VI)


@exactly
def movement(hours: Array, x: Array, held: Array, row: Array) -> None:
    """Fill in what neighbouring readings say; level and spread are filled in already."""
    products, squares, travel, largest, smallest, crossings, equal = _differences(x, row[MEAN])
    row[CROSSINGS] = crossings
    if row[DURATION] > 0.0:
        row[TRAVEL] = travel / row[DURATION]
    if x.size > 1:
        row[NOISE] = math.sqrt(squares / (2.0 * (x.size - 1)))
        _rates(hours, x, row)
        spread = row[SD] * row[SD] * (x.size - 1)
        if row[MAXIMUM] > row[MINIMUM] and 0.0 < spread < math.inf:
            row[LAG1] = products / spread
    row[SPIKES] = 0.0
    if x.size > 2:
        least = SPIKE_SDS * travel / (x.size - 1) / MOVING_RANGE_TO_SD
        if largest > least:
            row[SPIKES] = _spikes(x, max(least, 4.0 * smallest))
    row[LONGEST_FLAT] = 0.0
    if row[DURATION] > 0.0:
        row[FLAT] = 0.0
        if equal >= FLAT_RUN - 1:
            _flat(x, held, row)


@in_lanes
def _differences(x: Array, mean: float) -> tuple[float, float, float, float, float, int, int]:
    """Sums over neighbours, the largest and the smallest change, crossings, equal pairs."""
    products = squares = travel = largest = 0.0
    smallest = math.inf
    crossings = equal = 0
    for k in range(x.size - 1):
        here, after = x[k] - mean, x[k + 1] - mean
        moved = abs(x[k + 1] - x[k])
        products += here * after
        squares += moved * moved
        travel += moved
        largest = max(largest, moved)
        smallest = min(smallest, moved if moved > 0.0 else math.inf)
        crossings += (x[k] > mean) != (x[k + 1] > mean)
        equal += moved == 0.0
    return products, squares, travel, largest, smallest, crossings, equal


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


@in_lanes
def _spikes(x: Array, least: float) -> int:
    found = 0
    for k in range(1, x.size - 1):
        before, after = x[k] - x[k - 1], x[k] - x[k + 1]
        height = min(abs(before), abs(after))
        found += (
            (before * after > 0.0) & (height > least) & (height > 4.0 * abs(x[k + 1] - x[k - 1]))
        )
    return found


@exactly
def _flat(x: Array, held: Array, row: Array) -> None:
    """Share of the time spent in runs of equal readings, and the longest run."""
    flat = time = longest = 0.0
    run = 0
    for k in range(x.size):
        if k > 0 and x[k] != x[k - 1]:
            if run >= FLAT_RUN:
                flat += time
                longest = max(longest, time)
            run, time = 0, 0.0
        run += 1
        time += held[k]
    if run >= FLAT_RUN:
        flat += time
        longest = max(longest, time)
    row[FLAT] = min(flat / row[DURATION], 1.0)
    row[LONGEST_FLAT] = longest
