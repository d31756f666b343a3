"""What is known of an Excel workbook before its cells are read: sheets, merged cells, formulas.

Here belongs what the cells alone do not show, read from the parts of the .xlsx file. The cells are
read in ``sheet_rows``.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from assets.sources.files.bounds.workbook_bounds import require_modest_workbook
from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile

_OLE, _ENCRYPTED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CHUNK, _MOST_KEPT = 1 << 22, 1 << 26
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?hidden="(?:1|true)"')
# A cell with a formula: what is said of the cell, the formula, and the value stored with it.
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v[^>]*>([^<]*)<)?"
)
# What reading the parts of a damaged or encrypted archive ends in.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, ElementTree.ParseError, OSError, EOFError),
    *(LookupError, ValueError, NotImplementedError, RuntimeError),
)
_PLACE = re.compile(rb'(?:^|\s)r="([A-Z]+)(\d+)"')


@dataclass(frozen=True)
class Merged:
    """A block of merged cells; only its first cell holds a value.

    Attributes:
        first: Column (0 for A) and row (1 for the first) of its upper left cell.
        last: Column and row of its lower right cell.
    """

    first: tuple[int, int]
    last: tuple[int, int]

    def __str__(self) -> str:
        """Return the block as Excel writes it."""
        return ":".join(f"{letters(column)}{row}" for column, row in (self.first, self.last))


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook.

    Attributes:
        name: Its name.
        is_hidden: Whether Excel hides it.
        is_1904: Whether the workbook counts days from 1904.
        merged: Its merged blocks.
        unstored: Column, row and text of each formula whose value is not stored.
        hidden_rows: How many of its rows Excel hides.
    """

    name: str
    is_hidden: bool
    is_1904: bool
    merged: tuple[Merged, ...]
    unstored: tuple[tuple[int, int, str], ...]
    hidden_rows: int


def letters(column: int) -> str:
    """Return a column's letters: 0 is A, 26 is AA."""
    text, number = "", column + 1
    while number:
        number, place = divmod(number - 1, 26)
        text = chr(ord("A") + place) + text
    return text


def column_number(text: str) -> int:
    """Return the number of a column by its letters: A is 0."""
    number = 0
    for letter in text:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def open_workbook(path: Path, described: SourceFile) -> Sheet:
    """Find the sheet a profile means, and what its cells do not show.

    Args:
        path: The file.
        described: Which sheet.

    Raises:
        SourceError: The file is no .xlsx workbook or has a password, or the sheet is not there or
            not said.
    """
    try:
        require_modest_workbook(path)
        _require_workbook(path, described)
        with zipfile.ZipFile(path) as parts:
            book = ElementTree.fromstring(parts.read("xl/workbook.xml"))
            sheets = list(book.iter(f"{_MAIN}sheet"))
            chosen = _chosen(path, described, sheets)
            part = _part(parts, chosen.get(_ID, ""))
            properties, calculation = book.find(f"{_MAIN}workbookPr"), book.find(f"{_MAIN}calcPr")
            is_due = calculation is not None and _is_true(calculation.get("fullCalcOnLoad"))
            merged, unstored, hidden_rows = _scanned(parts, part, is_due=is_due)
    except _DAMAGE as error:
        raise SourceError(
            f"{path} is a damaged Excel workbook ({error}); save it again and deliver that."
        ) from error
    return Sheet(
        name=chosen.get("name", ""),
        is_hidden=_is_hidden(chosen),
        is_1904=properties is not None and _is_true(properties.get("date1904")),
        merged=merged,
        unstored=unstored,
        hidden_rows=hidden_rows,
    )


def _require_workbook(path: Path, described: SourceFile) -> None:
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as parts:
            if "xl/workbook.xml" in parts.namelist():
                return
        raise SourceError(f"{path} is no .xlsx workbook; save it as .xlsx in Excel.")
    data = path.read_bytes()
    if not data.strip():
        raise SourceError(f"{path} is empty; export it again.")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise SourceError(
                f"{path} is protected by a password and cannot be read; save a copy without one."
            )
        raise SourceError(f"{path} is an old .xls workbook; save it as .xlsx in Excel.")
    raise SourceError(
        f"{path} is no Excel workbook, whatever its name says, or is cut short; if it is text, say "
        f"'format: csv' in {described.where}, else save it as .xlsx again."
    )


def _chosen(
    path: Path, described: SourceFile, sheets: list[ElementTree.Element]
) -> ElementTree.Element:
    visible = [sheet for sheet in sheets if not _is_hidden(sheet)]
    listed = ", ".join(
        f"'{sheet.get('name')}'" + (" (hidden)" if _is_hidden(sheet) else "") for sheet in sheets
    )
    if described.sheet is None:
        if len(visible) == 1:
            return visible[0]
        raise SourceError(
            f"{path} has {len(visible)} visible sheets: say which one is meant under 'sheet:' of "
            f"{described.where}; there are: {listed}."
        )
    for sheet in sheets:
        if sheet.get("name") == described.sheet:
            return sheet
    raise SourceError(
        f"{path}: there is no sheet '{described.sheet}'; there are: {listed}. Correct 'sheet:' of "
        f"{described.where}."
    )


def _part(parts: zipfile.ZipFile, relation: str) -> str:
    """Return the name of the part that holds a sheet."""
    for entry in ElementTree.fromstring(parts.read("xl/_rels/workbook.xml.rels")):
        if entry.get("Id") == relation:
            target = entry.get("Target", "")
            return target.lstrip("/") if target.startswith("/") else f"xl/{target}"
    raise KeyError(f"the sheet '{relation}' has no part")


def _scanned(
    parts: zipfile.ZipFile, part: str, *, is_due: bool
) -> tuple[tuple[Merged, ...], tuple[tuple[int, int, str], ...], int]:
    """Return merged blocks, formulas without a stored value, and the number of hidden rows.

    Args:
        parts: The workbook.
        part: The sheet's part.
        is_due: Whether the workbook asks to be computed when it is opened: a stored 0 is then what
            programs write in place of a value.
    """
    merged, unstored, hidden_rows = list[Merged](), list[tuple[int, int, str]](), 0
    for text in _stretches(parts, part):
        hidden_rows += len(_HIDDEN_ROW.findall(text))
        for block in _MERGED.finditer(text):
            first = column_number(block[1].decode()), int(block[2])
            merged.append(Merged(first, (column_number(block[3].decode()), int(block[4]))))
        for cell in _FORMULA.finditer(text):
            place, value = _PLACE.search(cell[1]), (cell[3] or b"").strip()
            # A text may be stored as nothing at all; a number may not.
            is_stored = cell[3] is not None if b't="str"' in cell[1] else value not in {b"", b"0"}
            if place and not is_stored and (value != b"0" or is_due):
                formula = "=" + (cell[2] or b"...").decode("utf-8", "replace")
                unstored.append((column_number(place[1].decode()), int(place[2]), formula))
    return tuple(merged), tuple(unstored), hidden_rows


def _stretches(parts: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield a sheet in stretches of whole rows, so that memory stays bounded."""
    kept = b""
    with parts.open(part) as stream:
        while block := stream.read(_CHUNK):
            kept += block
            end = kept.rfind(b"row>") + len(b"row>")
            if end > len(b"row>") or len(kept) > _MOST_KEPT:
                end = end if end > len(b"row>") else len(kept)
                yield kept[:end]
                kept = kept[end:]
    yield kept


def _is_hidden(sheet: ElementTree.Element) -> bool:
    return sheet.get("state", "visible") != "visible"


def _is_true(text: str | None) -> bool:
    return text in {"1", "true"}
