"""Where a delivered record stood: its file, for a workbook the sheet in it, and its row.

Here belong the names of these columns, how a place is written, and what a workbook's cells hold
that is no value. Reading files does not.
"""

from collections.abc import Sequence

import polars as pl

FILE_COLUMN, ROW_COLUMN = "__source_file", "__source_row"
PLACE_COLUMNS = (FILE_COLUMN, ROW_COLUMN)
_SHEET = ", sheet "
EXCEL_ERRORS_BY_NAME = {
    "NA": "#N/A",
    "Div0": "#DIV/0!",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
    "GettingData": "#GETTING_DATA",
}
EXCEL_ERRORS = tuple(EXCEL_ERRORS_BY_NAME.values())
"""What Excel shows in a cell that could not be computed, and what its readers call it."""
_SET_ASIDE = {
    "source_file": pl.String,
    "source_row": pl.Int64,
    "record": pl.String,
    "column_name": pl.String,
    "rule": pl.String,
    "value": pl.String,
    "reason": pl.String,
}


def no_rows_set_aside() -> pl.DataFrame:
    """Return no rows that were set aside before mapping, in their columns."""
    return pl.DataFrame(schema=_SET_ASIDE)


def set_aside(rows: Sequence[tuple[str, int, str, str | None, str, str, str]]) -> pl.DataFrame:
    """Return rows that cannot become records.

    Args:
        rows: File, row, the row as text, the column at fault if there is one, the rule, the value
            at fault and the reason.
    """
    return pl.DataFrame(rows, schema=_SET_ASIDE, orient="row")


def sheet_place(file: str, sheet: str) -> str:
    """Return how a sheet of a workbook is named as the file of its records."""
    return f"{file}{_SHEET}{sheet}"


def files_of(places: pl.Series) -> pl.Series:
    """Return the files in which records stood, whatever their sheets."""
    return places.str.replace(rf"{_SHEET}.*$", "")
