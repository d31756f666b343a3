"""Compiled passes over columns of readings: runs, days, segments, sums.

Each takes whole columns and lets go of the interpreter. Instants are microseconds since 1970, int64.
A value that is no finite number is NaN. Qualities are the numbers in ``columns``.
"""

from typing import Any

import numpy as np
from numba import njit, types

Array = np.ndarray[Any, np.dtype[Any]]

DAY_US = 86_400_000_000
BAD = 2
_CODES = types.Array(types.int32, 1, "C", readonly=True)
_TIMES = types.Array(types.int64, 1, "C", readonly=True)
_VALUES = types.Array(types.float64, 1, "C", readonly=True)
_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_HASHES = types.Array(types.uint64, 1, "C", readonly=True)
_OUT_CODES = types.Array(types.int32, 1, "C")
_OUT_TIMES = types.Array(types.int64, 1, "C")
_OUT_VALUES = types.Array(types.float64, 1, "C")
_OUT_BYTES = types.Array(types.uint8, 1, "C")
_OUT_HASHES = types.Array(types.uint64, 1, "C")
_HOW = {"nogil": True, "cache": True, "error_model": "numpy"}


@njit(types.int64(_CODES, _OUT_TIMES), **_HOW)
def run_starts(codes: Array, starts: Array) -> int:
    """Find where the code changes; writes at most ``starts.size`` of them and returns how many."""
    found = 0
    for i in range(codes.size):
        if i == 0 or codes[i] != codes[i - 1]:
            if found < starts.size:
                starts[found] = i
            found += 1
    return found


@njit(types.void(_CODES, _OUT_TIMES, _OUT_TIMES), **_HOW)
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


@njit(types.int64(_TIMES, _TIMES, _TIMES, _OUT_BYTES), **_HOW)
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
        _TIMES, _VALUES, _BYTES, _BYTES, _HASHES, _TIMES, _TIMES,
        _OUT_TIMES, _OUT_TIMES, _OUT_TIMES, _OUT_TIMES, _OUT_HASHES,
    ),
    **_HOW,
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


@njit(
    types.int64(
        _TIMES, _TIMES, _TIMES, _TIMES, _TIMES, _TIMES, _TIMES, _TIMES, types.boolean,
        _OUT_TIMES, _OUT_TIMES, _OUT_TIMES, _OUT_TIMES,
    ),
    **_HOW,
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
        _TIMES, _VALUES, _BYTES, _BYTES, _TIMES, _TIMES,
        _OUT_TIMES, _OUT_VALUES, _OUT_BYTES, _OUT_TIMES,
    ),
    **_HOW,
)  # fmt: skip
def copy_delivered(
    time: Array,
    value: Array,
    is_null: Array,
    quality: Array,
    starts: Array,
    counts: Array,
    out_time: Array,
    out_value: Array,
    out_quality: Array,
    out_not_finite: Array,
) -> None:
    """Copy segments one after the other; a value that is no finite number becomes none, and bad."""
    to = 0
    for s in range(starts.size):
        not_finite = 0
        for i in range(starts[s], starts[s] + counts[s]):
            v, q = value[i], quality[i]
            if not np.isfinite(v):
                if not (is_null.size and is_null[i]):
                    if q == 0:
                        not_finite += 1
                    q = np.uint8(BAD)
                v = np.nan
            out_time[to], out_value[to], out_quality[to] = time[i], v, q
            to += 1
        out_not_finite[s] = not_finite


@njit(
    types.void(
        _TIMES, _VALUES, _BYTES, _TIMES, _TIMES, _TIMES, _OUT_TIMES, _OUT_VALUES, _OUT_BYTES
    ),
    **_HOW,
)
def copy_segments(
    time: Array,
    value: Array,
    quality: Array,
    starts: Array,
    counts: Array,
    to: Array,
    out_time: Array,
    out_value: Array,
    out_quality: Array,
) -> None:
    """Copy segments to where each is to stand."""
    for s in range(starts.size):
        here, there, n = starts[s], to[s], counts[s]
        out_time[there : there + n] = time[here : here + n]
        out_value[there : there + n] = value[here : here + n]
        out_quality[there : there + n] = quality[here : here + n]


@njit(types.void(_TIMES, _TIMES, _OUT_BYTES), **_HOW)
def series_flags(time: Array, offsets: Array, out: Array) -> None:
    """Mark series with instants that repeat (1) or step back (2)."""
    for s in range(offsets.size - 1):
        flag = np.uint8(0)
        for i in range(offsets[s] + 1, offsets[s + 1]):
            if time[i] <= time[i - 1]:
                flag = np.uint8(2) if time[i] < time[i - 1] else max(flag, np.uint8(1))
                if flag == 2:
                    break
        out[s] = flag


@njit(types.void(_TIMES, _TIMES, _TIMES, _OUT_TIMES), **_HOW)
def merge_runs(time: Array, starts: Array, ends: Array, order: Array) -> None:
    """Order rows by time within stretches made of few ascending runs; equal instants stay in order.

    Args:
        time: Of every row.
        starts: Where each stretch begins.
        ends: Where it ends.
        order: Row numbers, of which those of the stretches are rearranged.
    """
    for s in range(starts.size):
        a, n = starts[s], ends[s] - starts[s]
        cuts = np.empty(n + 1, np.int64)
        runs = 0
        for i in range(n):
            if i == 0 or time[a + i] < time[a + i - 1]:
                cuts[runs] = i
                runs += 1
        cuts[runs] = n
        here = np.arange(a, a + n)
        there = np.empty(n, np.int64)
        while runs > 1:
            merged = 0
            for r in range(0, runs, 2):
                i, to = cuts[r], cuts[r]
                middle = cuts[r + 1]
                j = middle
                end = cuts[r + 2] if r + 2 <= runs else middle
                while i < middle and j < end:
                    if time[here[j]] < time[here[i]]:
                        there[to] = here[j]
                        j += 1
                    else:
                        there[to] = here[i]
                        i += 1
                    to += 1
                while i < middle:
                    there[to] = here[i]
                    i += 1
                    to += 1
                while j < end:
                    there[to] = here[j]
                    j += 1
                    to += 1
                cuts[merged] = cuts[r]
                merged += 1
            cuts[merged] = n
            runs = merged
            here, there = there, here
        order[a : a + n] = here


@njit(
    types.void(
        _TIMES, _VALUES, _BYTES, _HASHES, _HASHES, _TIMES, _OUT_TIMES, _OUT_HASHES
    ),
    **_HOW,
)  # fmt: skip
def run_sums(
    time: Array,
    value: Array,
    quality: Array,
    quality_hash: Array,
    run_hash: Array,
    offsets: Array,
    out_bad: Array,
    out_content: Array,
) -> None:
    """Count the bad readings of runs, and sum a hash of all.

    Args:
        time: Of stored readings.
        value: NaN where there is none.
        quality: Theirs.
        quality_hash: Of every quality.
        run_hash: Of what all readings of a run share.
        offsets: Where each run begins, and the end.
        out_bad: Filled: readings of bad quality.
        out_content: Filled: the sum of the hashes.
    """
    bits = value.view(np.uint64)
    for r in range(offsets.size - 1):
        bad, content = 0, np.uint64(0)
        for i in range(offsets[r], offsets[r + 1]):
            b = bits[i]
            if value[i] != value[i]:
                b = np.uint64(0x9AE16A3B2F90404F)
            h = (np.uint64(time[i]) * np.uint64(0x9E3779B97F4A7C15)) ^ b
            h ^= quality_hash[quality[i]] + run_hash[r]
            h = (h ^ (h >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
            h = (h ^ (h >> np.uint64(32))) * np.uint64(0xD6E8FEB86659FD93)
            content += h ^ (h >> np.uint64(32))
            bad += quality[i] == BAD
        out_bad[r], out_content[r] = bad, content


@njit(
    types.void(
        _TIMES, _TIMES, _CODES, _CODES, _TIMES, _TIMES, _TIMES, _TIMES, _CODES, _BYTES,
        _OUT_BYTES, _OUT_CODES,
    ),
    **_HOW,
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
