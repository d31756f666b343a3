"""A workbook being written: sheets of labelled rows, one column per corner, every cell named.

Layout and formats live here, and nothing about money.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from assets.savings.arithmetic.corners import SIDES
from reports.workbook.corner_names import SUFFIX, TITLES
from reports.workbook.expression import Expression

LABEL_COLUMN, UNIT_COLUMN, FIRST_SIDE_COLUMN = 0, 1, 2
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "group": {"bold": True, "top": 1},
    "text": {"text_wrap": True, "valign": "top"},
    "input": {"bg_color": "#FFF8DC", "num_format": "#,##0.######"},
    "number": {"num_format": "#,##0.00####"},
    "money": {"num_format": "#,##0.00"},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "result": {"bold": True, "num_format": "#,##0.00####"},
}


class CornerSheet:
    """One sheet whose rows hold a figure at each corner of the assumptions.

    Args:
        book: The workbook of xlsxwriter.
        name: Name of the sheet.
        formats: Formats by name.
        title: What the sheet shows.
    """

    def __init__(self, book: Any, name: str, formats: Mapping[str, Any], title: str) -> None:
        """Open the sheet and write its head."""
        self._book, self._formats, self._name = book, formats, name
        self.sheet = book.add_worksheet(name)
        self.sheet.set_column(LABEL_COLUMN, LABEL_COLUMN, 58)
        self.sheet.set_column(UNIT_COLUMN, UNIT_COLUMN, 16)
        self.sheet.set_column(FIRST_SIDE_COLUMN, FIRST_SIDE_COLUMN + 30, 20)
        self.sheet.write_string(0, 0, title, formats["title"])
        self.row = 2
        self._write_head(["", "Unit", *(TITLES[side] for side in SIDES)])
        self.sheet.freeze_panes(3, 1)

    def _write_head(self, labels: Sequence[str]) -> None:
        for column, label in enumerate(labels):
            self.sheet.write_string(self.row, column, label, self._formats["head"])
        self.row += 1

    def group(self, label: str) -> None:
        """Start a group of rows."""
        self.row += 1
        self.sheet.write_string(self.row, LABEL_COLUMN, label, self._formats["group"])
        self.row += 1

    def add(
        self, label: str, unit: str, name: str, at: Mapping[str, Expression], style: str = "money"
    ) -> dict[str, Expression]:
        """Write one row and name its cells.

        Args:
            label: What the row shows.
            unit: Its unit.
            name: Name of the cells, completed by the corner.
            at: Corner -> expression.
            style: Format of the figures.

        Returns:
            Corner -> a reference to the cell written.
        """
        self.sheet.write_string(self.row, LABEL_COLUMN, label)
        self.sheet.write_string(self.row, UNIT_COLUMN, unit)
        found: dict[str, Expression] = {}
        for offset, side in enumerate(SIDES):
            column = FIRST_SIDE_COLUMN + offset
            cell = f"'{self._name}'!${chr(65 + column)}${self.row + 1}"
            self.sheet.write_formula(
                self.row, column, at[side].formula, self._formats[style], at[side].value
            )
            self._book.define_name(f"{name}{SUFFIX[side]}", f"={cell}")
            found[side] = Expression(f"{name}{SUFFIX[side]}", at[side].value)
        self.row += 1
        return found
