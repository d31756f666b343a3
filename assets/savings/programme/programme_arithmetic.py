"""What the programme is worth a year, multiplied out: every factor beside its product.

Every number stands at its base, measured ones at their median, as in the workbook's column In
force; nothing is drawn. The middle of the draws lies elsewhere, because ranges are skewed and a
product of middles is not the middle of products: the last lines say by how much.
"""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

import polars as pl

from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.planned_cash import planned_figures
from assets.savings.arithmetic.planned_levers import PlannedLever, failures_met, planned_levers
from assets.savings.levers.lever_decisions import ALL_LEVERS
from assets.savings.programme.plan_inputs import measured_assumptions, planned_name
from data_contracts.assumptions import Assumptions
from data_contracts.tables import table

PROGRAMME_ARITHMETIC = "economics.programme_arithmetic"
HEADLINE = (
    (pl.col("scenario") == "base")
    & (pl.col("lever") == ALL_LEVERS)
    & (pl.col("measure") == "annual_net_savings_usd")
    & (pl.col("basis") != "refused")
)
Line = tuple[str, Fraction | float, str]
MONEY = "USD/year"


def programme_arithmetic(
    assumptions: Assumptions, plan_inputs: pl.DataFrame, scenarios: pl.DataFrame
) -> pl.DataFrame:
    """Multiply out what the programme is worth.

    Args:
        assumptions: The declared set.
        plan_inputs: ``economics.plan_inputs``.
        scenarios: ``economics.scenarios``, for the middle of the draws.

    Returns:
        ``economics.programme_arithmetic``: one row per lever of the programme (``all`` for them
        together) and figure, in the order of the sum. Empty where no lever is in it.
    """
    plan = measured_assumptions(assumptions, plan_inputs, date.min)
    if not plan.levers:
        return table(PROGRAMME_ARITHMETIC, [])
    # The plan's levers carry names a spreadsheet takes; the tables' levers carry their own.
    names = {planned_name(name): name for name in plan_inputs["lever"].unique()}
    levers = planned_levers(plan, corner(plan, "base"))
    rows = [
        (names[each.lever.name], *line) for each in levers for line in _numbered(_of(each, plan))
    ]
    drawn = scenarios.filter(HEADLINE)["p50"].to_list()
    rows += [(ALL_LEVERS, *line) for line in _numbered(_together(levers, plan, drawn))]
    return table(PROGRAMME_ARITHMETIC, rows)


def _numbered(lines: Iterator[Line]) -> Iterator[tuple[str, int, float, str]]:
    for position, (figure, value, unit) in enumerate(lines, start=1):
        yield figure, position, float(value), unit


def _of(each: PlannedLever, plan: Assumptions) -> Iterator[Line]:
    """Return the sum of one lever: failures x share x cost each, and what comes and goes beside."""
    values, value = corner(plan, "base"), each.value
    met = values("batches_per_year") * values(failures_met(each.lever)) * each.left_share
    share = 1 - value.unresolved_share
    settled = met * share
    if settled:
        yield "failures_met_per_year", met, "failures/year"
        yield "settled_share", share, "share"
        yield "failures_settled_per_year", settled, "failures/year"
        yield "saved_usd_per_failure", value.failure_usd / settled, "USD/batch"
        yield "failure_savings_usd_per_year", value.failure_usd, MONEY
    if value.direct_usd:
        yield "direct_savings_usd_per_year", value.direct_usd, MONEY
    yield "savings_usd_per_year", each.savings_usd, MONEY
    yield "running_usd_per_year", each.running_usd, MONEY
    yield "net_usd_per_year", each.savings_usd - each.running_usd, MONEY
    yield "one_off_usd", each.one_off_usd, "USD"


def _together(levers: list[PlannedLever], plan: Assumptions, drawn: list[float]) -> Iterator[Line]:
    savings = sum((each.savings_usd for each in levers), start=Fraction(0))
    running = sum((each.running_usd for each in levers), start=Fraction(0))
    yield "savings_usd_per_year", savings, MONEY
    yield "running_usd_per_year", running, MONEY
    yield "net_usd_per_year", savings - running, MONEY
    one_off = sum((each.one_off_usd for each in levers), start=Fraction(0))
    yield "one_off_usd", one_off, "USD"
    months = planned_figures(plan, "base")["payback_months"]
    if months >= 0:
        yield "payback_months", months, "months"
    for middle in drawn:
        yield "drawn_net_usd_per_year", middle, MONEY
        yield "drawn_less_base_usd_per_year", middle - float(savings - running), MONEY
