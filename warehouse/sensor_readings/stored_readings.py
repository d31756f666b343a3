"""Reading stored months back at the speed of their files: time and value of whole row groups.

Names are never decoded per reading: the list of series beside each file says which rows are whose.
Here belongs decoding in bounded memory; what is computed from the columns is not known here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.reading_files import READING_MONTHS, series_file
from warehouse.store import Warehouse

Array = np.ndarray[Any, np.dtype[Any]]
STRETCH_READINGS = 500_000


@dataclass(frozen=True)
class Stretch:
    """Neighbouring row groups of one file.

    Attributes:
        file: The file.
        row_groups: Their numbers.
        start: Row of the file they begin with.
        end: Row after the last that belongs to a phase.
        is_clean: Whether every reading of theirs is known to be usable.
    """

    file: Path
    row_groups: tuple[int, ...]
    start: int
    end: int
    is_clean: bool

    def columns(self, opened: pa.NativeFile | None = None) -> tuple[Array, Array]:
        """Decode them.

        Args:
            opened: The file, where it is reached otherwise than by its path here.

        Returns:
            Microseconds since 1970 and value of every reading from ``start`` to ``end``; a value is
            NaN where there is none or its quality is bad.
        """
        asked = ["recorded_at", "value"] + ([] if self.is_clean else ["is_usable"])
        table = pq.ParquetFile(opened or self.file).read_row_groups(
            list(self.row_groups), columns=asked, use_threads=False
        )
        time_us = table["recorded_at"].to_numpy().view(np.int64)
        value = table["value"].to_numpy()
        if not self.is_clean:
            value = np.where(table["is_usable"].to_numpy(), value, np.nan)
        return time_us[: self.end - self.start], value[: self.end - self.start]


@dataclass(frozen=True)
class StoredMonth:
    """One month of readings on disk.

    Attributes:
        month: First day of the month in which the phases started.
        file: Its readings in stored order: by series, those of no phase last.
        content_hash: Stands for the stored rows.
    """

    month: date
    file: Path
    content_hash: str

    @cached_property
    def series(self) -> pl.DataFrame:
        """One row per batch, phase and tag, in stored order, with ``readings`` each."""
        return pl.read_parquet(self.file.with_name(series_file(self.file.name)))

    def stretches(self, readings: int | None = None) -> Iterator[Stretch]:
        """Yield the row groups that hold the series, some at a time, in order.

        Args:
            readings: About how many readings to take at a time.
        """
        asked = readings or STRETCH_READINGS
        wanted, described = int(self.series["readings"].sum()), pq.read_metadata(self.file)
        usable = described.schema.names.index("is_usable")
        if not wanted:
            return
        groups: list[int] = []
        start, end, is_clean = 0, 0, True
        for number in range(described.num_row_groups):
            group = described.row_group(number)
            groups.append(number)
            end += group.num_rows
            is_clean &= _is_true(group.column(usable).statistics)
            if end - start >= asked or end >= wanted or number + 1 == described.num_row_groups:
                yield Stretch(self.file, tuple(groups), start, min(end, wanted), is_clean)
                groups, start, is_clean = [], end, True
            if end >= wanted:
                return


def release_buffers() -> None:
    """Give back the memory decoding has kept for the next row groups, once there are none."""
    pa.default_memory_pool().release_unused()


def _is_true(statistics: Any) -> bool:
    """Whether a column of truth values is true throughout, as far as its statistics say."""
    return bool(statistics is not None and statistics.has_min_max and statistics.min)


def stored_months(warehouse: Warehouse) -> Iterator[StoredMonth]:
    """Yield the months on disk, in order; a month's series are forgotten with it."""
    folder = warehouse.home.readings_dir(warehouse.source_key)
    listed = warehouse.read(READING_MONTHS, ["month", "file", "content_hash"])
    for month, name, content in listed.rows():
        yield StoredMonth(month, folder / name, content)
