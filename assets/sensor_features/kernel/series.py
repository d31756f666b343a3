"""The kernel's entry: columns of readings in, one row of features per series out."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numba import njit, types

from assets.sensor_features.kernel.compiled import Array, sources_digest
from assets.sensor_features.kernel.faulty import SAMPLE, SHARE, without_faulty
from assets.sensor_features.kernel.level import level
from assets.sensor_features.kernel.movement import movement
from assets.sensor_features.kernel.oscillation import oscillation
from assets.sensor_features.kernel.quantiles import BINS, TABLE_ROWS, quantiles
from assets.sensor_features.kernel.ranges import heat, ranges
from assets.sensor_features.kernel.response import response
from assets.sensor_features.kernel.timing import timing
from assets.sensor_features.kernel.trajectory import trajectory
from assets.sensor_features.registry import COLUMN, KERNEL_COLUMNS, SPANS

READINGS = COLUMN["readings"]
MOSTLY = 0.5  # share of faulty readings beyond which features would be those of the fault
_INTEGERS = types.Array(types.int64, 1, "C", readonly=True)
_NUMBERS = types.Array(types.float64, 1, "C", readonly=True)
_TABLE = types.Array(types.float64, 2, "C", readonly=True)
_ROWS = types.Array(types.float64, 2, "C")
_BYTES = types.Array(types.uint8, 1, "C")
_COUNTS = types.Array(types.int64, 2, "C")


@cache
def _entry(digest: str) -> Callable[..., None]:
    """Compile the loop over series, or take it from the compiler's cache.

    Args:
        digest: Of the sources; part of the name under which the compiler keeps the loop.
    """

    def some_series(
        time_us: Array,
        value: Array,
        offsets: Array,
        limits: Array,
        to_celsius: Array,
        start: int,
        end: int,
        work: Array,
        bins: Array,
        table: Array,
        spans: Array,
        out: Array,
    ) -> None:
        hours, x, held, spare = work[0], work[1], work[2], work[3]
        for i in range(start, end):
            times, values = time_us[offsets[i] : offsets[i + 1]], value[offsets[i] : offsets[i + 1]]
            row = out[i]
            row[READINGS] = 0.0
            if times.size == 0:
                continue
            n = timing(times, values, hours, x, held, spare, row)
            if n > 0:
                n = without_faulty(hours[:n], x[:n], held[:n], spare, bins, limits[i], row)
            row[READINGS] = n
            if n > 0 and row[SHARE] <= MOSTLY:
                t, v, stands = hours[:n], x[:n], held[:n]
                stood_h = level(t, v, stands, row)
                quantiles(v, spare, bins, table, row)
                movement(t, v, row)
                response(t, v, row)
                oscillation(t, v, spans, row)
                trajectory(t, v, spans, row)
                ranges(t, v, stands, stood_h, limits[i], row)
                heat(v, stands, stood_h, to_celsius[i], row)

    some_series.__qualname__ = f"some_series_{digest[:16]}"
    signature = types.void(
        _INTEGERS, _NUMBERS, _INTEGERS, _TABLE, _TABLE, types.int64, types.int64,
        _ROWS, _BYTES, _COUNTS, _ROWS, _ROWS,
    )  # fmt: skip
    return njit(signature, nogil=True, cache=True, error_model="numpy")(some_series)  # type: ignore[no-any-return]


def series_features(
    time_us: Array,
    value: Array,
    offsets: Array,
    limits: Array,
    to_celsius: Array,
    threads: int | None = None,
) -> Array:
    """Compute the features of every series.

    Args:
        time_us: (readings,) int64 microseconds, ascending within a series; equal instants and
            steps backwards count as no time.
        value: (readings,) float64 in the tag's unit; NaN and infinities are not usable.
        offsets: (series + 1,) int64, where each series starts and the last one ends.
        limits: (series, 4) float64 low and high end of the normal, then of the proven range; NaN
            where there is none.
        to_celsius: (series, 2) float64 factor and offset that turn readings into degC; NaN where
            they are no temperatures.
        threads: How many threads share the series; by default as many as there are processors.

    Returns:
        (series, columns) float64 in the order of ``registry.KERNEL_COLUMNS``; NaN where one is not
        defined.
    """
    series = len(offsets) - 1
    out = np.full((series, len(KERNEL_COLUMNS)), np.nan)
    if series == 0:
        return out
    some_series = _entry(sources_digest())

    def compute(start: int, end: int) -> None:
        longest = int(np.diff(offsets[start : end + 1]).max())
        work, bins = np.empty((4, max(longest, SAMPLE))), np.empty(longest, np.uint8)
        table, spans = np.empty((TABLE_ROWS, BINS), np.int64), np.empty((3, SPANS))
        columns = (time_us, value, offsets, limits, to_celsius)
        some_series(*columns, start, end, work, bins, table, spans, out)

    workers = threads or os.cpu_count() or 1
    # Each thread gets a stretch of series with about the same number of readings.
    shares = np.linspace(offsets[0], offsets[-1], workers + 1)
    cuts: Any = np.searchsorted(offsets, shares)
    cuts[0], cuts[-1] = 0, series
    stretches = [(a, b) for a, b in pairwise(cuts.tolist()) if b > a]
    if len(stretches) == 1:
        compute(0, series)
        return out
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(lambda stretch: compute(*stretch), stretches):
            pass
    return out
