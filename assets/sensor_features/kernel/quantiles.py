"""Quantiles, exact and without sorting: counted in bins, sorted only where an answer falls."""

import math

from assets.sensor_features.kernel.compiled import Array, exactly, in_lanes
from assets.sensor_features.registry import COLUMN

BINS = 256
SHARES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
P01, P25, P75 = COLUMN["p01"], COLUMN["p25"], COLUMN["p75"]
IQR, MINIMUM, MAXIMUM = COLUMN["interquartile_range"], COLUMN["minimum"], COLUMN["maximum"]
# Rows of the table of bins: readings in each, whether wanted, where it starts and ends in the
# gathered ones, readings below it; and, by wanted rank, the bin it falls in.
COUNT, WANTED, START, END, BELOW, HOME = range(6)
TABLE_ROWS = 6


@exactly
def quantiles(x: Array, spare: Array, bins: Array, table: Array, row: Array) -> None:
    """Fill in quantiles linear between order statistics (Hyndman & Fan 1996, type 7).

    Args:
        x: At least one reading.
        spare: Room for as many numbers.
        bins: Room for as many bytes.
        table: Room for (``TABLE_ROWS``, ``BINS``) whole numbers.
        row: The series' features, extremes filled in.
    """
    lowest, highest = row[MINIMUM], row[MAXIMUM]
    scale = (BINS - 1) / (highest - lowest) if highest > lowest else 0.0
    if highest == lowest:
        for q in range(len(SHARES)):
            row[P01 + q] = lowest
    elif 0.0 < scale < math.inf:
        _fill_bins(x, lowest, scale, bins)
        _from_bins(x, spare, bins, table, row)
    else:  # a range too wide or too narrow for the bins' width to be a number
        for k in range(x.size):
            spare[k] = x[k]
        sort(spare, 0, x.size)
        for q in range(len(SHARES)):
            place = SHARES[q] * (x.size - 1)
            below = int(place)
            row[P01 + q] = _between(spare[below], spare[min(below + 1, x.size - 1)], place - below)
    row[IQR] = row[P75] - row[P25]


@in_lanes
def _fill_bins(x: Array, lowest: float, scale: float, bins: Array) -> None:
    for k in range(x.size):
        bins[k] = int((x[k] - lowest) * scale)


@exactly
def _from_bins(x: Array, spare: Array, bins: Array, table: Array, row: Array) -> None:
    """Sort the bins in which order statistics fall, and look the quantiles up in them."""
    table[:] = 0
    for k in range(x.size):
        table[COUNT, bins[k]] += 1
    at, below = 0, 0
    for q in range(len(SHARES)):
        for side in range(2):
            rank = min(int(SHARES[q] * (x.size - 1)) + side, x.size - 1)
            while below + table[COUNT, at] <= rank:
                below += table[COUNT, at]
                at += 1
            table[HOME, 2 * q + side], table[WANTED, at], table[BELOW, at] = at, 1, below
    _sort_wanted(x, spare, bins, table)
    for q in range(len(SHARES)):
        place = SHARES[q] * (x.size - 1)
        rank = int(place)
        lower = _ordered(spare, table, table[HOME, 2 * q], rank)
        upper = _ordered(spare, table, table[HOME, 2 * q + 1], min(rank + 1, x.size - 1))
        row[P01 + q] = _between(lower, upper, place - rank)


@exactly
def _sort_wanted(x: Array, spare: Array, bins: Array, table: Array) -> None:
    """Gather the wanted bins in ``spare``, one after the other, each sorted."""
    room = 0
    for b in range(BINS):
        table[START, b] = table[END, b] = room
        room += table[COUNT, b] if table[WANTED, b] else 0
    for k in range(x.size):
        b = bins[k]
        if table[WANTED, b]:
            spare[table[END, b]] = x[k]
            table[END, b] += 1
    for b in range(BINS):
        if table[WANTED, b]:
            sort(spare, table[START, b], table[END, b])


@exactly
def _ordered(spare: Array, table: Array, home: int, rank: int) -> float:
    return float(spare[table[START, home] + rank - table[BELOW, home]])


@exactly
def sort(numbers: Array, start: int, end: int) -> None:
    """Sort a stretch in place by comb sort (Lacey & Box 1991): short, and quick to compile."""
    step, is_swapped = end - start, True
    while step > 1 or is_swapped:
        step = max(int(step / 1.3), 1)
        is_swapped = False
        for k in range(start, end - step):
            if numbers[k] > numbers[k + step]:
                numbers[k], numbers[k + step] = numbers[k + step], numbers[k]
                is_swapped = True


@exactly
def _between(lower: float, upper: float, share: float) -> float:
    """The value a share of the way up, without the difference that could overflow."""
    return lower * (1.0 - share) + upper * share if lower != upper else lower
