"""The historian's archive: one Parquet file per month of recording, sorted by equipment, tag, time.

Months are independent of one another (every reading is keyed by tag and batch), so they are written
by as many threads as there are cores and come out the same with one.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import stream
from assets.virtual_plant.exports.equipment_exports import room_tags
from assets.virtual_plant.production.batch_frames import origin_s
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import DAY_S
from assets.virtual_plant.sensors.archived_readings import archived_readings
from assets.virtual_plant.sensors.sensor_faults import (
    GOOD,
    QUALITIES,
    TagFaults,
    tag_faults,
)
from assets.virtual_plant.sensors.trajectories import Runs, tag_runs


@dataclass(frozen=True)
class _Tag:
    runs: Runs
    faults: TagFaults


@dataclass(frozen=True)
class _Month:
    name: str
    start_s: int
    end_s: int


@dataclass
class _Columns:
    """Columns of one month while they are collected, in the order in which they are written."""

    equipment: list[tuple[str, int]]
    tag: list[tuple[str, int]]
    time_s: list[NDArray[np.int64]]
    value: list[NDArray[np.float64]]
    quality: list[NDArray[np.int8]]

    def add(
        self,
        equipment: str,
        tag: str,
        time_s: NDArray[np.int64],
        value: NDArray[np.float64],
        quality: NDArray[np.int8],
    ) -> None:
        self.equipment.append((equipment, len(time_s)))
        self.tag.append((tag, len(time_s)))
        self.time_s.append(time_s)
        self.value.append(value)
        self.quality.append(quality)


def write_archive(
    made: Batches, folder: Path, threads: int, progress: Callable[[int, int], None]
) -> int:
    """Write the archive up to the export.

    Args:
        made: The simulated batches.
        folder: Existing folder.
        threads: Threads to use, at least 1; the files do not depend on it.
        progress: Called with (months written, months).

    Returns:
        Number of readings.
    """
    runs = [tag_runs(made, trajectory) for trajectory in made.plant.trajectories]
    tags = [_Tag(run, tag_faults(made, run)) for run in runs]
    months = _months(made)
    written = 0
    with ThreadPoolExecutor(max_workers=threads) as pool:
        counts = pool.map(lambda month: _write_month(made, tags, month, folder), months)
        for done, count in enumerate(counts, start=1):
            written += count
            progress(done, len(months))
    return written


def _months(made: Batches) -> list[_Month]:
    origin, last = origin_s(made.plant), made.export_s
    start = datetime.fromtimestamp(origin, tz=UTC).replace(day=1)
    months = []
    while start.timestamp() - origin < last:
        following = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
        begin, end = int(start.timestamp()) - origin, int(following.timestamp()) - origin
        months.append(_Month(f"{start:%Y-%m}", max(0, begin), min(end, last)))
        start = following
    return months


def _write_month(made: Batches, tags: list[_Tag], month: _Month, folder: Path) -> int:
    columns = _Columns([], [], [], [], [])
    units = [
        (equipment[tag.runs.trajectory.unit_procedure], tag.runs.trajectory.tag, line, tag)
        for tag in tags
        for line, equipment in enumerate(made.plant.lines.values())
    ]
    shared: dict[tuple[str, str], list[tuple[int, _Tag]]] = {}
    for equipment_id, name, line, tag in units:
        shared.setdefault((equipment_id, name), []).append((line, tag))
    room = {(made.plant.air.room_id, name) for name, _, _ in room_tags(made.plant)}
    for equipment_id, name in sorted(set(shared) | room):
        if (equipment_id, name) in room:
            columns.add(equipment_id, name, *_room(made, name, month))
        else:
            lines = [line for line, _ in shared[equipment_id, name]]
            tag = shared[equipment_id, name][0][1]
            columns.add(equipment_id, name, *_equipment(made, tag, lines, month))
    return _save(made, columns, folder / f"{month.name}.parquet")


def _equipment(
    made: Batches, tag: _Tag, lines: list[int], month: _Month
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]:
    """One tag of one piece of equipment: all batches that ran on it in the month."""
    runs, faults = tag.runs, tag.faults
    starts = runs.starts + faults.clock_error_s
    ends = starts + runs.counts * made.plant.sampling_interval_s
    is_here = np.isin(made.schedule.line, lines) & faults.is_archived
    rows = np.flatnonzero(is_here & (starts < month.end_s) & (ends > month.start_s))
    if not len(rows):
        return np.empty(0, np.int64), np.empty(0), np.empty(0, np.int8)
    rows = rows[np.argsort(starts[rows], kind="stable")]
    found = archived_readings(made, runs, faults, rows)
    is_kept = found.is_kept & (found.time_s >= month.start_s) & (found.time_s < month.end_s)
    time_s, value, quality = found.time_s[is_kept], found.value[is_kept], found.quality[is_kept]
    if np.any(np.diff(time_s) < 0):  # a wrong clock may reach into the next batch
        order = np.argsort(time_s, kind="stable")
        time_s, value, quality = time_s[order], value[order], quality[order]
    return time_s, value, quality


def _room(
    made: Batches, tag: str, month: _Month
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int8]]:
    interval = made.plant.air.interval_s
    first = -(-month.start_s // interval) * interval
    time_s = np.arange(first, month.end_s, interval, dtype=np.int64)
    series = "humidity_pct" if tag == "room_humidity_pct" else "temperature_c"
    noise = stream(made.settings.seed, tag, month.start_s // DAY_S).standard_normal(len(time_s))
    value = made.air.at(series, time_s) + (0.3 if series == "humidity_pct" else 0.05) * noise
    return time_s, np.round(value, 1), np.full(len(time_s), GOOD, dtype=np.int8)


def _save(made: Batches, columns: _Columns, path: Path) -> int:
    time_us = (np.concatenate(columns.time_s) + origin_s(made.plant)) * 1_000_000
    quality = pa.DictionaryArray.from_arrays(
        pa.array(np.concatenate(columns.quality)), pa.array(QUALITIES)
    )
    table = pa.table(
        {
            "equipment_id": _repeated(columns.equipment),
            "tag": _repeated(columns.tag),
            "recorded_at": pa.array(time_us).cast(pa.timestamp("us")),
            "value": pa.array(np.concatenate(columns.value)),
            "quality": quality,
        }
    )
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=["equipment_id", "tag", "quality", "value"],
        column_encoding={"recorded_at": "DELTA_BINARY_PACKED"},
        row_group_size=1 << 18,
        dictionary_pagesize_limit=1 << 20,
        write_statistics=["equipment_id", "tag", "recorded_at"],
    )
    return len(time_us)


def _repeated(runs: list[tuple[str, int]]) -> pa.DictionaryArray:
    """A dictionary column from runs of equal names."""
    names = sorted({name for name, _ in runs})
    codes = [names.index(name) for name, _ in runs]
    repeated = np.repeat(np.array(codes, dtype=np.int16), [count for _, count in runs])
    return pa.DictionaryArray.from_arrays(pa.array(repeated), pa.array(names))
