"""Readings of one series at one instant: their order, and those that repeat another in everything.

Files say nothing of an order among readings of one instant, so it is made of what they say: a hash
of value, equipment, quality and batch.
"""

from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import polars as pl

from warehouse.connection import connect_in_memory
from warehouse.sensor_readings.placing import row_passes
from warehouse.sensor_readings.placing.columns import QUALITIES
from warehouse.sensor_readings.placing.stored_runs import StoredRuns
from warehouse.sensor_readings.placing.ways import Ways

Array = np.ndarray[Any, np.dtype[Any]]

STEPS_BACK = 2  # what ``row_passes.series_flags`` says of a series


def without_repeats(rows: StoredRuns, series: Array, ways: Ways) -> StoredRuns:
    """Order the series whose instants repeat or step back, and leave out repeats.

    Args:
        rows: A month, its runs in order of series and of their first instant.
        series: (series + 1,) where each series begins, and the end.
        ways: Where readings belong.

    Returns:
        The same where every series ascends; otherwise with as many runs as rows then change hands.
    """
    flags = np.zeros(len(series) - 1, np.uint8)
    row_passes.series_flags(rows.time_us, series, flags)
    if not flags.any():
        return rows
    order = np.arange(len(rows.time_us))
    steps_back = flags == STEPS_BACK
    row_passes.merge_runs(rows.time_us, series[:-1][steps_back], series[1:][steps_back], order)
    run = np.repeat(np.arange(len(rows.channel), dtype=np.int32), rows.readings)
    order = _at_one_instant(rows, order, run, series, ways)
    run = run[order]
    starts = np.flatnonzero(np.diff(run, prepend=-1))
    return StoredRuns(
        rows.time_us[order],
        rows.value[order],
        rows.quality[order],
        rows.channel[run[starts]],
        rows.interval[run[starts]],
        np.append(starts, len(run)),
    )


def _at_one_instant(rows: StoredRuns, order: Array, run: Array, series: Array, ways: Ways) -> Array:
    """Return the order without repeats, those left of one instant ordered by their hash."""
    time = rows.time_us[order]
    is_new = np.append(True, np.diff(time) != 0)
    is_new[series[:-1]] = True
    is_tied = ~is_new | np.append(~is_new[1:], False)
    at = np.flatnonzero(is_tied)
    if not len(at):
        return order
    tied = order[at]
    of_run = run[tied]
    value = rows.value[tied] + 0.0  # no negative zero
    is_none = np.isnan(value)
    said = [
        np.where(is_none, 0.0, value),
        is_none,
        rows.quality[tied],
        ways.equipment[rows.channel[of_run]],
        rows.batch(ways)[of_run],
    ]
    instant = np.cumsum(is_new)[at]
    alike = np.lexsort((*said, instant))
    is_same = np.append(False, np.diff(instant[alike]) == 0)
    for column in said:
        is_same[1:] &= np.diff(column[alike].astype(np.float64)) == 0
    is_repeat = np.empty(len(at), bool)
    is_repeat[alike] = is_same
    left = np.bincount(instant[~is_repeat], minlength=instant[-1] + 1)
    is_open = ~is_repeat & (left[instant] > 1)
    hashes = np.zeros(len(at), np.uint64)
    if is_open.any():
        hashes[is_open] = _hashes(ways, *(column[is_open] for column in said))
    settled = np.lexsort((hashes, is_repeat, instant))
    order[at] = tied[settled]
    is_kept = np.ones(len(order), bool)
    is_kept[at] = ~is_repeat[settled]
    return order[is_kept]


def _hashes(
    ways: Ways, value: Array, is_none: Array, quality: Array, equipment: Array, batch: Array
) -> Array:
    said = pl.DataFrame(
        {
            "value": pl.Series(value).set(pl.Series(is_none), None),
            "equipment": ways.texts.gather(equipment),
            "quality": pl.Series(QUALITIES).gather(quality),
            "batch": pl.Series(batch).cast(pl.Int64).replace(-1, None),
        }
    )
    with connect_in_memory(Path(gettempdir())) as connection:
        connection.register("said", said.to_arrow())
        hashed = connection.sql("SELECT hash(value, equipment, quality, batch) AS hash FROM said")
        return hashed.pl()["hash"].to_numpy()
