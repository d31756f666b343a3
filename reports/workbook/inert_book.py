"""A workbook in which a text stays a text, whatever it begins with and whatever it holds."""

from typing import Any

from data_contracts.untrusted.inert_text import visible


def inert_workbook(path: str) -> Any:
    """Open a workbook to write in which no text becomes a formula or a link.

    Args:
        path: File to write.

    Returns:
        The workbook of xlsxwriter.
    """
    import xlsxwriter
    from xlsxwriter.worksheet import Worksheet

    class InertWorksheet(Worksheet):  # type: ignore[misc]
        def _write_string(self, row: int, col: int, string: str, cell_format: Any = None) -> Any:
            return super()._write_string(row, col, visible(string), cell_format)

    class InertWorkbook(xlsxwriter.Workbook):  # type: ignore[misc]
        worksheet_class = InertWorksheet

    return InertWorkbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
