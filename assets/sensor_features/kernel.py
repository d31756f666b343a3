"""The compiled kernel: readings of many series in, one row of features per series out.

A pure function over columns, so that the same code runs on a month of readings here and inside a
cluster's workers. No sum crosses a series, so the result does not depend on the number of threads.
Everything compiled stays in this one module: numba's cache notices a change of the file that holds
the compiled entry, and of no other. The features are defined in ``registry``, in column order.
"""

import math
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numba import njit, types

from assets.sensor_features.registry import FLAT_RUN, GAP_INTERVALS, NAMES

Array = np.ndarray[Any, np.dtype[Any]]

# Divisions by zero give infinities and NaN, as in numpy, instead of stopping a whole month.
_compiled = njit(error_model="numpy")

US_PER_H = 3.6e9
BINS = 256  # of the histogram in which quantiles are looked up
SHARES = (0.05, 0.5, 0.95)
(
    READINGS, MEAN, SD, MINIMUM, MAXIMUM, P05, MEDIAN, P95, SLOPE, FIRST, LAST, DURATION,
    TIME_OUTSIDE, AREA_OUTSIDE, EXCURSIONS, LONGEST, GAPS, FLAT, FASTEST, LAG1,
) = range(len(NAMES))  # fmt: skip


@_compiled
def _timing(
    times: Array,
    values: Array,
    hours: Array,
    x: Array,
    held: Array,
    spare: Array,
    gap_intervals: float,
    row: Array,
) -> int:
    """Gather usable readings with their hours since the first and the hours each stands for."""
    usual = _usual_interval(times, spare)
    n, last = 0, times.size - 1
    elapsed = gaps = 0.0
    for k in range(times.size):
        step = max(times[k + 1] - times[k], 0) if k < last else 0
        elapsed += step
        stands = 0.0
        if math.isfinite(values[k]):
            stands = usual if step > gap_intervals * usual else float(step)
            hours[n] = (times[k] - times[0]) / US_PER_H
            x[n], held[n] = values[k], stands / US_PER_H
            n += 1
        gaps += step - stands
    row[DURATION] = elapsed / US_PER_H
    if elapsed > 0:
        row[GAPS] = gaps / elapsed
    return n


@_compiled
def _usual_interval(times: Array, spare: Array) -> float:
    """Median time between neighbouring readings, in microseconds; 0 where no time passes."""
    steps, leader, votes = 0, 0, 0
    for k in range(times.size - 1):
        step = times[k + 1] - times[k]
        if step > 0:
            spare[steps] = step
            steps += 1
            if votes == 0:
                leader = step
            votes += 1 if step == leader else -1
    if steps == 0:
        return 0.0
    # Most historians write at one interval: what more than half the steps are is their median
    # (Boyer & Moore 1981), and nothing needs sorting.
    support = 0
    for k in range(steps):
        support += 1 if spare[k] == leader else 0
    if 2 * support > steps:
        return float(leader)
    ordered = np.sort(spare[:steps])
    return float(0.5 * (ordered[(steps - 1) // 2] + ordered[steps // 2]))


@_compiled
def _level(x: Array, spare: Array, counts: Array, row: Array) -> None:
    """Mean, spread, extremes, quantiles, first and last."""
    # Sums are taken about the first reading: a constant then has exactly its mean and no spread.
    total, lowest, highest = 0.0, x[0], x[0]
    for k in range(x.size):
        total += x[k] - x[0]
        lowest, highest = min(lowest, x[k]), max(highest, x[k])
    mean = x[0] + total / x.size
    row[MEAN], row[MINIMUM], row[MAXIMUM] = mean, lowest, highest
    row[FIRST], row[LAST] = x[0], x[-1]
    if x.size > 1:
        squares = 0.0
        for k in range(x.size):
            squares += (x[k] - mean) ** 2
        row[SD] = math.sqrt(squares / (x.size - 1))
    scale = (BINS - 1) / (highest - lowest) if highest > lowest else 0.0
    if highest == lowest:
        row[P05] = row[MEDIAN] = row[P95] = lowest
    elif 0.0 < scale < math.inf:
        _binned_quantiles(x, lowest, scale, spare, counts, row)
    else:  # a range too wide or too narrow for the bins' width to be a number
        ordered = np.sort(x)
        for q in range(3):
            place = SHARES[q] * (x.size - 1)
            below = int(place)
            upper = ordered[min(below + 1, x.size - 1)]
            row[P05 + q] = _between(ordered[below], upper, place - below)


@_compiled
def _binned_quantiles(
    x: Array, lowest: float, scale: float, spare: Array, counts: Array, row: Array
) -> None:
    """Quantiles linear between order statistics (Hyndman & Fan 1996, type 7), exact.

    Readings are counted in equal bins; only the bin an order statistic falls into is sorted.
    """
    counts[:] = 0
    for k in range(x.size):
        counts[int((x[k] - lowest) * scale)] += 1
    for q in range(3):
        place = SHARES[q] * (x.size - 1)
        below = int(place)
        share = place - below
        lower = _order_statistic(x, lowest, scale, spare, counts, below)
        upper = lower
        if share > 0.0:
            upper = _order_statistic(x, lowest, scale, spare, counts, below + 1)
        row[P05 + q] = _between(lower, upper, share)


@_compiled
def _order_statistic(
    x: Array, lowest: float, scale: float, spare: Array, counts: Array, rank: int
) -> float:
    """The value that would stand at place ``rank`` if the readings were sorted."""
    before, wanted = 0, 0
    while before + counts[wanted] <= rank:
        before += counts[wanted]
        wanted += 1
    found = 0
    for k in range(x.size):
        if int((x[k] - lowest) * scale) == wanted:
            spare[found] = x[k]
            found += 1
    spare[:found].sort()
    return float(spare[rank - before])


@_compiled
def _between(lower: float, upper: float, share: float) -> float:
    """The value a share of the way up, without the difference that could overflow."""
    return lower * (1.0 - share) + upper * share if lower != upper else lower


@_compiled
def _movement(hours: Array, x: Array, row: Array) -> None:
    """Slope, largest rate of change, lag-1 autocorrelation."""
    n = x.size
    mean_t = hours.mean()
    tt = tx = xx = products = 0.0
    fastest = -1.0
    for k in range(n):
        t, v = hours[k] - mean_t, x[k] - row[MEAN]
        tt += t * t
        tx += t * v
        xx += v * v
        if k + 1 < n:
            products += v * (x[k + 1] - row[MEAN])
            step = hours[k + 1] - hours[k]
            if step > 0:
                fastest = max(fastest, abs(x[k + 1] - x[k]) / step)
    if tt > 0:
        row[SLOPE] = tx / tt
    if fastest >= 0:
        row[FASTEST] = fastest
    if n > 1 and row[MAXIMUM] > row[MINIMUM] and 0 < xx < math.inf:
        row[LAG1] = products / xx


@_compiled
def _flat(x: Array, held: Array, flat_run: int, row: Array) -> None:
    """Share of the time spent in runs of equal readings."""
    if not row[DURATION] > 0:
        return
    flat = time = 0.0
    run = 0
    for k in range(x.size):
        if k > 0 and x[k] != x[k - 1]:
            flat += time if run >= flat_run else 0.0
            run, time = 0, 0.0
        run += 1
        time += held[k]
    flat += time if run >= flat_run else 0.0
    row[FLAT] = min(flat / row[DURATION], 1.0)


@_compiled
def _range(x: Array, held: Array, low: float, high: float, row: Array) -> None:
    """Time, area, number and longest run outside the normal operating range."""
    if math.isnan(low) and math.isnan(high):
        return
    time = area = longest = current = 0.0
    runs, is_outside = 0, False
    for k in range(x.size):
        beyond = 0.0
        if x[k] < low:
            beyond = low - x[k]
        elif x[k] > high:
            beyond = x[k] - high
        if beyond > 0:
            runs += 0 if is_outside else 1
            current = current + held[k] if is_outside else held[k]
            time += held[k]
            area += beyond * held[k]
            longest = max(longest, current)
        is_outside = beyond > 0
    row[TIME_OUTSIDE], row[AREA_OUTSIDE] = time, area
    row[EXCURSIONS], row[LONGEST] = runs, longest


_INTEGERS = types.Array(types.int64, 1, "C", readonly=True)
_NUMBERS = types.Array(types.float64, 1, "C", readonly=True)
_ROWS = types.Array(types.float64, 2, "C")


@njit(
    types.void(
        _INTEGERS,
        _NUMBERS,
        _INTEGERS,
        _NUMBERS,
        _NUMBERS,
        _ROWS,
        types.int64,
        types.int64,
        types.float64,
        types.int64,
    ),
    nogil=True,
    cache=True,
    error_model="numpy",
)
def _some_series(
    time_us: Array,
    value: Array,
    offsets: Array,
    low: Array,
    high: Array,
    out: Array,
    start: int,
    end: int,
    gap_intervals: float,
    flat_run: int,
) -> None:
    longest = 1
    for i in range(start, end):
        longest = max(longest, offsets[i + 1] - offsets[i])
    hours, x, held = np.empty(longest), np.empty(longest), np.empty(longest)
    spare, counts = np.empty(longest), np.empty(BINS, np.int64)
    for i in range(start, end):
        times, values = time_us[offsets[i] : offsets[i + 1]], value[offsets[i] : offsets[i + 1]]
        row = out[i]
        row[READINGS] = 0.0
        if times.size > 0:
            n = _timing(times, values, hours, x, held, spare, gap_intervals, row)
            row[READINGS] = n
            if n > 0:
                _level(x[:n], spare, counts, row)
                _movement(hours[:n], x[:n], row)
                _flat(x[:n], held[:n], flat_run, row)
                _range(x[:n], held[:n], low[i], high[i], row)


def series_features(
    time_us: Array,
    value: Array,
    offsets: Array,
    low: Array,
    high: Array,
    threads: int | None = None,
) -> Array:
    """Compute the features of every series.

    Args:
        time_us: (readings,) int64 microseconds, ascending within a series; equal instants and
            steps backwards count as no time.
        value: (readings,) float64 in the tag's unit; NaN and infinities are not usable.
        offsets: (series + 1,) int64, where each series starts and the last one ends.
        low: (series,) float64 lower end of the normal operating range; NaN where there is none.
        high: (series,) float64 upper end likewise.
        threads: How many threads share the series; by default as many as there are processors.

    Returns:
        (series, features) float64 in the order of ``registry.NAMES``; NaN where a feature is not
        defined.
    """
    series = len(offsets) - 1
    out = np.full((series, len(NAMES)), np.nan)
    if series == 0:
        return out
    workers = threads or os.cpu_count() or 1
    # Each thread gets a stretch of series with about the same number of readings.
    shares = np.linspace(offsets[0], offsets[-1], workers + 1)
    cuts = np.searchsorted(offsets, shares)
    cuts[0], cuts[-1] = 0, series

    def compute(start: int, end: int) -> None:
        _some_series(time_us, value, offsets, low, high, out, start, end, GAP_INTERVALS, FLAT_RUN)

    with ThreadPoolExecutor(workers) as pool:
        done = [
            pool.submit(compute, start, end)
            for start, end in zip(cuts[:-1].tolist(), cuts[1:].tolist(), strict=True)
            if end > start
        ]
    for each in done:
        each.result()
    return out
