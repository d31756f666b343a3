"""The first pass: which channels a file has readings of, on which days, and in which rows.

A channel is equipment, named batch and tag. A row group whose channels take turns is put in order
of channel, and within a channel in order of time, before runs are cut at days; one that stands in
order is left as it is, and the second pass then need not decode its names.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from warehouse.sensor_readings.placing import run_passes
from warehouse.sensor_readings.placing.columns import (
    NAMES,
    QUALITIES,
    Columns,
    KnownReadings,
    opened,
    readable,
)
from warehouse.sensor_readings.placing.compiled import DAY_US

Array = np.ndarray[Any, np.dtype[Any]]

MOST_KEYS = 1 << 22  # of which a table of numbers is kept
RUNS: Final[dict[str, Any]] = {
    "row_group": pl.Int64,
    "is_ordered": pl.Boolean,
    "start": pl.Int64,
    **dict.fromkeys(NAMES, pl.String),
    "day": pl.Datetime("us"),
    "readings": pl.Int64,
    "first_at": pl.Datetime("us"),
    "last_at": pl.Datetime("us"),
    "content": pl.UInt64,
}
"""One row per row group, channel and day: readings from row ``start`` of the row group once it is
in order (``is_ordered``: as it stands). Those that lack equipment, tag or time have no day."""


def text_hash(text: str | None) -> int:
    """Return 64 bits that stand for a text, the same everywhere; 0 for none."""
    if text is None:
        return 0
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


QUALITY_HASH: Final = np.array([text_hash(word) for word in QUALITIES], np.uint64)


@dataclass(frozen=True)
class _Order:
    """The readings of a row group in order of channel and time.

    Attributes:
        rows: Their rows; None where they stand in order.
        starts: Where each run of one channel begins.
        ends: Where it ends.
        most_days: At most how many days all runs touch together.
    """

    rows: Array | None
    starts: Array
    ends: Array
    most_days: int


def runs_of_file(known: KnownReadings, path: Path) -> pl.DataFrame:
    """Return the runs of one file in the columns of ``RUNS``."""
    with readable(path):
        file = opened(path)
        found = [_runs(known, file, group) for group in range(file.num_row_groups)]
    if not found:
        return pl.DataFrame(schema=RUNS)
    whole = {name: np.concatenate([each[name] for each in found]) for name in found[0]}
    texts = {name: pl.Series(whole[name].tolist(), dtype=pl.String) for name in NAMES}
    return pl.DataFrame(whole | texts).select(
        pl.col(name).cast(dtype) for name, dtype in RUNS.items()
    )


def ordered_columns(columns: Columns) -> Columns:
    """Return a row group in order of channel and time."""
    order = _ordered(columns)
    return columns if order.rows is None else _taken(columns, order.rows)


def _runs(known: KnownReadings, file: Any, group: int) -> dict[str, Array]:
    delivered = known.columns(file, group, with_names=True)
    order = _ordered(delivered)
    here = delivered if order.rows is None else _taken(delivered, order.rows)
    run, day, start, count = (np.empty(order.most_days, np.int64) for _ in range(4))
    content = np.empty(order.most_days, np.uint64)
    n = run_passes.day_runs(
        here.time_us, here.value, here.is_null, here.quality, QUALITY_HASH,
        order.starts, order.ends, run, day, start, count, content,
    )  # fmt: skip
    start, count = start[:n], count[:n]
    first = order.starts[run[:n]]
    rows = first if order.rows is None else order.rows[first]
    found = {
        "row_group": np.full(n, group),
        "is_ordered": np.full(n, order.rows is None),
        "start": start,
        **{
            name: np.array([*texts, None], object)[codes[rows]]
            for name, codes, texts in zip(NAMES, delivered.codes, delivered.names, strict=True)
        },
        "day": (day[:n] * DAY_US).view("datetime64[us]"),
        "readings": count,
        "first_at": here.time_us[start].view("datetime64[us]"),
        "last_at": here.time_us[start + count - 1].view("datetime64[us]"),
        "content": content[:n],
    }
    lost = _lost(delivered)
    return _with_dayless(found, group, lost) if lost else found


def _with_dayless(found: dict[str, Array], group: int, readings: int) -> dict[str, Array]:
    """Add a run of readings that cannot be placed."""
    said = {"row_group": group, "is_ordered": True, "readings": readings, "start": 0, "content": 0}
    nothing = dict.fromkeys(NAMES) | dict.fromkeys(("day", "first_at", "last_at"), "NaT")
    return {
        name: np.append(column, np.array([(said | nothing)[name]], column.dtype))
        for name, column in found.items()
    }


def _lost(columns: Columns) -> int:
    """How many readings count and cannot be placed."""
    if columns.unplaceable is None:
        return 0
    if columns.left_out is None:
        return int(columns.unplaceable.sum())
    return int((columns.unplaceable & ~columns.left_out).sum())


def _ordered(columns: Columns) -> _Order:
    keys, most = _channel_keys(columns)
    starts = np.empty(len(keys) // 64 + 64, np.int64)
    runs = run_passes.run_starts(keys, starts)
    is_complete = columns.left_out is None and columns.unplaceable is None
    if is_complete and runs <= len(starts):
        starts = starts[:runs]
        ends, order = np.append(starts[1:], len(keys)), None
    else:
        all_ends, order = np.zeros(most, np.int64), np.empty(len(keys), np.int64)
        run_passes.partition(keys, all_ends, order)
        all_starts = np.concatenate([[0], all_ends[:-1]])
        is_there = all_ends > all_starts
        starts, ends = all_starts[is_there], all_ends[is_there]
        order = order[: ends[-1] if len(ends) else 0]
    time = columns.time_us if order is None else columns.time_us[order]
    is_unsorted = np.empty(len(starts), np.uint8)
    days = run_passes.unsorted(time, starts, ends, is_unsorted)
    if is_unsorted.any():
        order = np.arange(len(keys)) if order is None else order
        for start, end in zip(starts[is_unsorted > 0], ends[is_unsorted > 0], strict=True):
            order[start:end] = order[start:end][np.argsort(time[start:end])]
    return _Order(order, starts, ends, days)


def _channel_keys(columns: Columns) -> tuple[Array, int]:
    """A number for every row's channel, -1 where a row is left out; and one above the highest."""
    equipment, batch, tag = columns.codes
    _, batches, tags = map(len, columns.names)
    most = len(columns.names[0]) * (batches + 1) * tags
    kind = np.int32 if most < 1 << 31 else np.int64
    keys = (equipment.astype(kind) * (batches + 1) + (batch + 1)) * tags + tag
    for leaves_out in (columns.left_out, columns.unplaceable):
        if leaves_out is not None:
            keys[leaves_out] = -1
    if most > MOST_KEYS:
        distinct, keys = np.unique(keys, return_inverse=True)
        most, lacks = len(distinct), len(distinct) > 0 and distinct[0] < 0
        keys = keys - 1 if lacks else keys
    return keys.astype(np.int32, copy=False), max(most, 1)


def _taken(columns: Columns, rows: Array) -> Columns:
    return Columns(
        columns.time_us[rows],
        columns.value[rows],
        columns.is_null[rows] if columns.is_null.size else columns.is_null,
        columns.quality[rows],
        None,
        None,
    )
