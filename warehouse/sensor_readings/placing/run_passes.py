"""Compiled passes that find runs of one channel and cut them at days."""

import numpy as np
from numba import njit, types

from warehouse.sensor_readings.placing.compiled import (
    BYTES,
    CODES,
    DAY_US,
    HASHES,
    HOW,
    OUT_BYTES,
    OUT_HASHES,
    OUT_TIMES,
    TIMES,
    VALUES,
    Array,
)


@njit(types.int64(CODES, OUT_TIMES), **HOW)
def run_starts(codes: Array, starts: Array) -> int:
    """Find where the code changes; writes at most ``starts.size`` of them and returns how many."""
    found = 0
    for i in range(codes.size):
        if i == 0 or codes[i] != codes[i - 1]:
            if found < starts.size:
                starts[found] = i
            found += 1
    return found


@njit(types.void(CODES, OUT_TIMES, OUT_TIMES), **HOW)
def partition(codes: Array, ends: Array, order: Array) -> None:
    """Order rows by code, rows alike in their order; those of code -1 are left out.

    Args:
        codes: Of every row, below ``ends.size``.
        ends: Filled: where the rows of each code end.
        order: Filled: rows in order of code.
    """
    for i in range(codes.size):
        if codes[i] >= 0:
            ends[codes[i]] += 1
    before = 0
    for k in range(ends.size):
        here = ends[k]
        ends[k] = before
        before += here
    for i in range(codes.size):
        if codes[i] >= 0:
            order[ends[codes[i]]] = i
            ends[codes[i]] += 1


@njit(types.int64(TIMES, TIMES, TIMES, OUT_BYTES), **HOW)
def unsorted(time: Array, starts: Array, ends: Array, out: Array) -> int:
    """Mark runs whose instants step back; returns an upper bound of the days all runs touch."""
    days = 0
    for r in range(starts.size):
        out[r] = 0
        day = np.int64(0)
        for i in range(starts[r], ends[r]):
            if i == starts[r] or time[i] // DAY_US != day:
                day = time[i] // DAY_US
                days += 1
            if i > starts[r] and time[i] < time[i - 1]:
                out[r] = 1
    return days


@njit(
    types.int64(
        TIMES, VALUES, BYTES, BYTES, HASHES, TIMES, TIMES,
        OUT_TIMES, OUT_TIMES, OUT_TIMES, OUT_TIMES, OUT_HASHES,
    ),
    **HOW,
)  # fmt: skip
def day_runs(
    time: Array,
    value: Array,
    is_null: Array,
    quality: Array,
    quality_hash: Array,
    starts: Array,
    ends: Array,
    out_run: Array,
    out_day: Array,
    out_start: Array,
    out_count: Array,
    out_content: Array,
) -> int:
    """Cut runs, ascending in time, at days; sum a hash of the readings of each piece.

    Returns:
        How many pieces were written.
    """
    bits = value.view(np.uint64)
    found = -1
    for r in range(starts.size):
        until = np.int64(0)
        for i in range(starts[r], ends[r]):
            t = time[i]
            if i == starts[r] or t >= until:
                found += 1
                day = t // DAY_US
                until = (day + 1) * DAY_US
                out_run[found], out_day[found], out_start[found] = r, day, i
                out_count[found], out_content[found] = 0, np.uint64(0)
            b = bits[i]
            if is_null.size and is_null[i]:
                b = np.uint64(0x9AE16A3B2F90404F)
            h = (np.uint64(t) * np.uint64(0x9E3779B97F4A7C15)) ^ b
            h ^= quality_hash[quality[i]]
            h = (h ^ (h >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
            h = (h ^ (h >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
            out_content[found] += h ^ (h >> np.uint64(32))
            out_count[found] += 1
    return found + 1
