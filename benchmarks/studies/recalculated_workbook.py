"""A workbook read back from its file and recomputed by an independent engine (``formulas``).

Cells and names are read from the file's XML; every formula is compiled once and evaluated anew when
an input changes. Nothing of the program's own arithmetic is used.
"""

import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(r"'?(?P<sheet>[^'!]+)'?!\$?(?P<column>[A-Z]+)\$?(?P<row>\d+)")
_RANGE = re.compile(
    r"^(?:'?(?P<sheet>[^'!]+)'?!)?(?P<c1>[A-Z]+)(?P<r1>\d+):(?P<c2>[A-Z]+)(?P<r2>\d+)$"
)


@dataclass
class RecalculatedWorkbook:
    """A workbook of one file.

    Attributes:
        cells: (sheet, cell) -> number or text; formulas hold the value stored in the file.
        formulas: (sheet, cell) -> formula text, in the order of the file.
        names: Defined name -> (sheet, cell).
    """

    cells: dict[tuple[str, str], Any] = field(default_factory=dict)
    formulas: dict[tuple[str, str], str] = field(default_factory=dict)
    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    _compiled: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "RecalculatedWorkbook":
        """Read a workbook.

        Args:
            path: An .xlsx file.
        """
        book = cls()
        with zipfile.ZipFile(path) as archive:
            shared = _shared_strings(archive)
            root = ElementTree.fromstring(archive.read("xl/workbook.xml"))
            targets = {
                each.attrib["Id"]: each.attrib["Target"]
                for each in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
            }
            for sheet in root.iter(f"{_MAIN}sheet"):
                file = f"xl/{targets[sheet.attrib[_LINK]].removeprefix('/xl/')}"
                book._read_sheet(sheet.attrib["name"], archive.read(file), shared)
            for name in root.iter(f"{_MAIN}definedName"):
                found = _CELL.fullmatch(name.text or "")
                if found:
                    cell = f"{found['column']}{found['row']}"
                    book.names[name.attrib["name"].upper()] = (found["sheet"], cell)
        return book

    def _read_sheet(self, name: str, data: bytes, shared: list[str]) -> None:
        for cell in ElementTree.fromstring(data).iter(f"{_MAIN}c"):
            key = (name, cell.attrib["r"])
            value, formula = cell.find(f"{_MAIN}v"), cell.find(f"{_MAIN}f")
            if formula is not None and formula.text:
                self.formulas[key] = formula.text
            if value is None or value.text is None:
                continue
            kind = cell.attrib.get("t")
            if kind == "s":
                self.cells[key] = shared[int(value.text)]
            elif kind == "b":
                self.cells[key] = value.text == "1"
            else:
                self.cells[key] = value.text if kind == "str" else float(value.text)

    def value(self, name: str) -> Any:
        """Return the value of a defined name."""
        return self.cells[self.names[name.upper()]]

    def recalculate(self) -> None:
        """Evaluate every formula, in the order of the file, which is that of dependence."""
        for key, text in self.formulas.items():
            self.cells[key] = self._evaluated(key[0], text)

    def _evaluated(self, sheet: str, text: str) -> Any:
        from formulas import Parser

        if text not in self._compiled:
            self._compiled[text] = Parser().ast(f"={text}")[1].compile()
        function = self._compiled[text]
        found = function(*(self._input(sheet, name) for name in function.inputs))
        found = np.asarray(getattr(found, "value", found))
        return found.ravel()[0] if found.size else None

    def _input(self, sheet: str, name: str) -> Any:
        if name in self.names:
            return self.cells[self.names[name]]
        titles = {title.upper(): title for title, _ in self.cells}
        spans = _RANGE.match(name)
        if spans:
            here = titles[spans["sheet"]] if spans["sheet"] else sheet
            rows = range(int(spans["r1"]), int(spans["r2"]) + 1)
            return np.array([[self.cells.get((here, f"{spans['c1']}{row}"), 0)] for row in rows])
        return self.cells[sheet, name]


def _shared_strings(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
    return ["".join(part.text or "" for part in each.iter(f"{_MAIN}t")) for each in root]
