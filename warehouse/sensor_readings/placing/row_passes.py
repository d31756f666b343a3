"""Compiled passes that copy segments of readings, order them and sum over them."""

import numpy as np
from numba import njit, types

from warehouse.sensor_readings.placing.compiled import (
    BAD,
    BYTES,
    HASHES,
    HOW,
    OUT_BYTES,
    OUT_HASHES,
    OUT_TIMES,
    OUT_VALUES,
    TIMES,
    VALUES,
    Array,
)


@njit(
    types.void(
        TIMES, VALUES, BYTES, BYTES, TIMES, TIMES,
        OUT_TIMES, OUT_VALUES, OUT_BYTES, OUT_TIMES,
    ),
    **HOW,
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
    types.void(TIMES, VALUES, BYTES, TIMES, TIMES, TIMES, OUT_TIMES, OUT_VALUES, OUT_BYTES),
    **HOW,
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


@njit(types.void(TIMES, TIMES, OUT_BYTES), **HOW)
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


@njit(types.void(TIMES, TIMES, TIMES, OUT_TIMES), **HOW)
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
        TIMES, VALUES, BYTES, HASHES, HASHES, TIMES, OUT_TIMES, OUT_HASHES
    ),
    **HOW,
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
