"""Reading a sound CSV file fast, and standing back where the careful reader might read otherwise.

A file is sound where every line is one row with as many cells as the header and every quotation
mark opens or closes a cell. That is looked at first, without reading any cell; only then polars
reads them.
"""

import csv
import io
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import polars as pl

Array = np.ndarray[Any, np.dtype[Any]]
_LONGEST_LINE = 100_000
# Line ends of their own, no text, and signs that are blank to one reader and not to the other.
_JUDGED_APART = (b"\r", b"\x00", b"\x1c", b"\x1d", b"\x1e", b"\x1f")
_LINE_END, _MARK = ord("\n"), ord('"')


def read_fast(
    text: bytes, separator: str, wanted: Collection[str]
) -> tuple[list[str], dict[str, pl.Series], pl.Series] | None:
    """Read a sound CSV file.

    Args:
        text: The file, UTF-8 without a byte order mark.
        separator: The sign between cells.
        wanted: Columns to keep.

    Returns:
        The header, the texts of the wanted columns, and the line of each row; None where the file
        is not sound, or where it is not certain that both readers agree.
    """
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\n")
    if any(sign in text for sign in _JUDGED_APART) or len(separator.encode()) != 1:
        return None
    if not text.endswith(b"\n"):
        text += b"\n"
    ends = _sound_lines(text, separator.encode())
    if ends is None:
        return None
    header = _cells(text[: ends[0]], separator)
    names = [name.strip() for name in header]
    if len(set(names)) < len(names) or not all(names):
        return None
    kept = [place for place, name in enumerate(names) if name in wanted]
    frame = _read(text, separator, kept)
    if frame is None or frame.height != len(ends) - 1:
        return None
    is_record = _records(frame, text, ends, separator)
    lines = pl.int_range(2, frame.height + 2, eager=True, dtype=pl.Int64)
    if is_record is not None:
        frame, lines = frame.filter(is_record), lines.filter(is_record)
    columns = {names[place]: frame.to_series(number) for number, place in enumerate(kept)}
    return names, columns, lines


def has_sound_rows(text: bytes, separator: str, cells: int) -> bool:
    """Say whether every line below a header is a row of so many cells, marks only at their edges.

    Args:
        text: Whole lines.
        separator: The sign between cells.
        cells: Of the header.
    """
    text = text.replace(b"\r\n", b"\n")
    whole = text if text.endswith(b"\n") else text + b"\n"
    header = separator.join("x" * cells).encode() + b"\n"
    return _sound_lines(header + whole, separator.encode()) is not None


def _sound_lines(text: bytes, separator: bytes) -> Array | None:
    """Return where every line ends, or None where a line is no row of the header's shape."""
    signs = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(signs == _LINE_END)
    separators = np.flatnonzero(signs == separator[0])
    counts = np.diff(np.searchsorted(separators, ends), prepend=0)
    if b'"' in text:
        quoted = _quoted_cells(signs, ends, separator[0])
        if quoted is None:
            return None
        opening, closing = quoted
        inside = np.searchsorted(separators, closing) - np.searchsorted(separators, opening)
        np.subtract.at(counts, np.searchsorted(ends, opening), inside)
    is_shaped = counts[0] > 0 and (counts == counts[0]).all()
    is_short = np.diff(ends, prepend=0).max() <= _LONGEST_LINE
    return ends if is_shaped and is_short else None


def _quoted_cells(signs: Array, ends: Array, separator: int) -> tuple[Array, Array] | None:
    """Return where quotation marks open and close, or None where one stands elsewhere.

    A mark written twice inside a cell closes it and opens it again at once.
    """
    marks = np.flatnonzero(signs == _MARK)
    if len(marks) % 2:
        return None
    opening, closing = marks[::2], marks[1::2]
    before = np.where(opening == 0, _LINE_END, signs[opening - 1])
    after = signs[np.minimum(closing + 1, len(signs) - 1)]
    is_edge_before = (before == separator) | (before == _LINE_END)
    is_edge_after = (after == separator) | (after == _LINE_END)
    is_doubled = np.zeros(len(marks) // 2 + 1, dtype=bool)
    is_doubled[1:-1] = opening[1:] == closing[:-1] + 1
    is_placed = (is_edge_before | is_doubled[:-1]) & (is_edge_after | is_doubled[1:])
    spans_lines = np.searchsorted(ends, opening) != np.searchsorted(ends, closing)
    return None if (~is_placed).any() or spans_lines.any() else (opening, closing)


def _cells(line: bytes, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(line.decode()), delimiter=separator, strict=True))


def _read(text: bytes, separator: str, kept: Sequence[int]) -> pl.DataFrame | None:
    """Read the wanted columns below the header, every cell as text."""
    try:
        frame = pl.read_csv(
            text,
            has_header=False,
            skip_lines=1,
            separator=separator,
            quote_char='"' if b'"' in text else None,
            infer_schema=False,
            columns=list(kept) or [0],
        )
    except pl.exceptions.PolarsError:
        return None
    return frame.fill_null("")  # no cell is missing, so a null is an empty one


def _records(frame: pl.DataFrame, text: bytes, ends: Array, separator: str) -> pl.Series | None:
    """Say which rows are records: all but those whose every cell is blank; None for all."""
    seems_blank = frame.select(pl.all_horizontal(pl.all().str.strip_chars() == "")).to_series()
    if not seems_blank.any():
        return None
    is_record = ~seems_blank
    for row in seems_blank.arg_true():
        cells = _cells(text[ends[row] + 1 : ends[row + 1]], separator)
        if any(map(str.strip, cells)):
            is_record[row] = True
    return is_record
