"""Ledger, levers and scenarios, each row a formula at three corners.

The formulas are written by the functions that compute the program's own figures: they are handed
expressions instead of numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from assets.savings.arithmetic.corners import SIDES
from assets.savings.arithmetic.failure_cost import (
    SINGLE_COST,
    category_usd,
    failure_cost_usd,
    manufacturing_cost_usd,
)
from assets.savings.arithmetic.lever_cost import one_off_cost_usd, shared_cost_usd
from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.arithmetic.lever_kinds.lever_alone import LeverExposure
from assets.savings.arithmetic.lever_value import lever_value
from assets.savings.arithmetic.planned_levers import ALL_FAILURES, failures_met, planned
from data_contracts.assumptions import Assumptions, Lever
from reports.workbook.corner_names import values_of
from reports.workbook.expression import Expression, larger, lifted
from reports.workbook.sheets import CornerSheet

At = dict[str, Expression]
Add = Callable[[str, str, str, At], None]
ZERO = Expression("0", 0.0)
_ZERO: Any = ZERO  # stands in for a number where money is computed
FIGURES = (
    ("prevented_failures", "Failures prevented", "failures/year"),
    ("failure_usd", "Cash saved on failures", "USD/year"),
    ("direct_usd", "Cash saved directly", "USD/year"),
    ("allocated_usd", "Allocated cost set free (not cash)", "USD/year"),
    ("false_alarm_usd", "False alarms", "USD/year"),
)


@dataclass(frozen=True)
class PlannedCells:
    """The cells of one lever that later sheets refer to, each by corner."""

    lever: Lever
    figures: Mapping[str, At]
    savings_usd: At
    running_usd: At
    one_off_usd: At
    start_years: At
    ramp_years: At


@dataclass(frozen=True)
class PlannedCash:
    """The cells of the programme's cash, one row per year from the start on.

    Attributes:
        since: Cash since the start.
        within: Cash within the year.
        rows: First and last row of ``since`` on its sheet, counted from 0.
    """

    since: list[At]
    within: list[At]
    rows: tuple[int, int]


def each_side(make: Callable[[str], Any]) -> At:
    """Return an expression per corner."""
    return {side: lifted(make(side)) for side in SIDES}


def write_ledger(sheet: CornerSheet, assumptions: Assumptions) -> dict[str, dict[str, str]]:
    """Write what one failed batch costs.

    Args:
        sheet: The sheet.
        assumptions: The set; one without a ledger states a single cost.

    Returns:
        Corner -> text of a total -> name of its cell, to shorten later formulas with.
    """
    names: dict[str, dict[str, str]] = {side: {} for side in SIDES}
    if not assumptions.ledger and SINGLE_COST not in assumptions.parameters:
        return names
    sheet.group("One failed batch, by category")
    for category in assumptions.ledger:
        sheet.add(
            f"{category.name.replace('_', ' ')} ({category.paf.replace('_', ' ')}, "
            f"{'avoidable' if category.is_avoidable else 'allocated'})",
            "USD/batch",
            f"ledger_{category.name}",
            {s: lifted(category_usd(category, values_of(assumptions, s))) for s in SIDES},
        )
    sheet.group("Totals")
    totals = {
        "ledger_full_cost": lambda side: failure_cost_usd(
            assumptions, values_of(assumptions, side), is_avoidable_only=False
        ),
        "ledger_avoidable_cost": lambda side: failure_cost_usd(
            assumptions, values_of(assumptions, side), is_avoidable_only=True
        ),
    }
    if assumptions.ledger:
        totals["ledger_spent_on_batch"] = lambda side: manufacturing_cost_usd(
            assumptions, values_of(assumptions, side)
        )
    labels = {
        "ledger_full_cost": "Cost of one failed batch",
        "ledger_avoidable_cost": "Of that, avoidable cash",
        "ledger_spent_on_batch": "Of that, spent along the stages",
    }
    for name, make in totals.items():
        at = each_side(make)
        found = sheet.add(labels[name], "USD/batch", name, at)
        for side in SIDES:
            names[side].setdefault(at[side].text, found[side].text)
    return names


def write_levers(
    sheet: CornerSheet, assumptions: Assumptions, totals: dict[str, dict[str, str]]
) -> list[PlannedCells]:
    """Write every lever in chain order, each on the failures the ones before it left.

    Args:
        sheet: The sheet.
        assumptions: The set.
        totals: What ``write_ledger`` returned.
    """
    kept: dict[str, At] = {}
    found: list[PlannedCells] = []
    claimed = [lever for lever in assumptions.levers if "payback" in lever.uses]
    for lever in [*planned(assumptions.levers), *claimed]:
        sheet.group(f"{lever.title} (tier {lever.tier}, gate {lever.planning_gate})")
        alone = {side: _alone(assumptions, lever, side) for side in SIDES}
        short = {
            name: {
                side: lifted(getattr(alone[side], name)).shortened(totals[side]) for side in SIDES
            }
            for name in (*(figure for figure, _, _ in FIGURES), "unresolved_share")
        }
        reached = sheet.add(
            "Share of failures left by levers before it",
            "share",
            f"lever_{lever.name}_left",
            _left(kept, failures_met(lever)),
        )
        scaled = frozenset({"prevented_failures", "failure_usd", "allocated_usd"})
        figures = {
            name: sheet.add(
                label,
                unit,
                f"lever_{lever.name}_{name}",
                {
                    side: short[name][side] * reached[side] if name in scaled else short[name][side]
                    for side in SIDES
                },
            )
            for name, label, unit in FIGURES
        }
        found.append(_programme(sheet, assumptions, lever, figures))
        if kind_of(lever).acts_on_failures:
            unresolved = sheet.add(
                "Share of failures it leaves",
                "share",
                f"lever_{lever.name}_leaves",
                short["unresolved_share"],
            )
            met = failures_met(lever)
            before = kept.get(met, each_side(lambda _: 1))
            kept[met] = {side: before[side] * unresolved[side] for side in SIDES}
    return found


def _left(kept: Mapping[str, At], met: str) -> At:
    """Share of the failures a lever meets that levers before it left: of all, and of its own."""
    one = each_side(lambda _: 1)
    of_all, of_own = kept.get(ALL_FAILURES, one), kept.get(met, one)
    return of_all if met == ALL_FAILURES else {s: of_all[s] * of_own[s] for s in SIDES}


def _alone(assumptions: Assumptions, lever: Lever, side: str) -> Any:
    values = values_of(assumptions, side)
    rate = failures_met(lever)
    failing = values(rate) if rate in assumptions.parameters else _ZERO
    exposure: LeverExposure[Any] = LeverExposure(values("batches_per_year"), failing, {})
    return lever_value(assumptions, lever, lever.planning_gate, values, exposure)


def _programme(
    sheet: CornerSheet, assumptions: Assumptions, lever: Lever, figures: Mapping[str, At]
) -> PlannedCells:
    def role(name: str) -> At:
        if name not in lever.uses:
            return each_side(lambda _: 0)
        return each_side(lambda side: values_of(assumptions, side)(lever.uses[name]))

    name = f"lever_{lever.name}"
    savings = {side: figures["failure_usd"][side] + figures["direct_usd"][side] for side in SIDES}
    run = each_side(
        lambda side: shared_cost_usd(lever, "run_cost", values_of(assumptions, side), _ZERO)
    )
    running = {side: run[side] + figures["false_alarm_usd"][side] for side in SIDES}
    one_off = each_side(lambda side: one_off_cost_usd(lever, values_of(assumptions, side), _ZERO))
    if "payback" in lever.uses:  # the one cost the source does not give is solved for
        one_off = {
            side: larger(savings[side] - running[side], 0) * role("payback")[side] / 12
            for side in SIDES
        }
    years = {
        key: {side: role(key)[side] / 12 for side in SIDES}
        for key in ("implementation_time", "ramp_time")
    }
    return PlannedCells(
        lever=lever,
        figures=figures,
        savings_usd=sheet.add("Savings at full effect", "USD/year", f"{name}_savings_usd", savings),
        running_usd=sheet.add(
            "Run cost and false alarms", "USD/year", f"{name}_running_usd", running
        ),
        one_off_usd=sheet.add("One-off cost", "USD", f"{name}_one_off_usd", one_off),
        start_years=sheet.add(
            "In use after", "years", f"{name}_start_years", years["implementation_time"]
        ),
        ramp_years=sheet.add(
            "Then to full effect in", "years", f"{name}_ramp_years", years["ramp_time"]
        ),
    )


def write_scenarios(
    sheet: CornerSheet,
    assumptions: Assumptions,
    cells: list[PlannedCells],
    cash: PlannedCash | None,
) -> dict[str, At]:
    """Write the results at three corners.

    Args:
        sheet: The sheet.
        assumptions: The set.
        cells: The levers.
        cash: What ``write_cash`` returned; None for a set that states no discount rate.

    Returns:
        Measure -> its cells.
    """
    found: dict[str, At] = {}

    def add(measure: str, label: str, unit: str, at: At) -> None:
        found[measure] = sheet.add(label, unit, f"result_{measure}", at, is_result=True)

    if "failure_rate" in assumptions.parameters:
        sheet.group("What failures cost today")
        _add_baseline(add, assumptions, found)
    sheet.group("What the levers change")
    for measure, label, unit, rows in _lever_measures(cells):
        add(measure, label, unit, _total(rows))
    savings, costs = found["annual_savings_usd"], found["annual_programme_cost_usd"]
    net = {side: savings[side] - costs[side] for side in SIDES}
    add("annual_net_savings_usd", "Net savings at full effect", "USD/year", net)
    sheet.group("Cash")
    add("implementation_cost_usd", "One-off cost", "USD", _total([e.one_off_usd for e in cells]))
    if cash is None:
        return found
    since, within = cash.since, cash.within
    add("first_year_net_savings_usd", "Cash within year 1", "USD", within[1])
    rate = _named_at(assumptions, "discount_rate")
    add("npv_usd", "Net present value", "USD", {s: _npv(within, rate[s], s) for s in SIDES})
    horizon = values_of(assumptions, "base")("horizon_years")
    payback = {side: _payback(since, side, horizon) for side in SIDES}
    add("payback_months", "Payback (-1: not within the horizon)", "months", payback)
    return found


def _add_baseline(add: Add, assumptions: Assumptions, found: dict[str, At]) -> None:
    """Failures a year and what they cost, all of it and the avoidable cash."""
    batches = _named_at(assumptions, "batches_per_year")
    share = _named_at(assumptions, "failure_rate")
    failures = {side: batches[side] * share[side] for side in SIDES}
    add("baseline_failures_per_year", "Failures a year", "failures/year", failures)
    failures = found["baseline_failures_per_year"]
    for measure, label, cell, is_avoidable in (
        ("baseline_loss_usd_per_year", "Their cost", "ledger_full_cost", False),
        (
            "baseline_avoidable_loss_usd_per_year",
            "Of that, avoidable cash",
            "ledger_avoidable_cost",
            True,
        ),
    ):
        costs = {side: _cell(cell, side, assumptions, is_avoidable) for side in SIDES}
        add(measure, label, "USD/year", {side: failures[side] * costs[side] for side in SIDES})


def _lever_measures(cells: list[PlannedCells]) -> list[tuple[str, str, str, list[At]]]:
    """Measure, label, unit and the cells of every lever that are summed."""
    return [
        (
            "prevented_failures_per_year",
            "Failures prevented",
            "failures/year",
            [each.figures["prevented_failures"] for each in cells],
        ),
        (
            "annual_savings_usd",
            "Savings at full effect, before cost",
            "USD/year",
            [each.savings_usd for each in cells],
        ),
        (
            "annual_allocated_cost_freed_usd",
            "Allocated cost set free (not cash)",
            "USD/year",
            [each.figures["allocated_usd"] for each in cells],
        ),
        (
            "annual_programme_cost_usd",
            "Run cost and false alarms",
            "USD/year",
            [each.running_usd for each in cells],
        ),
    ]


def _named_at(assumptions: Assumptions, name: str) -> At:
    return each_side(lambda side: values_of(assumptions, side)(name))


def _total(rows: list[At]) -> At:
    return {side: lifted(sum((row[side] for row in rows), start=ZERO)) for side in SIDES}


def _cell(name: str, side: str, assumptions: Assumptions, is_avoidable_only: bool) -> Expression:
    from reports.workbook.corner_names import named

    value = failure_cost_usd(
        assumptions, values_of(assumptions, side), is_avoidable_only=is_avoidable_only
    )
    return replace(lifted(value), text=named(name, side), rank=3)


def _npv(within: list[At], rate: Expression, side: str) -> Expression:
    parts = [f"{row[side].text}/(1+{rate.text})^{year}" for year, row in enumerate(within)]
    value = sum(row[side].value / (1 + rate.value) ** year for year, row in enumerate(within))
    return Expression("+".join(parts), value, 1)


def _payback(since: list[At], side: str, horizon: Expression) -> Expression:
    """Nest one IF per year: the first in which cumulative cash turns, straight within the year."""
    text, value = "-1", -1.0
    for year in range(len(since) - 1, 0, -1):
        before, after = since[year - 1][side], since[year][side]
        months = f"({year - 1}-{before.text}/({after.text}-{before.text}))*12"
        text = f"IF(AND({year}<={horizon.text},{after.text}>=0),{months},{text})"
        if year <= horizon.value and after.value >= 0 and after.value != before.value:
            value = (year - 1 - before.value / (after.value - before.value)) * 12
    start = since[0][side]
    text = f"IF({start.text}>=0,0,{text})"
    return Expression(text, 0.0 if start.value >= 0 else value)
