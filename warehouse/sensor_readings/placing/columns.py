"""Delivered readings of one row group as columns, names as numbers.

Here belongs decoding: which rows count (held, received and recorded by the as-of date, in the
window), and numbers in place of texts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_contracts.errors import WarehouseError

Array = np.ndarray[Any, np.dtype[Any]]

QUALITIES: Final = ("good", "uncertain", "bad")
NAMES: Final = ("equipment_id", "batch_id", "tag")
_NONE = np.zeros(0, np.uint8)
_NUMBERED = {"PLAIN_DICTIONARY", "RLE_DICTIONARY", "RLE", "PLAIN"}


@dataclass(frozen=True)
class Columns:
    """Readings of one row group.

    Attributes:
        time_us: (rows,) int64 microseconds since 1970.
        value: (rows,) float64, NaN where there is none.
        is_null: (rows,) uint8, whether no value was delivered; empty where every row has one.
        quality: (rows,) uint8 number in ``QUALITIES``; none delivered is good.
        left_out: (rows,) whether a reading does not count; None where all do.
        unplaceable: (rows,) whether one that counts lacks equipment, tag or time; None likewise.
        codes: (rows,) int32 number of the equipment, batch and tag, null as -1; empty unless asked.
        names: The texts they stand for.
    """

    time_us: Array
    value: Array
    is_null: Array
    quality: Array
    left_out: Array | None
    unplaceable: Array | None
    codes: tuple[Array, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class KnownReadings:
    """Files of delivered readings, and which of their rows count.

    Attributes:
        files: The files, each of one month of ``recorded_at``.
        first_received_at: When the first load was received; readings of it count as known when
            recorded. None where the files say nothing of their receipt.
        as_of: Readings recorded or received later do not count; None for no limit.
        window: Between which instants readings count; None for no limit.
    """

    files: tuple[Path, ...]
    first_received_at: datetime | None = None
    as_of: datetime | None = None
    window: tuple[datetime, datetime] | None = None

    def columns(self, file: pq.ParquetFile, group: int, *, with_names: bool) -> Columns:
        """Decode one row group.

        Args:
            file: One of the files, opened by ``opened``.
            group: Number of the row group.
            with_names: Whether names are wanted.
        """
        history = [] if self.first_received_at is None else self._history(file, group)
        asked = ["recorded_at", "value", "quality", *history, *(NAMES if with_names else ())]
        given = [name for name in asked if not _is_all_null(file, group, name)]
        read = file.read_row_group(group, columns=given, use_threads=False)
        rows = file.metadata.row_group(group).num_rows
        table = {name: _whole(read[name]) if name in given else pa.nulls(rows) for name in asked}
        time, value = table["recorded_at"], table["value"]
        quality, words = _codes(table["quality"])
        instants = time.cast(pa.timestamp("us")).view(pa.int64())
        time_us = (instants.fill_null(0) if time.null_count else instants).to_numpy()
        found = [_codes(table[name]) for name in NAMES] if with_names else []
        return Columns(
            time_us,
            value.cast(pa.float64()).to_numpy(zero_copy_only=False),
            value.is_null().to_numpy(zero_copy_only=False).view(np.uint8)
            if value.null_count
            else _NONE,
            _quality_numbers(quality, words, file),
            self._left_out(table, time_us),
            _unplaceable(time, *(table[name] for name in ("equipment_id", "tag") if with_names)),
            tuple(codes for codes, _ in found),
            tuple(names for _, names in found),
        )

    def _history(self, file: pq.ParquetFile, group: int) -> list[str]:
        """The columns of the history that can leave out a row of a row group."""
        if self.as_of is not None:
            return ["received_at", "superseded_at"]
        return [] if _is_all_null(file, group, "superseded_at") else ["superseded_at"]

    def _left_out(self, table: dict[str, Any], time_us: Array) -> Array | None:
        if self.window is None and self.as_of is None and "superseded_at" not in table:
            return None
        out = np.zeros(len(time_us), bool)
        if self.window is not None:
            first, last = map(_us, self.window)
            out |= (time_us < first) | (time_us > last)
        if self.as_of is not None:
            out |= time_us > _us(self.as_of)
        if "superseded_at" in table:
            left = table["superseded_at"].cast(pa.timestamp("us"))
            gone = left.is_valid()
            if self.as_of is not None:
                gone = pc.fill_null(pc.less_equal(left, _scalar(self.as_of)), fill_value=False)
            out |= gone.to_numpy(zero_copy_only=False)
        if "received_at" in table and self.as_of and self.first_received_at:
            received = table["received_at"]
            later = pc.greater(received, _scalar(self.as_of))
            first_load = pc.equal(received, _scalar(self.first_received_at))
            out |= pc.and_not(later, first_load).to_numpy(zero_copy_only=False)
        return out if out.any() else None


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say which file of delivered readings cannot be read.

    Raises:
        WarehouseError: In place of what Arrow or the system raised.
    """
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        reason = " ".join(str(error).split())
        raise WarehouseError(
            f"{path} cannot be read: {reason} It holds sensor readings delivered before. Put the "
            "folder back from a backup, or begin a new home."
        ) from error


def opened(file: Path) -> pq.ParquetFile:
    """Open a file of delivered readings so that texts are read as the numbers they are kept as."""
    described = pq.read_metadata(file)
    names = described.schema.names
    listed = [
        name
        for name in (*NAMES, "quality")
        if all(
            _is_numbered(described.row_group(group).column(names.index(name)))
            for group in range(described.num_row_groups)
        )
    ]
    return pq.ParquetFile(file, read_dictionary=listed, metadata=described)


def _is_numbered(column: Any) -> bool:
    """Whether a column of texts is numbers throughout; others cannot be read as such."""
    return bool(column.has_dictionary_page) and {*column.encodings} <= _NUMBERED


def _is_all_null(file: pq.ParquetFile, group: int, name: str) -> bool:
    """Whether a column of a row group says nothing; it then need not be decoded."""
    described = file.metadata.row_group(group)
    found = described.column(file.schema.names.index(name)).statistics
    return found is not None and bool(found.null_count == described.num_rows)


def _whole(column: Any) -> Any:
    """One array of a column; of texts, one whose numbers all mean the same."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.dictionary_encode()
    if column.num_chunks == 1:
        return column.chunk(0)
    if pa.types.is_dictionary(column.type):
        column = column.unify_dictionaries()
    return column.combine_chunks() if column.num_chunks else pa.array([], column.type)


def _codes(column: Any) -> tuple[Array, tuple[str, ...]]:
    """Numbers of a column of texts, null as -1, and the texts."""
    if not pa.types.is_dictionary(column.type):  # all null
        return np.full(len(column), -1, np.int32), ()
    numbers = column.indices
    if column.null_count:
        numbers = numbers.fill_null(-1)
    return numbers.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), tuple(
        column.dictionary.to_pylist()
    )


def _quality_numbers(codes: Array, words: tuple[str, ...], file: pq.ParquetFile) -> Array:
    unknown = [word for word in words if word not in QUALITIES]
    if unknown:
        raise WarehouseError(
            f"The quality {unknown[0]!r} of a delivered reading is none of {', '.join(QUALITIES)}. "
            "Map it to one of these in the profile of the source."
        )
    numbers = np.array([*(QUALITIES.index(word) for word in words), 0], np.uint8)
    if not numbers.any():
        return np.zeros(len(codes), np.uint8)
    return numbers[codes]  # -1 is the last: none is good


def _unplaceable(*needed: Any) -> Array | None:
    """Whether a row lacks one of the columns it needs."""
    lacking = [column for column in needed if column.null_count]
    if not lacking:
        return None
    lacks: Array = lacking[0].is_null().to_numpy(zero_copy_only=False)
    for column in lacking[1:]:
        lacks = lacks | column.is_null().to_numpy(zero_copy_only=False)
    return lacks


def _scalar(at: datetime) -> Any:
    return pa.scalar(at, pa.timestamp("us"))


def _us(at: datetime) -> int:
    return int(np.datetime64(at, "us").astype(np.int64))
