"""The second pass: the readings of a file by month, cut where the ways of channels are cut."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from warehouse.sensor_readings.placing import interval_passes, row_passes
from warehouse.sensor_readings.placing.channel_runs import ordered_columns
from warehouse.sensor_readings.placing.columns import Columns, KnownReadings, opened, readable
from warehouse.sensor_readings.placing.ways import Ways

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Segments:
    """Readings of one month, as segments of one channel in one interval, one after the other.

    Attributes:
        time_us: (rows,) int64, ascending within a segment.
        value: (rows,) float64, NaN where there is none.
        quality: (rows,) uint8; a value that is no finite number is bad.
        channel: Number of each segment's channel.
        interval: Number of its interval.
        readings: Its rows.
        not_finite: How many of them were delivered as good and are no finite numbers.
    """

    time_us: Array
    value: Array
    quality: Array
    channel: Array
    interval: Array
    readings: Array
    not_finite: Array


def segments_of_file(
    known: KnownReadings, path: Path, runs: pl.DataFrame, ways: Ways, is_wanted: Array
) -> Mapping[int, list[Segments]]:
    """Return the segments of a file by month.

    Args:
        known: Which of its rows count.
        path: The file.
        runs: Those of the file that are needed: row_group, is_ordered, start, readings, channel and
            ``month``, the number of the one they were recorded in.
        ways: Where readings belong.
        is_wanted: Of every month, whether to return it.
    """
    by_month: dict[int, list[Segments]] = defaultdict(list)
    with readable(path):
        file = opened(path)
    for (group,), here in runs.group_by("row_group", maintain_order=True):
        is_ordered = bool(here["is_ordered"].all())
        with readable(path):
            columns = known.columns(file, int(group), with_names=not is_ordered)
        if not is_ordered:
            columns = ordered_columns(columns)
        for month, segments in _segments(columns, here, ways, is_wanted):
            by_month[month].append(segments)
    return by_month


def _segments(
    columns: Columns, runs: pl.DataFrame, ways: Ways, is_wanted: Array
) -> list[tuple[int, Segments]]:
    channel = runs["channel"].to_numpy()
    cut = (
        columns.time_us, runs["start"].to_numpy(), runs["readings"].to_numpy(),
        ways.way_from[channel], ways.way_until[channel],
        ways.began, ways.last, np.array([ways.no_interval]),
    )  # fmt: skip
    none = np.empty(0, np.int64)
    most = interval_passes.cut_at_intervals(*cut, True, none, none, none, none)
    run, interval, start, count = (np.empty(most, np.int64) for _ in range(4))
    n = interval_passes.cut_at_intervals(*cut, False, run, interval, start, count)
    run, interval, start, count = run[:n], interval[:n], start[:n], count[:n]
    month = np.where(
        interval == ways.no_interval, runs["month"].to_numpy()[run], ways.month[interval]
    )
    found = []
    for each in np.unique(month):
        if is_wanted[each]:
            here = month == each
            taken = (channel[run[here]], interval[here], start[here], count[here])
            found.append((int(each), _copied(columns, *taken)))
    return found


def _copied(
    columns: Columns, channel: Array, interval: Array, start: Array, count: Array
) -> Segments:
    n = int(count.sum())
    time_us, value = np.empty(n, np.int64), np.empty(n)
    quality, not_finite = np.empty(n, np.uint8), np.empty(len(start), np.int64)
    row_passes.copy_delivered(
        columns.time_us, columns.value, columns.is_null, columns.quality, start, count,
        time_us, value, quality, not_finite,
    )  # fmt: skip
    return Segments(time_us, value, quality, channel, interval, count, not_finite)
