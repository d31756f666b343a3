"""One sheet of a workbook as a delivered file: its rows as text, each with its place.

An Excel error in a column of texts would pass as a name, so such a row is set aside here; in any
other column the contract refuses the cell. How cells are read is in ``sheet_rows``.
"""

from collections.abc import Collection
from pathlib import Path

import polars as pl

from assets.sources.files.record_places import FILE_COLUMN, ROW_COLUMN, set_aside, sheet_place
from assets.sources.files.sheet_rows import SheetRows, read_sheet_rows
from data_contracts.profile_schema.files import SourceFile

ERROR_RULE = "excel_error"


def open_sheet(
    path: Path,
    name: str,
    described: SourceFile,
    wanted: Collection[str],
    text_columns: Collection[str],
) -> tuple[pl.DataFrame, pl.DataFrame, SheetRows]:
    """Read a sheet.

    Args:
        path: The workbook.
        name: Its path below the data folder.
        described: What the profile says about it.
        wanted: Columns to keep.
        text_columns: Columns that become texts of a raw table.

    Returns:
        The rows as text with their places; the rows set aside; and what was read.

    Raises:
        SourceError: As for ``read_sheet_rows``.
    """
    rows = read_sheet_rows(path, described, wanted)
    place = sheet_place(name, rows.sheet)
    frame = pl.DataFrame([*rows.columns.values(), rows.rows.alias(ROW_COLUMN)])
    faulty = {
        row: (column, text)
        for row, column, text in reversed(rows.errors)
        if column in text_columns and text not in described.null_tokens
    }
    is_faulty = frame[ROW_COLUMN].is_in(list(faulty))
    odd = []
    for cells in frame.filter(is_faulty).iter_rows(named=True):
        row = cells.pop(ROW_COLUMN)
        column, text = faulty[row]
        record = ", ".join(f"{key} = {value}" for key, value in cells.items() if value is not None)
        reason = f"the column '{column}' holds the Excel error {text} where a text is expected"
        odd.append((place, row, record, column, ERROR_RULE, text, reason))
    frame = frame.filter(~is_faulty).with_columns(pl.lit(place).alias(FILE_COLUMN))
    return frame, set_aside(odd), rows
