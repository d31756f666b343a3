"""Whether the workbook moves exactly as the program does: random assumptions, two engines.

For each random set the inputs of one workbook are changed; ``formulas`` and, where it is installed,
headless LibreOffice recompute it, and every result is compared with the program's own.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from assets.savings.arithmetic.corners import SIDES
from assets.savings.arithmetic.planned_cash import planned_figures
from benchmarks.studies.random_assumptions import random_set
from benchmarks.studies.recalculated_workbook import RecalculatedWorkbook
from data_contracts.assumptions import Assumptions, load_built_in
from reports.workbook.book import write_workbook
from reports.workbook.corner_names import INPUT, named

TOLERANCE = 1e-9
LARGEST_LIBREOFFICE_S = 120


def largest_difference(book: RecalculatedWorkbook, assumptions: Assumptions) -> float:
    """Return the largest relative difference between a workbook's results and the program's.

    Args:
        book: The recomputed workbook.
        assumptions: The set its inputs were changed to.
    """
    found: list[float] = [
        abs(value - book.value(named(f"result_{measure}", side))) / max(abs(value), 1e-9)
        for side in SIDES
        for measure, value in planned_figures(assumptions, side).items()
    ]
    return float(max(found))


def change_inputs(book: RecalculatedWorkbook, assumptions: Assumptions) -> None:
    """Put other numbers into the inputs of a workbook.

    Args:
        book: The workbook.
        assumptions: The set to take them from.
    """
    for name, each in assumptions.parameters.items():
        sheet, cell = book.names[f"{INPUT}{name}".upper()]
        row = cell.lstrip("B")
        for column, value in (("B", each.base), ("C", each.low), ("D", each.high)):
            book.cells[sheet, f"{column}{row}"] = float(value)


def in_libreoffice(path: Path, book: RecalculatedWorkbook, folder: Path) -> RecalculatedWorkbook:
    """Recompute a workbook in headless LibreOffice.

    Args:
        path: The workbook as written.
        book: The same with other inputs.
        folder: Scratch folder; LibreOffice keeps its settings in it.

    Returns:
        The workbook LibreOffice wrote.
    """
    changed = folder / "changed.xlsx"
    _with_inputs(path, book, changed)
    _always_recalculate(folder / "office")
    out = folder / "out"
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder / 'office'}",
            "--headless",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(out),
            str(changed),
        ],
        check=True,
        capture_output=True,
        timeout=LARGEST_LIBREOFFICE_S,
    )
    return RecalculatedWorkbook.read(out / "changed.xlsx")


def _with_inputs(path: Path, book: RecalculatedWorkbook, target: Path) -> None:
    """Write the file again with the inputs of ``book`` and every stored result left stale."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as written:
        for item in source.infolist():
            data = source.read(item.filename)
            if item.filename == "xl/worksheets/sheet2.xml":
                text = data.decode()
                for column in "BCD":
                    text = re.sub(
                        rf'(<c r="({column}\d+)" s="\d+"><v>)[^<]*(</v>)',
                        lambda m: f"{m[1]}{book.cells['Assumptions', m[2]]!r}{m[3]}",
                        text,
                    )
                data = text.encode()
            written.writestr(item, data)


def _always_recalculate(profile: Path) -> None:
    """Set LibreOffice to recalculate files of other programs on loading (OOXMLRecalcMode 0)."""
    user = profile / "user"
    user.mkdir(parents=True, exist_ok=True)
    (user / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        '<item oor:path="/org.openoffice.Office.Calc/Formula/Load">'
        '<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>'
        "</oor:items>",
        encoding="utf-8",
    )


def main() -> None:
    """Compare over random sets and print the largest difference of each engine."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=int, default=50, help="random sets of assumptions")
    parser.add_argument("--office-sets", type=int, default=50, help="of these, in LibreOffice")
    parser.add_argument("--seed", type=int, default=1000, help="seed of the first set")
    given = parser.parse_args()
    assumptions = load_built_in("tablets")
    worst: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = write_workbook(folder / "book.xlsx", assumptions)
        book = RecalculatedWorkbook.read(path)
        has_office = shutil.which("soffice") is not None and "NO_OFFICE" not in os.environ
        for number in range(given.sets):
            drawn = random_set(assumptions, given.seed + number)
            change_inputs(book, drawn)
            book.recalculate()
            engines = {"formulas": book}
            if has_office and number < given.office_sets:
                engines["LibreOffice"] = in_libreoffice(path, book, folder)
            for engine, found in engines.items():
                difference = largest_difference(found, drawn)
                worst[engine] = max(worst.get(engine, 0.0), difference)
            print(f"set {number + 1}: {worst}", flush=True)
    for engine, difference in worst.items():
        is_equal = "equal" if difference <= TOLERANCE else "DIFFERENT"
        print(f"{engine}: largest relative difference {difference:.2e}, {is_equal} to {TOLERANCE}")
    if not has_office:
        print("LibreOffice is not installed; it was left out.")


if __name__ == "__main__":
    main()
