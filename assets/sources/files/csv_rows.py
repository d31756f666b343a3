"""Reading one CSV file as text, knowing on which line every record stands.

A sound file is read fast, any other row by row; both give the same. Nothing is interpreted here: no
numbers, no dates, no blanks. Rows whose number of cells does not fit the header are kept apart,
because guessing which cell is missing would shift all the others.
"""

import csv
import io
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.sources.files.fast_rows import read_fast
from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile
from data_contracts.untrusted.limits import LONGEST_CSV_LINE_BYTES, MOST_COLUMNS

COMMON_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True)
class CsvRows:
    """The rows of a CSV file.

    Attributes:
        header: Names of all columns, trimmed.
        columns: Texts of the wanted columns by name.
        lines: Line of the file on which each row begins, counted from 1 with the header.
        misshapen: Line and cells of each row that has more or fewer cells than the header.
    """

    header: list[str]
    columns: dict[str, pl.Series]
    lines: pl.Series
    misshapen: list[tuple[int, list[str]]]


def read_csv_rows(path: Path, described: SourceFile, wanted: Collection[str]) -> CsvRows:
    """Read a CSV file as its profile describes it.

    Args:
        path: The file.
        described: Separator and encoding.
        wanted: Columns to keep; others are counted but not kept.

    Raises:
        SourceError: The file is empty, is not text in the stated encoding, is not CSV, has another
            separator, or names a column twice.
    """
    text = _text(path, described)
    fast = read_fast(text.encode(), described.separator, wanted)
    if fast is not None:
        header, columns, lines = fast
        return CsvRows(_header(path, described, header), columns, lines, [])
    return _read_carefully(path, text, described, wanted)


def _read_carefully(
    path: Path, text: str, described: SourceFile, wanted: Collection[str]
) -> CsvRows:
    """Read row by row, knowing where a quoted cell holds a line break and what is misshapen."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=described.separator, strict=True)
    header, kept = list[str](), list[int]()
    rows, lines, misshapen, start = list[list[str]](), list[int](), list[tuple[int, list[str]]](), 1
    try:
        for row in reader:
            line, start = start, reader.line_num + 1
            if not any(map(str.strip, row)):
                continue  # an empty line, or one of separators only, is no record
            if not header:
                header = _header(path, described, row)
                kept = [place for place, name in enumerate(header) if name in wanted]
            elif len(row) == len(header):
                rows.append([row[place] for place in kept])
                lines.append(line)
            else:
                misshapen.append((line, row))
    except csv.Error as error:
        raise SourceError(
            f"{path}, line {reader.line_num}: not readable as CSV ({error}); look for a quotation "
            "mark that is never closed, or export the file again."
        ) from error
    if not header:
        raise SourceError(f"{path} is empty: it has not even a header; export it again.")
    names = [header[place] for place in kept]
    texts = dict.fromkeys(names, ()) | dict(zip(names, zip(*rows, strict=True), strict=False))
    columns = {name: pl.Series(name, cells, dtype=pl.String) for name, cells in texts.items()}
    return CsvRows(header, columns, pl.Series(lines, dtype=pl.Int64), misshapen)


def read_csv_header(path: Path, described: SourceFile) -> list[str]:
    """Read only the header of a CSV file that is too long to be read whole.

    Raises:
        SourceError: As for ``read_csv_rows``, as far as the header shows it.
    """
    with path.open("rb") as stream:
        while line := stream.readline(LONGEST_CSV_LINE_BYTES):
            if (
                len(line) == LONGEST_CSV_LINE_BYTES
                or line.count(b"\0")
                or (line.count(described.separator.encode()) >= MOST_COLUMNS)
            ):
                raise SourceError(
                    f"{path}: the first line is no header: it has NUL bytes, more than "
                    f"{MOST_COLUMNS:,} columns, or no end. Export the file again."
                )
            text = _decoded(path, line, described).removeprefix("\ufeff")
            try:
                row = next(csv.reader([text], delimiter=described.separator), [])
            except csv.Error as error:  # a carriage return alone, within or without quotes
                raise SourceError(
                    f"{path}: the first line is no header of a CSV file ({error}). Export the file "
                    "again."
                ) from error
            if any(map(str.strip, row)):
                return _header(path, described, row)
    raise SourceError(f"{path} is empty; export it again.")


def _text(path: Path, described: SourceFile) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror or error}.") from error
    if not data.strip():
        raise SourceError(f"{path} is empty; export it again.")
    return _decoded(path, data, described).removeprefix("\ufeff")


def _decoded(path: Path, data: bytes, described: SourceFile) -> str:
    try:
        return data.decode(described.encoding)
    except UnicodeError as error:
        start = getattr(error, "start", 0)
        line = data.count(b"\n", 0, start) + 1
        raise SourceError(
            f"{path}, line {line}: not text in {described.encoding} (byte {start}); state "
            f"the encoding under 'encoding:' of {described.where}, such as cp1250 or latin-1."
        ) from error
    except LookupError as error:
        raise SourceError(
            f"{described.where}: Python knows no encoding '{described.encoding}'; write utf-8, "
            "cp1250 or latin-1, say."
        ) from error


def _header(path: Path, described: SourceFile, row: list[str]) -> list[str]:
    header = [name.strip() for name in row]
    if len(header) == 1:
        others = [sep for sep in COMMON_SEPARATORS if sep != described.separator]
        found = max(others, key=header[0].count)
        if header[0].count(found):
            name = COMMON_SEPARATORS.get(described.separator, repr(described.separator))
            raise SourceError(
                f"{path}: wrong separator: the header has no {name} but "
                f"{header[0].count(found)} times a {COMMON_SEPARATORS[found]}. State it under "
                f"'separator:' of {described.where}, or export with '{described.separator}'."
            )
    twice = sorted(name for name, times in Counter(header).items() if times > 1)
    if twice:
        raise SourceError(
            f"{path}: the header names {', '.join(map(repr, twice))} more than once; a column must "
            "have one name. Export the file again."
        )
    return header
