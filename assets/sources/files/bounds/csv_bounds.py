"""How much a CSV file holds, counted block by block before its cells become objects.

A file of moderate size can hold a line without end or a million columns, and each takes minutes and
gigabytes once it is cut into cells. Here belongs the counting; cutting is in ``csv_rows``.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.untrusted.limits import (
    LARGEST_CSV_BYTES,
    LONGEST_CSV_LINE_BYTES,
    MOST_COLUMNS,
    MOST_CSV_CELLS,
)

_BLOCK = 1 << 24
_LINE_END, _NUL = 10, 0


def require_modest_csv(path: Path, described: SourceFile) -> None:
    """Check that a CSV file can become a frame in bounded time and memory.

    Args:
        path: The file.
        described: Its separator and encoding.

    Raises:
        SourceError: It is too large, has too many cells, a line too long, or bytes no text has.
    """
    size = path.stat().st_size
    if size > LARGEST_CSV_BYTES:
        raise SourceError(
            f"{path} has {size:,} bytes; a CSV file is read up to {LARGEST_CSV_BYTES:,}. Split it "
            "into several files under one glob, or deliver Parquet."
        )
    separator = described.separator.encode()[-1]
    has_nuls = described.encoding.lower().replace("_", "-").startswith(("utf-16", "utf-32"))
    counted = _Counted(path, described, separator, has_nuls)
    with path.open("rb") as stream:
        while block := stream.read(_BLOCK):
            counted.take(np.frombuffer(block, dtype=np.uint8))
    counted.check_line(0)


@dataclass
class _Counted:
    """What was counted of a file so far."""

    path: Path
    described: SourceFile
    separator: int
    has_nuls: bool
    lines: int = 0
    cells: int = 0
    unended: int = 0  # bytes of the line that the last block left open

    def take(self, block: np.ndarray) -> None:
        """Count a block and refuse what is too much."""
        ends = np.flatnonzero(block == _LINE_END)
        if not self.has_nuls and (nul := _first(block, _NUL)) is not None:
            line = self.lines + 1 + int(np.searchsorted(ends, nul))
            raise SourceError(
                f"{self.path}, line {line}: holds a NUL byte, which no text in "
                f"{self.described.encoding} does. If the file is UTF-16, state "
                f"'encoding: utf-16' in {self.described.where}; else export it again."
            )
        lengths = np.diff(ends, prepend=-1 - self.unended)
        if lengths.size:
            self.check_line(int(np.argmax(lengths)), int(lengths.max()))
        if self.lines == 0:
            self._check_header(block, ends)
        self.lines += ends.size
        self.unended = block.size - 1 - int(ends[-1]) if ends.size else self.unended + block.size
        self.check_line(0)
        self.cells += int(np.count_nonzero(block == self.separator)) + ends.size
        if self.cells > MOST_CSV_CELLS:
            raise SourceError(
                f"{self.path} has more than {MOST_CSV_CELLS:,} cells, too many to become one "
                "table. Deliver Parquet with the columns that are needed, or split the file."
            )

    def check_line(self, after: int, length: int | None = None) -> None:
        """Refuse a line that is too long: one that ended in this block, or the open one."""
        found = self.unended if length is None else length
        if found > LONGEST_CSV_LINE_BYTES:
            raise SourceError(
                f"{self.path}, line {self.lines + 1 + after}: has {found:,} bytes or more; a line "
                f"is read up to {LONGEST_CSV_LINE_BYTES:,}. Is it a CSV file with lines? Export it "
                "again, one record a line."
            )

    def _check_header(self, block: np.ndarray, ends: np.ndarray) -> None:
        header = block[: ends[0]] if ends.size else block
        columns = int(np.count_nonzero(header == self.separator)) + 1
        if columns > MOST_COLUMNS:
            raise SourceError(
                f"{self.path}, line 1: the header has {columns:,} columns; at most "
                f"{MOST_COLUMNS:,} are read. Export those that are needed, or one row a value."
            )


def _first(block: np.ndarray, byte: int) -> int | None:
    places = np.flatnonzero(block == byte)
    return int(places[0]) if places.size else None
