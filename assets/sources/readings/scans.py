"""Delivered files of readings as one SQL relation, with the place of every row where it is asked.

A sheet of a workbook is read from the Parquet file its rows were kept in, for DuckDB reads no
workbooks; so is a CSV file that was made Parquet on arrival.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from assets.sources.readings.sql_text import listed, literal, quoted
from data_contracts.profile_schema.files import SourceFile

FILE_NUMBER, SHEET_ROW = "__file", "__source_row"


@dataclass(frozen=True)
class Scan:
    """How one delivered file is read.

    Attributes:
        header: Names of its columns in order.
        place: How refused readings name it.
        numeric: Columns that are numbers in the file itself, not texts.
        instants: Columns that are instants in the file itself.
        kept: The Parquet file that holds its rows, of a CSV file from its second line on; None
            where the file itself is read.
    """

    header: tuple[str, ...]
    place: str
    numeric: frozenset[str] = frozenset()
    instants: frozenset[str] = frozenset()
    kept: Path | None = None


Scans = Mapping[Path, Scan]
"""Delivered files by absolute path, in the order in which they count."""


def scan_sql(described: SourceFile, scans: Scans, *, with_rows: bool) -> str:
    """Return a SELECT over all rows of delivered files, columns as delivered.

    Args:
        described: What the profile says about the files.
        scans: The files.
        with_rows: Whether ``source_file``, ``source_row`` and the number of the file are given too
            (slower); the row of a CSV file is its line, with the header as line 1.
    """
    if with_rows:
        numbered = enumerate(scans.items())
        selects = [_numbered(described, place, path, scan) for place, (path, scan) in numbered]
    elif described.format == "xlsx":
        selects = [f"SELECT * EXCLUDE ({SHEET_ROW}) FROM {_kept(scan)}" for scan in scans.values()]
    elif described.format == "parquet":
        files = [scan.kept or path for path, scan in scans.items()]
        selects = [f"SELECT * FROM {_parquet(files)}"]
    else:
        alike: dict[tuple[str, ...], list[Path]] = {}
        for path, scan in scans.items():
            alike.setdefault(scan.header, []).append(path)
        selects = [f"SELECT * FROM {_csv(described, f, header)}" for header, f in alike.items()]
    return " UNION ALL BY NAME ".join(selects)


def _numbered(described: SourceFile, number: int, path: Path, scan: Scan) -> str:
    """One file with the place of every row; a CSV file is read by one thread to keep its order."""
    own = "*"
    if described.format == "xlsx":
        row, relation, own = SHEET_ROW, _kept(scan), f"* EXCLUDE ({SHEET_ROW})"
    elif described.format == "parquet":
        row = f"file_row_number + {1 if scan.kept is None else 2}"
        relation = _parquet([scan.kept or path], ", file_row_number = true")
        own = "* EXCLUDE (file_row_number)"
    else:
        row = "row_number() OVER () + 1"
        relation = _csv(described, [path], scan.header, ", parallel = false")
    return (
        f"SELECT {own}, {literal(scan.place)} AS source_file, {row} AS source_row, "
        f"{number} AS {FILE_NUMBER} FROM {relation}"
    )


def _kept(scan: Scan) -> str:
    return f"read_parquet({literal(str(scan.kept))})"


def _parquet(paths: Sequence[Path], options: str = "") -> str:
    return f"read_parquet({listed(paths)}, union_by_name = true{options})"


def _csv(
    described: SourceFile, paths: Sequence[Path], header: Sequence[str], options: str = ""
) -> str:
    """Every cell as text; nothing is guessed, so a row of another shape is an error."""
    columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in header)
    return (
        f"read_csv({listed(paths)}, auto_detect = false, header = true, columns = {{{columns}}}, "
        f"delim = {literal(described.separator)}, quote = '\"', escape = '\"', "
        f"encoding = {literal(described.encoding)}{options})"
    )


def all_columns(scans: Scans) -> frozenset[str]:
    """Return every column that some file has."""
    return frozenset(column for scan in scans.values() for column in scan.header)


def numeric_columns(scans: Scans) -> frozenset[str]:
    """Return the columns that are numbers in every file that has them."""
    return _everywhere(scans, {path: scan.numeric for path, scan in scans.items()})


def instant_columns(scans: Scans) -> frozenset[str]:
    """Return the columns that are instants in every file that has them."""
    return _everywhere(scans, {path: scan.instants for path, scan in scans.items()})


def _everywhere(scans: Scans, typed: Mapping[Path, frozenset[str]]) -> frozenset[str]:
    return frozenset(
        column
        for column in all_columns(scans)
        if all(column in typed[path] for path, scan in scans.items() if column in scan.header)
    )


def column_sql(name: str, described: SourceFile, numeric: frozenset[str]) -> str:
    """Return a delivered cell, trimmed, null where it means blank; Parquet has its own nulls."""
    if name in numeric or described.format == "parquet":
        return quoted(name)
    blanks = ", ".join(literal(token) for token in ("", *described.null_tokens))
    trimmed = f"trim({quoted(name)})"
    return f"CASE WHEN {trimmed} IN ({blanks}) THEN NULL ELSE {trimmed} END"
