"""Placing months: every file that is needed decoded once, months finished as soon as they can be.

Files are read in order of time, some at once; a month is finished when the last file with readings
of it has been read. Memory holds the months that are open, whatever the length of the history.
"""

import os
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import polars as pl

from warehouse.sensor_readings.placing import interval_passes
from warehouse.sensor_readings.placing.columns import NAMES, KnownReadings
from warehouse.sensor_readings.placing.month_rows import month_rows
from warehouse.sensor_readings.placing.segments import Segments, segments_of_file
from warehouse.sensor_readings.placing.stored_runs import StoredRuns
from warehouse.sensor_readings.placing.ways import Ways, month_numbers

Array = np.ndarray[Any, np.dtype[Any]]
Finish = Callable[[int, StoredRuns, dict[str, int]], dict[str, Any]]


def place_months(
    known: KnownReadings,
    runs: Sequence[pl.DataFrame],
    ways: Ways,
    months: Sequence[int],
    finish: Finish,
) -> Iterator[dict[str, Any]]:
    """Place the readings of some months.

    Args:
        known: The delivered files, and which of their readings count.
        runs: The runs of every file (``channel_runs``).
        ways: Where readings belong.
        months: Months, as numbers (``ways.month_numbers``).
        finish: Given a month, its rows and its counts, keeps them; called from several threads.

    Yields:
        What ``finish`` returned, in no order; months without readings are left out.
    """
    if not months:
        return
    needed, is_wanted, last_file = _needed(runs, ways, months)
    threads = os.cpu_count() or 1
    due: dict[int, list[int]] = defaultdict(list)
    for month in months:
        due[int(last_file[month])].append(month)
    waiting: dict[int, list[Segments]] = defaultdict(list)
    finishing: deque[Future[dict[str, Any]]] = deque()
    with ThreadPoolExecutor(threads) as pool:

        def read(number: int) -> Mapping[int, list[Segments]]:
            here = needed[number]
            return segments_of_file(known, known.files[number], here, ways, is_wanted)

        for number, found in _in_turn(pool, needed, read, threads):
            for month, segments in found.items():
                waiting[month] += segments
            for month in due[number]:
                if month in waiting:
                    pieces = waiting.pop(month)
                    finishing.append(pool.submit(_finished, month, pieces, ways, finish))
            while len(finishing) >= threads:
                yield finishing.popleft().result()
        for last in finishing:
            yield last.result()


def _in_turn(
    pool: ThreadPoolExecutor,
    numbers: Iterable[int],
    read: Callable[[int], Mapping[int, list[Segments]]],
    ahead: int,
) -> Iterator[tuple[int, Mapping[int, list[Segments]]]]:
    """Read files some at once, yield them in order; no more are begun than were asked for."""
    begun: deque[tuple[int, Future[Mapping[int, list[Segments]]]]] = deque()
    for number in numbers:
        begun.append((number, pool.submit(read, number)))
        if len(begun) == ahead:
            first, found = begun.popleft()
            yield first, found.result()
    for first, found in begun:
        yield first, found.result()


def _finished(month: int, pieces: list[Segments], ways: Ways, finish: Finish) -> dict[str, Any]:
    rows, account = month_rows(pieces, ways)
    return finish(month, rows, account)


def _needed(
    runs: Sequence[pl.DataFrame], ways: Ways, months: Sequence[int]
) -> tuple[dict[int, pl.DataFrame], Array, Array]:
    """Find what has to be read of each file: the row groups with readings of a wanted month.

    Returns:
        The runs of every file that is needed, by its number; which months are wanted; the last
        file each of them needs.
    """
    whole = [
        found.drop_nulls("day")
        .join(ways.channels, on=list(NAMES), how="left", nulls_equal=True, maintain_order="left")
        .with_columns(month=month_numbers(found.drop_nulls("day")["day"]))
        for found in runs
    ]
    most = 1 + max([*months, *ways.month, *(int(f["month"].max() or 0) for f in whole)])  # type: ignore[arg-type]
    is_wanted, last_file = np.zeros(most, np.uint8), np.full(most, -1, np.int32)
    is_wanted[list(months)] = 1
    needed = {}
    for number, found in enumerate(whole):
        is_needed, channel = np.zeros(found.height, np.uint8), found["channel"].to_numpy()
        interval_passes.find_needed(
            found["first_at"].dt.epoch("us").to_numpy(), found["last_at"].dt.epoch("us").to_numpy(),
            found["month"].to_numpy(), np.full(found.height, number, np.int32),
            ways.way_from[channel], ways.way_until[channel], ways.began, ways.last, ways.month,
            is_wanted, is_needed, last_file,
        )  # fmt: skip
        if is_needed.any():
            needed[number] = found.filter(pl.Series(is_needed) > 0)
    return needed, is_wanted, last_file
