"""The first sheet: page one in words, page one in figures beside the live model, cash over time.

What the draws of the run came to is pasted, and says so; beside it stands the same figure with
every number at its value in force, which is a formula. The difference between them is a line too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reports.workbook.expression import Expression
from reports.workbook.plan_sheets import PlannedCash
from reports.workbook.sheets import set_print, style_of

SHEET = "Summary"
CHART_ROWS = 16
HEADS = ("", "Unit", "Page one: P50", "P10", "P90", "In force (live)", "Live less P50")
WIDTHS = (34, 14, 18, 18, 18, 18, 18)
LINES = (
    ("annual_net_savings_usd", "Worth a year, net"),
    ("implementation_cost_usd", "Costs once"),
    ("payback_months", "Pays back after"),
    ("npv_usd", "Net present value"),
    ("prevented_failures_per_year", "Failures prevented a year"),
    ("baseline_failures_per_year", "Failures a year today"),
    ("baseline_loss_usd_per_year", "What they cost a year"),
)
WHY_THEY_DIFFER = (
    "Page one gives the middle of the draws over every range, and what the count leaves open. In "
    "force is one calculation with every number at its value. Ranges are skewed, and middles do "
    "not multiply, so the two differ by what the last column says. A changed assumption moves the "
    "live column only; run again to draw anew."
)


@dataclass(frozen=True)
class Front:
    """What the first sheet says beside the set's own words.

    Attributes:
        words: Answers by their label, in order.
        about: What the workbook is, in place of the set's statement; "" keeps that.
        drawn: Measure -> P10, P50, P90 of the run's base scenario, and the unit.
    """

    words: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    drawn: Mapping[str, tuple[float, float, float, str]] = field(default_factory=dict)


def write_words(
    sheet: Any, formats: Mapping[str, Any], first: int, rows: Sequence[tuple[str, str]]
) -> int:
    """Write labelled sentences.

    Args:
        sheet: The first sheet.
        formats: Formats by name.
        first: The first free row.
        rows: Label and sentence.

    Returns:
        The next free row.
    """
    for row, (label, text) in enumerate(rows, start=first):
        sheet.write_string(row, 0, label[0].upper() + label[1:], formats["label"])
        sheet.merge_range(row, 1, row, len(WIDTHS) - 1, "", formats["text"])
        sheet.write_string(row, 1, text, formats["text"])
        sheet.set_row(row, 15 * (1 + len(text) // 105))
    return first + len(rows) + 1


def open_front(book: Any, formats: Mapping[str, Any], title: str) -> Any:
    """Open the first sheet, set up to print on one page.

    Args:
        book: The workbook.
        formats: Formats by name.
        title: Title of the set.

    Returns:
        The sheet; its first free row is 2.
    """
    sheet = book.add_worksheet(SHEET)
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title, formats["title"])
    set_print(sheet, pages=1)
    sheet.set_portrait()
    return sheet


def write_figures(
    sheet: Any,
    formats: Mapping[str, Any],
    row: int,
    front: Front,
    found: Mapping[str, Mapping[str, Expression]],
) -> int:
    """Write what the draws came to beside the live model.

    Args:
        sheet: The first sheet.
        formats: Formats by name.
        row: The first free row.
        front: What the run drew.
        found: Measure -> its live cells by corner.

    Returns:
        The next free row.
    """
    for column, head in enumerate(HEADS):
        sheet.write_string(row, column, head, formats["head"])
    for measure, label in LINES:
        if measure not in front.drawn or measure not in found:
            continue
        row += 1
        low, middle, high, unit = front.drawn[measure]
        style = formats[style_of(unit)]
        sheet.write_string(row, 0, label)
        sheet.write_string(row, 1, unit)
        for column, value in ((2, middle), (3, low), (4, high)):
            _write(sheet, row, column, value, style)
        live = found[measure]["base"]
        sheet.write_formula(row, 5, live.formula, style, live.value)
        text = f'=IF(ISNUMBER(C{row + 1}),F{row + 1}-C{row + 1},"")'
        is_number = abs(middle) != float("inf")
        sheet.write_formula(row, 6, text, style, live.value - middle if is_number else "")
    row += 2
    sheet.merge_range(row, 0, row, len(WIDTHS) - 1, "", formats["text"])
    sheet.write_string(row, 0, WHY_THEY_DIFFER, formats["text"])
    sheet.set_row(row, 45)
    return row + 2


def _write(sheet: Any, row: int, column: int, value: float, style: Any) -> None:
    if abs(value) == float("inf"):
        sheet.write_string(row, column, "never")
    else:
        sheet.write_number(row, column, value, style)


def write_chart(book: Any, sheet: Any, row: int, cash: PlannedCash, years: int) -> int:
    """Draw cash since the start at three corners, live, until the horizon.

    Args:
        book: The workbook.
        sheet: The first sheet.
        row: Row at which the chart begins.
        cash: The cells of the programme's cash.
        years: Years of the horizon.

    Returns:
        The next free row.
    """
    chart = book.add_chart({"type": "line"})
    first = cash.rows[0]
    last = min(first + years, cash.rows[1])
    for column, (name, colour) in enumerate(
        (("Unfavourable", "#C4570A"), ("In force", "#0B5A8F"), ("Favourable", "#7FB8DE")), start=2
    ):
        chart.add_series(
            {
                "name": name,
                "categories": ["Cash flows", first, 0, last, 0],
                "values": ["Cash flows", first, column, last, column],
                "line": {"color": colour, "width": 2},
            }
        )
    chart.set_title({"name": "Cash since the start", "name_font": {"size": 11}})
    chart.set_y_axis({"num_format": "$#,##0,K", "label_position": "low"})
    chart.set_x_axis({"label_position": "low", "num_font": {"rotation": -45}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 980, "height": CHART_ROWS * 20})
    sheet.insert_chart(row, 0, chart)
    return row + CHART_ROWS + 1
