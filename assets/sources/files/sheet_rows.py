"""Reading one sheet of an Excel workbook as text, every cell as it is stored.

Nothing is guessed: a column may hold numbers, dates, texts and errors side by side, and each cell
becomes the text of its own value. A number keeps every digit, an Excel error such as ``#N/A`` stays
what it is and is judged like any other text, so nothing turns blank in silence.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import polars as pl

from assets.sources.files.record_places import EXCEL_ERRORS_BY_NAME
from assets.sources.files.workbook import Sheet, letters, open_workbook
from data_contracts.errors import SourceError
from data_contracts.profile_schema.files import SourceFile

if TYPE_CHECKING:
    import fastexcel

_DAY_ZERO = {False: datetime(1899, 12, 31), True: datetime(1904, 1, 1)}  # noqa: DTZ001
_CLOCK = r"^(1899-12-3|1900-0[12]-|1904-0[12]-)\d+ \d\d:\d\d:\d\d"
_MIDNIGHT = r"^(\d{4}-\d\d-\d\d) 00:00:00$"


@dataclass(frozen=True)
class SheetRows:
    """The rows of a sheet.

    Attributes:
        sheet: Name of the sheet.
        header: Names of all columns, trimmed; one without a name that holds values is called by
            its letters, such as ``column H``.
        columns: Texts of the wanted columns by name, null where a cell is blank.
        rows: Row of the sheet each stands in, as Excel counts.
        errors: Row, column and text of each Excel error in the wanted columns.
        notes: What a reader should know: a hidden sheet, hidden rows.
    """

    sheet: str
    header: list[str]
    columns: dict[str, pl.Series]
    rows: pl.Series
    errors: list[tuple[int, str, str]]
    notes: tuple[str, ...]


def read_sheet_rows(
    path: Path, described: SourceFile, wanted: Collection[str] | None = None
) -> SheetRows:
    """Read a sheet as its profile describes it.

    Args:
        path: The workbook.
        described: The sheet and the row of its header.
        wanted: Columns to keep; None for all.

    Raises:
        SourceError: The file is no readable workbook, the sheet or its header is not there, a
            column is named twice, cells of a wanted column are merged, or a formula there has no
            stored value.
    """
    import fastexcel

    sheet = open_workbook(path, described)
    place = f"{path}, sheet '{sheet.name}'"
    try:
        book = fastexcel.read_excel(path)
        texts, errors = _texts(book, sheet, described.header_row - 1)
    except fastexcel.FastExcelError as error:
        reason = str(error).splitlines()[0]
        if isinstance(error, (fastexcel.InvalidParametersError, IndexError)):
            reason = f"it has no row {described.header_row}, where the profile says the header is"
        raise SourceError(
            f"{place} cannot be read: {reason}. Correct 'sheet:' or 'header_row:' of "
            f"{described.where}, or save the workbook again."
        ) from error
    names = _header(place, described, texts)
    kept = [name for name in names if wanted is None or name in wanted]
    places = {name: names[name] for name in kept}
    _require_plain(place, sheet, described, places)
    body = texts.slice(1)
    is_record = body.select(pl.any_horizontal(pl.all().str.strip_chars() != "")).to_series()
    is_record = is_record.fill_null(value=False)
    rows = pl.int_range(body.height, eager=True, dtype=pl.Int64) + described.header_row + 1
    exact = _exact(book, sheet, described.header_row, {n: body[str(p)] for n, p in places.items()})
    named = {number: name for name, number in places.items()}
    return SheetRows(
        sheet=sheet.name,
        header=list(names),
        columns={name: exact[name].filter(is_record) for name in kept},
        rows=rows.filter(is_record),
        errors=[(row, named[number], text) for row, number, text in errors if number in named],
        notes=_notes(place, sheet),
    )


def _texts(
    book: "fastexcel.ExcelReader", sheet: Sheet, skipped: int
) -> tuple[pl.DataFrame, list[tuple[int, int, str]]]:
    """Return every cell from the header on as text, columns named by number, and the errors."""
    loaded = book.load_sheet(sheet.name, header_row=None, skip_rows=skipped, dtypes="string")
    batch, problems = loaded.to_arrow_with_errors()
    numbers = [column.absolute_index for column in loaded.available_columns()]
    frame = pl.DataFrame(pl.from_arrow(batch))
    frame.columns = [str(number) for number in numbers]
    found = [
        (*problem.offset_position, _error_text(problem.detail))
        for problem in (problems.errors if problems else ())
    ]
    of_columns = defaultdict[int, dict[int, str]](dict)
    for row, place, text in found:
        of_columns[place][row] = text
    for place, cells in of_columns.items():
        column = frame.to_series(place).scatter(list(cells), list(cells.values()))
        frame = frame.with_columns(column)
    return frame, [(row + skipped + 1, numbers[place], text) for row, place, text in found]


def _error_text(detail: str) -> str:
    """Return an Excel error as Excel shows it; what else cannot be read in its own words."""
    name = re.search(r"Error\((\w+)\)", detail)
    if name is None:
        return detail.partition("got ")[2].strip("'")
    return EXCEL_ERRORS_BY_NAME.get(name[1], "#VALUE!")


def _header(place: str, described: SourceFile, texts: pl.DataFrame) -> dict[str, int]:
    """Return the columns' names, each with its number."""
    row = {int(column): (texts[column][0] or "").strip() for column in texts.columns}
    if not any(row.values()):
        raise SourceError(
            f"{place}: row {described.header_row} is empty; say in which row the header stands "
            f"under 'header_row:' of {described.where}."
        )
    below = texts.slice(1)
    has_values = below.select(pl.all().is_not_null().any()).row(0, named=True)
    names = dict[str, int]()
    for number, text in row.items():
        name = text or f"column {letters(number)}"
        if not text and not has_values[str(number)]:
            continue
        if name in names:
            raise SourceError(
                f"{place}: row {described.header_row} names '{name}' more than once "
                f"({letters(names[name])} and {letters(number)}); a column must have one name. "
                "Rename one, or point 'header_row:' at the row with single names."
            )
        names[name] = number
    return names


def _require_plain(place: str, sheet: Sheet, described: SourceFile, places: dict[str, int]) -> None:
    """Refuse what would be read as blank or as 0 though it is neither.

    Raises:
        SourceError: Below the header, cells of a wanted column are merged, or a formula has no
            stored value.
    """
    for block in sheet.merged:
        (first, _), (last, bottom) = block.first, block.last
        hit = [name for name, number in places.items() if first <= number <= last]
        if hit and bottom > described.header_row:
            raise SourceError(
                f"{place}: the cells {block} are merged (column '{hit[0]}'), and only the first of "
                "them holds a value; undo the merging and fill every cell."
            )
    named = {number: name for name, number in places.items()}
    unstored = [
        (column, row, text)
        for column, row, text in sheet.unstored
        if column in named and row > described.header_row
    ]
    if unstored:
        column, row, text = unstored[0]
        raise SourceError(
            f"{place}, row {row}, column '{named[column]}': the formula {text} has no stored value "
            f"(so have {len(unstored) - 1} others); open the workbook in Excel, let it compute, "
            "and save it."
        )


def _exact(
    book: "fastexcel.ExcelReader", sheet: Sheet, skipped: int, texts: dict[str, pl.Series]
) -> dict[str, pl.Series]:
    """Give numbers all their digits, and clock times and durations the form hours:minutes:seconds.

    As text a number has nine decimals and a time a day of its own; so both are read once more.
    """
    places = [int(text.name) for text in texts.values()]
    if not places or texts[next(iter(texts))].is_empty():
        return texts
    numbers = _read_as("float", book, sheet, skipped, places)
    clocks = [int(text.name) for text in texts.values() if text.str.contains(_CLOCK).any()]
    instants = _read_as("datetime", book, sheet, skipped, clocks) if clocks else {}
    exact = {}
    for name, text in texts.items():
        place = int(text.name)
        column = _with_all_digits(text, numbers[place])
        if place in instants:
            column = _with_clock_times(column, instants[place], numbers[place], sheet)
        exact[name] = column.str.replace(_MIDNIGHT, "$1").alias(name)
    return exact


def _read_as(
    kind: Literal["float", "datetime"],
    book: "fastexcel.ExcelReader",
    sheet: Sheet,
    skipped: int,
    places: list[int],
) -> dict[int, pl.Series]:
    """Read columns as one type, null where a cell is of another, by their number."""
    loaded = book.load_sheet(
        sheet.name, header_row=None, skip_rows=skipped, use_columns=places, dtypes=kind
    )
    frame = pl.DataFrame(pl.from_arrow(loaded.to_arrow()))
    return {
        info.absolute_index: frame.to_series(number)
        for number, info in enumerate(loaded.selected_columns)
    }


def _with_all_digits(text: pl.Series, number: pl.Series) -> pl.Series:
    read = text.cast(pl.Float64, strict=False)
    is_shortened = (read.is_not_null() & number.is_not_null() & (read != number)).fill_null(
        value=False
    )
    return number.cast(pl.String).zip_with(is_shortened, text)


def _with_clock_times(
    text: pl.Series, instant: pl.Series, number: pl.Series, sheet: Sheet
) -> pl.Series:
    is_clock = (text.str.contains(_CLOCK) & instant.is_not_null() & number.is_null()).fill_null(
        value=False
    )
    seconds = (instant - _DAY_ZERO[sheet.is_1904]).dt.total_seconds()
    parts = pl.DataFrame({"h": seconds // 3600, "m": seconds // 60 % 60, "s": seconds % 60})
    clock = parts.select(
        pl.format(
            "{}:{}:{}", *(pl.col(name).cast(pl.String).str.zfill(2) for name in parts.columns)
        )
    ).to_series()
    return clock.zip_with(is_clock, text)


def _notes(place: str, sheet: Sheet) -> tuple[str, ...]:
    notes = []
    if sheet.is_hidden:
        notes.append(f"{place}: the sheet is hidden in Excel; it was read because it is named.")
    if sheet.hidden_rows:
        notes.append(f"{place}: {sheet.hidden_rows} rows are hidden in Excel; they were read too.")
    return tuple(notes)
