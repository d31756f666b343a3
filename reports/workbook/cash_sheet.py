"""Cash by lever and year, cumulative and within the year, each row a formula at three corners."""

from typing import Any

from assets.savings.arithmetic.cash_flow import LeverCash
from assets.savings.arithmetic.corners import SIDES
from data_contracts.assumptions import Assumptions
from reports.workbook.corner_names import values_of
from reports.workbook.expression import Expression, lifted
from reports.workbook.plan_sheets import ZERO, At, PlannedCash, PlannedCells
from reports.workbook.sheets import CornerSheet


def write_cash(
    sheet: CornerSheet, assumptions: Assumptions, cells: list[PlannedCells], years: int
) -> PlannedCash:
    """Write cumulative cash by lever and year, their sum, and cash within each year.

    Args:
        sheet: The sheet.
        assumptions: The set.
        cells: The levers.
        years: Years written; those beyond the horizon count as zero.

    Returns:
        The cells of all levers together.
    """
    totals: list[At] = [dict.fromkeys(SIDES, ZERO) for _ in range(years + 1)]
    for each in cells:
        sheet.group(f"{each.lever.title}: cash since the start")
        for year in range(years + 1):
            row = sheet.add(
                f"End of year {year}" if year else "At the start",
                "USD",
                f"lever_{each.lever.name}_cash_since_{year}",
                {side: _cumulative(each, side, year) for side in SIDES},
            )
            totals[year] = {side: totals[year][side] + row[side] for side in SIDES}
    sheet.group("All levers: cash since the start")
    first = sheet.row
    since = [
        sheet.add(
            f"End of year {year}" if year else "At the start", "USD", f"cash_since_{year}", at
        )
        for year, at in enumerate(totals)
    ]
    rows = (first, sheet.row - 1)
    sheet.group("All levers: cash within the year")
    horizon = values_of(assumptions, "base")("horizon_years")
    within = [sheet.add("At the start", "USD", "cash_year_0", since[0])]
    for year in range(1, years + 1):
        at = {
            side: _within_horizon(since[year][side] - since[year - 1][side], year, horizon)
            for side in SIDES
        }
        within.append(sheet.add(f"Year {year}", "USD", f"cash_year_{year}", at))
    return PlannedCash(since, within, rows)


def _cumulative(each: PlannedCells, side: str, year: int) -> Expression:
    parts = (each.one_off_usd, each.savings_usd, each.running_usd, each.start_years)
    cells: list[Any] = [part[side] for part in (*parts, each.ramp_years)]
    cash: LeverCash[Any] = LeverCash(*cells)
    return lifted(cash.cumulative_usd(year))


def _within_horizon(amount: Expression, year: int, horizon: Expression) -> Expression:
    text = f"IF({year}<={horizon.text},{amount.text},0)"
    return Expression(text, amount.value if year <= horizon.value else 0.0)
