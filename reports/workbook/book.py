"""The whole workbook: summary, assumptions, ledger, levers, cash flows, scenarios, checks.

Inputs are the numbers in the ``value``, ``low`` and ``high`` columns of the assumptions; every
other figure is a formula over named cells. A run adds what its simulation found, marked as such.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time
from fractions import Fraction
from pathlib import Path
from typing import Any

from assets.savings.arithmetic.corners import SIDES
from data_contracts.assumption_schema.units import BOUNDED_BY_ONE
from data_contracts.assumptions import Assumptions
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import UsageError
from reports.whole_file import whole_file
from reports.wording import PRICE_ORIGINS
from reports.workbook.cash_sheet import write_cash
from reports.workbook.corner_names import INPUT, TITLES, named
from reports.workbook.expression import Expression
from reports.workbook.front_sheet import Front, open_front, write_chart, write_figures, write_words
from reports.workbook.inert_book import inert_workbook
from reports.workbook.plan_sheets import (
    At,
    PlannedCash,
    PlannedCells,
    write_ledger,
    write_levers,
    write_scenarios,
)
from reports.workbook.sheets import FORMATS, CornerSheet, set_print, style_of

FEWEST_YEARS = 15  # written, so that the horizon may be lengthened in the sheet
FIRST_INPUT_ROW = 3
PRINTED_COLUMNS = 8  # of the assumptions: name to date
NOTHING_IN_FRONT = Front()
HOW_TO_USE = (
    (
        "How to use it",
        (
            "Change a number in the yellow columns of the sheet Assumptions. Every figure of the "
            "sheets Ledger to Checks is a formula and follows, exactly as the program would "
            "compute it."
        ),
    ),
    (
        "Three columns",
        (
            "In force: every number at its value. Unfavourable and favourable: every number at the "
            "end that makes savings smaller or larger. All at once is rarer than any interval."
        ),
    ),
)
COLUMNS = (
    ("name", 44),
    ("value", 14),
    ("low", 14),
    ("high", 14),
    ("unit", 14),
    ("owner", 40),
    ("source", 70),
    ("date", 12),
    ("kind", 12),
    ("favourable", 12),
    ("unfavourable end", 16),
    ("favourable end", 16),
    ("what it means", 60),
    ("whose number", 24),
    ("stated in", 24),
)


def write_workbook(
    path: Path,
    assumptions: Assumptions,
    *,
    simulated: Sequence[Mapping[str, Any]] = (),
    notes: Iterable[str] = (),
    front: Front = NOTHING_IN_FRONT,
    is_priced: bool = True,
) -> Path:
    """Write the workbook of a set of assumptions.

    Args:
        path: File to write; an existing one is replaced.
        assumptions: The set; measured numbers stand in it as entries of kind ``measured``.
        simulated: Rows of ``economics.scenarios`` of the run, if there was one.
        notes: Sentences for the first sheet.
        front: What the first sheet opens with.
        is_priced: Whether anything is; else the workbook ends with the assumptions.

    Returns:
        The path.

    Raises:
        UsageError: The file is not named ``.xlsx``.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path}: a workbook ends in .xlsx; name the file so.")
    with whole_file(path) as draft, inert_workbook(str(draft)) as book:
        # The date of the newest assumption, never the clock: the same inputs, the same file.
        newest = max(each.as_of for each in assumptions.parameters.values())
        book.set_properties(
            {"title": assumptions.title, "created": datetime.combine(newest, time())}
        )
        formats = {name: book.add_format(style) for name, style in FORMATS.items()}
        first = open_front(book, formats, assumptions.title)
        row = write_words(first, formats, 2, list(front.words.items()))
        _write_assumptions(book, formats, assumptions)
        if is_priced:
            found, cash = _write_money(book, formats, assumptions)
            if front.drawn:
                row = write_figures(first, formats, row, front, found)
            if cash is not None and assumptions.levers:
                row = write_chart(book, first, row, cash, int(assumptions["horizon_years"].base))
        about = _about(assumptions, list(notes), front, is_priced=is_priced)
        write_words(first, formats, row, about)
        if is_priced and simulated:
            _write_simulated(book, formats, simulated)
    return path


def _write_money(
    book: Any, formats: Mapping[str, Any], assumptions: Assumptions
) -> tuple[dict[str, At], PlannedCash | None]:
    """Write ledger, levers, cash flows, scenarios and checks, all of them formulas."""
    ledger = CornerSheet(book, "Ledger", formats, "What one failed batch costs")
    totals = write_ledger(ledger, assumptions)
    levers = CornerSheet(book, "Levers", formats, "Levers, in the order they meet a batch", 2)
    cells = write_levers(levers, assumptions, totals)
    cash = None
    if {"horizon_years", "discount_rate"} <= set(assumptions.parameters):
        years = max(FEWEST_YEARS, math.ceil(float(assumptions["horizon_years"].high)))
        flows = CornerSheet(book, "Cash flows", formats, "Cash by year, undiscounted", 2)
        cash = write_cash(flows, assumptions, cells, years)
    results = CornerSheet(book, "Scenarios", formats, "Three corners of the assumptions")
    found = write_scenarios(results, assumptions, cells, cash)
    _write_checks(book, formats, assumptions, cells, found)
    return found, cash


def _about(
    assumptions: Assumptions, notes: list[str], front: Front, *, is_priced: bool
) -> list[tuple[str, str]]:
    """Return what the workbook is and how it is used, label and sentence."""
    rows = [("What this is", front.about or assumptions.statement)]
    if is_priced:
        rows += HOW_TO_USE
    basis = [(question.replace("_", " "), text) for question, text in assumptions.basis.items()]
    return [*rows, *basis, *(("Note", note) for note in notes)]


def _write_assumptions(book: Any, formats: Mapping[str, Any], assumptions: Assumptions) -> None:
    sheet = book.add_worksheet("Assumptions")
    sheet.write_string(0, 0, "Every number nobody computed here", formats["title"])
    for column, (label, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(FIRST_INPUT_ROW - 1, column, label, formats["head"])
    sheet.freeze_panes(FIRST_INPUT_ROW, 1)
    set_print(sheet, pages=3, head_rows=FIRST_INPUT_ROW)
    last = FIRST_INPUT_ROW + len(assumptions.parameters) - 1
    sheet.print_area(0, 0, last, PRINTED_COLUMNS - 1)
    for row, each in enumerate(assumptions.parameters.values(), start=FIRST_INPUT_ROW):
        sheet.write_string(row, 0, each.name)
        for column, value in ((1, each.base), (2, each.low), (3, each.high)):
            sheet.write_number(row, column, float(value), formats[_input_style(value, each.unit)])
        asked = each.origin == PriceOrigin.PLACEHOLDER
        owner = f"nobody yet (to be asked: {each.owner})" if asked else each.owner
        for column, text in ((4, each.unit), (5, owner), (6, each.source)):
            sheet.write_string(row, column, text, formats["text"])
        sheet.write_datetime(row, 7, datetime.combine(each.as_of, time()), formats["date"])
        sheet.write_string(row, 8, each.kind)
        sheet.write_string(row, 9, each.favourable)
        sheet.write_string(row, 12, each.description, formats["text"])
        sheet.write_string(row, 13, PRICE_ORIGINS.get(each.origin, each.origin), formats["text"])
        sheet.write_string(row, 14, each.stated_in, formats["text"])
        at = row + 1
        ends = {"unfavourable": (10, "C", "D"), "favourable": (11, "D", "C")}
        for side, (column, if_high, if_low) in ends.items():
            is_high = each.favourable == "high"
            end = each.low if (side == "unfavourable") == is_high else each.high
            sheet.write_formula(
                row,
                column,
                f'=IF($J{at}="high",${if_high}{at},${if_low}{at})',
                formats["number"],
                float(end),
            )
            letter = chr(65 + column)
            book.define_name(named(INPUT + each.name, side), f"=Assumptions!${letter}${at}")
        book.define_name(INPUT + each.name, f"=Assumptions!$B${at}")
        if each.unit in BOUNDED_BY_ONE:
            _limit(sheet, row, 0, 1)
        else:
            _limit(sheet, row, 0, None)


def _input_style(value: Fraction, unit: str) -> str:
    """Return the format of an input: whole dollars, whole numbers, or as many digits as matter."""
    if style_of(unit) == "money":
        return "input_money"
    return "input" if value.denominator == 1 else "input_fraction"


def _limit(sheet: Any, row: int, low: float, high: float | None) -> None:
    """Refuse, in the sheet itself, what the file reader would refuse."""
    rule: dict[str, Any] = {"validate": "decimal", "criteria": ">=", "value": low}
    if high is not None:
        rule = {"validate": "decimal", "criteria": "between", "minimum": low, "maximum": high}
    sheet.data_validation(row, 1, row, 3, rule)


def _write_checks(
    book: Any,
    formats: Mapping[str, Any],
    assumptions: Assumptions,
    cells: list[PlannedCells],
    found: Mapping[str, Mapping[str, Expression]],
) -> None:
    sheet = book.add_worksheet("Checks")
    set_print(sheet, pages=1)
    sheet.set_column(0, 0, 80)
    sheet.set_column(1, 1, 12)
    sheet.write_string(0, 0, "Every line must say TRUE", formats["title"])
    last = FIRST_INPUT_ROW + len(assumptions.parameters)
    span = f"{FIRST_INPUT_ROW + 1}:{{0}}{last}"
    low, value, high = (f"Assumptions!{c}{span.format(c)}" for c in ("C", "B", "D"))
    lines = [
        (
            "Low, value and high are in order",
            f"=SUMPRODUCT(--({low}>{value}))+SUMPRODUCT(--({value}>{high}))=0",
        ),
        ("No number is negative", f"=SUMPRODUCT(--({low}<0))=0"),
    ]
    for side in SIDES:
        title = TITLES[side].lower()
        if "baseline_failures_per_year" in found:
            prevented = found["prevented_failures_per_year"][side].text
            failures = found["baseline_failures_per_year"][side].text
            lines.append((f"No failure is saved twice ({title})", f"={prevented}<={failures}+1E-9"))
        net = found["annual_net_savings_usd"][side].text
        parts = "+".join(
            f"{each.savings_usd[side].text}-{each.running_usd[side].text}" for each in cells
        )
        lines.append(
            (f"Net savings are the sum over levers ({title})", f"=ABS({net}-({parts}))<=1E-6")
        )
    for row, (label, formula) in enumerate(lines, start=2):
        sheet.write_string(row, 0, label)
        sheet.write_formula(row, 1, formula, None, True)
    sheet.write_string(len(lines) + 3, 0, "All checks hold", formats["head"])
    sheet.write_formula(len(lines) + 3, 1, f"=AND(B3:B{len(lines) + 2})", formats["head"], True)
    book.define_name("all_checks_hold", f"=Checks!$B${len(lines) + 4}")


def _write_simulated(
    book: Any, formats: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Show what the run's simulation found; no formula can draw a hundred thousand cases."""
    sheet = book.add_worksheet("Simulated")
    set_print(sheet, pages=1, head_rows=3)
    sheet.set_column(0, 2, 34)
    sheet.set_column(3, 5, 18)
    sheet.set_column(6, 8, 24)
    sheet.write_string(
        0, 0, "What the run's simulation found: P10, P50 and P90, not formulas", formats["title"]
    )
    labels = ("scenario", "lever", "measure", "p10", "p50", "p90", "unit", "basis", "note")
    for column, label in enumerate(labels):
        sheet.write_string(2, column, label, formats["head"])
    for row, each in enumerate(rows, start=3):
        for column, label in enumerate(labels):
            value = each[label]
            if isinstance(value, float) and not math.isfinite(value):
                sheet.write_string(row, column, "never")
            elif value is not None:
                style = formats[style_of(str(each["unit"]))] if isinstance(value, float) else None
                sheet.write(row, column, value, style)
