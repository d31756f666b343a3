"""Compiled passes that find by binary search in which intervals runs of readings lie."""

import numpy as np
from numba import njit, types

from warehouse.sensor_readings.placing.compiled import (
    BYTES,
    CODES,
    HOW,
    OUT_BYTES,
    OUT_CODES,
    OUT_TIMES,
    TIMES,
    Array,
)


@njit(
    types.int64(
        TIMES, TIMES, TIMES, TIMES, TIMES, TIMES, TIMES, TIMES, types.boolean,
        OUT_TIMES, OUT_TIMES, OUT_TIMES, OUT_TIMES,
    ),
    **HOW,
)  # fmt: skip
def cut_at_intervals(
    time: Array,
    starts: Array,
    counts: Array,
    way_from: Array,
    way_until: Array,
    began: Array,
    last: Array,
    none: Array,
    is_counted: bool,
    out_run: Array,
    out_interval: Array,
    out_start: Array,
    out_count: Array,
) -> int:
    """Cut runs at the intervals of the ways they follow, by binary search.

    Args:
        time: Ascending within a run.
        starts: Where each run begins.
        counts: Its readings.
        way_from: The first interval of the way it follows.
        way_until: The one after the last.
        began: Of every interval, sorted within a way; several may be the same.
        last: The last instant of every interval.
        none: What stands for no interval, one number.
        is_counted: Whether to count at most how many pieces there can be, and write none.
        out_run: Filled: the run of every piece.
        out_interval: Filled: its interval.
        out_start: Filled: where it begins.
        out_count: Filled: its readings.

    Returns:
        How many pieces there are.
    """
    found = 0
    for r in range(starts.size):
        here, end = starts[r], starts[r] + counts[r]
        first_t, last_t = time[here], time[end - 1]
        k = way_from[r] + np.searchsorted(last[way_from[r] : way_until[r]], first_t)
        while k < way_until[r] and began[k] <= last_t:
            if is_counted:
                found += 2
                k += 1
                continue
            first = starts[r]
            if began[k] > first_t:
                first += np.searchsorted(time[starts[r] : end], began[k])
            until = end
            if last[k] < last_t:
                until = first + np.searchsorted(time[first:end], last[k] + 1)
            if first > here:
                out_run[found], out_interval[found] = r, none[0]
                out_start[found], out_count[found] = here, first - here
                found += 1
            if until > first:
                out_run[found], out_interval[found] = r, k
                out_start[found], out_count[found] = first, until - first
                found += 1
            here = max(here, until)
            k += 1
        if is_counted:
            found += 1
        elif here < end:
            out_run[found], out_interval[found] = r, none[0]
            out_start[found], out_count[found] = here, end - here
            found += 1
    return found


@njit(
    types.void(
        TIMES, TIMES, CODES, CODES, TIMES, TIMES, TIMES, TIMES, CODES, BYTES,
        OUT_BYTES, OUT_CODES,
    ),
    **HOW,
)  # fmt: skip
def find_needed(
    first: Array,
    until: Array,
    month: Array,
    file: Array,
    way_from: Array,
    way_until: Array,
    began: Array,
    last: Array,
    interval_month: Array,
    is_wanted: Array,
    out_needed: Array,
    out_last_file: Array,
) -> None:
    """Find the runs that may have readings of a wanted month, and the last file of each month.

    Args:
        first: First instant of every run.
        until: Its last instant.
        month: The month of both, as a number below ``is_wanted.size``.
        file: Number of its file.
        way_from: The first interval of the way it follows.
        way_until: The one after the last.
        began: First instant of every interval, sorted within a way.
        last: Its last instant.
        interval_month: The month of its place.
        is_wanted: Of every month.
        out_needed: Filled: whether a run is needed.
        out_last_file: Raised: the highest number of a file each month needs.
    """
    for r in range(first.size):
        m = month[r]
        if is_wanted[m]:
            out_needed[r] = 1
            out_last_file[m] = max(out_last_file[m], file[r])
        k = way_from[r] + np.searchsorted(last[way_from[r] : way_until[r]], first[r])
        while k < way_until[r] and began[k] <= until[r]:
            m = interval_month[k]
            if is_wanted[m]:
                out_needed[r] = 1
                out_last_file[m] = max(out_last_file[m], file[r])
            k += 1
