"""A workbook being written: sheets of labelled rows, one column per corner, every cell named.

Layout and formats live here, and nothing about money.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from assets.savings.arithmetic.corners import SIDES
from reports.workbook.corner_names import SUFFIX, TITLES
from reports.workbook.expression import Expression

MONEY, NUMBER, SHARE = "#,##0", "#,##0.00", "0.0%"
LABEL_COLUMN, UNIT_COLUMN, FIRST_SIDE_COLUMN = 0, 1, 2
FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "label": {"bold": True, "text_wrap": True, "valign": "top"},
    "group": {"bold": True, "top": 1},
    "text": {"text_wrap": True, "valign": "top"},
    "input": {"bg_color": "#FFF8DC"},
    "input_money": {"bg_color": "#FFF8DC", "num_format": MONEY},
    "input_fraction": {"bg_color": "#FFF8DC", "num_format": "0.0#####"},
    "number": {"num_format": NUMBER},
    "money": {"num_format": MONEY},
    "share": {"num_format": SHARE},
    "date": {"num_format": "yyyy-mm-dd", "align": "left"},
    "result_number": {"bold": True, "num_format": NUMBER},
    "result_money": {"bold": True, "num_format": MONEY},
    "result_share": {"bold": True, "num_format": SHARE},
}
A4 = 9  # as a spreadsheet numbers paper


def style_of(unit: str) -> str:
    """Return the format of a figure by its unit: dollars in whole ones, shares in percent."""
    if unit.startswith("USD"):
        return "money"
    return "share" if unit.partition("/")[0] in ("share", "probability") else "number"


def set_print(sheet: Any, *, pages: int, head_rows: int = 0) -> None:
    """Set a sheet up to print in landscape, as wide as the paper, on at most so many pages.

    Args:
        sheet: The sheet.
        pages: Pages it may take.
        head_rows: Rows at the top that are repeated on each page.
    """
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, pages)
    sheet.set_footer("&L&A&RPage &P of &N")
    if head_rows:
        sheet.repeat_rows(0, head_rows - 1)


class CornerSheet:
    """One sheet whose rows hold a figure at each corner of the assumptions.

    Args:
        book: The workbook of xlsxwriter.
        name: Name of the sheet.
        formats: Formats by name.
        title: What the sheet shows.
    """

    def __init__(
        self, book: Any, name: str, formats: Mapping[str, Any], title: str, pages: int = 1
    ) -> None:
        """Open the sheet, write its head and set it up to print on so many pages."""
        self._book, self._formats, self._name = book, formats, name
        self.sheet = book.add_worksheet(name)
        self.sheet.set_column(LABEL_COLUMN, LABEL_COLUMN, 58)
        self.sheet.set_column(UNIT_COLUMN, UNIT_COLUMN, 16)
        self.sheet.set_column(FIRST_SIDE_COLUMN, FIRST_SIDE_COLUMN + 30, 20)
        self.sheet.write_string(0, 0, title, formats["title"])
        self.row = 2
        self._write_head(["", "Unit", *(TITLES[side] for side in SIDES)])
        self.sheet.freeze_panes(3, 1)
        set_print(self.sheet, pages=pages, head_rows=3)

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
        self,
        label: str,
        unit: str,
        name: str,
        at: Mapping[str, Expression],
        *,
        is_result: bool = False,
    ) -> dict[str, Expression]:
        """Write one row and name its cells.

        Args:
            label: What the row shows.
            unit: Its unit.
            name: Name of the cells, completed by the corner.
            at: Corner -> expression.
            is_result: Whether it is what the sheet is for, and stands out.

        Returns:
            Corner -> a reference to the cell written.
        """
        self.sheet.write_string(self.row, LABEL_COLUMN, label)
        self.sheet.write_string(self.row, UNIT_COLUMN, unit)
        found: dict[str, Expression] = {}
        style = f"result_{style_of(unit)}" if is_result else style_of(unit)
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
