"""Cash over the years of all declared levers at one corner: the plan a spreadsheet can follow.

The formulas of ``cash_flow``, in plain numbers instead of draws; the workbook recomputes every
figure here in live formulas, so both change alike when an assumption does. Payback alone is read
otherwise: straight within a year, as a sheet of years can.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from assets.savings.arithmetic.cash_flow import MONTHS_PER_YEAR, LeverCash
from assets.savings.arithmetic.corners import corner
from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.arithmetic.planned_levers import planned_levers
from data_contracts.assumptions import Assumptions


def planned_figures(assumptions: Assumptions, side: str) -> dict[str, float]:
    """Return the figures of the plan at one corner.

    Args:
        assumptions: A set with batches, failure rate, discount rate and horizon.
        side: ``unfavourable``, ``base`` or ``favourable``.

    Returns:
        Measure -> value, as in the workbook's scenarios; ``payback_months`` is interpolated within
        the year in which cumulative cash turns, and -1 where it does not within the horizon.
    """
    values = corner(assumptions, side)
    levers = planned_levers(assumptions, values)
    horizon = int(assumptions["horizon_years"].base)
    flows = [_in_floats(each.cash) for each in levers]
    totals = [sum(each.cumulative_usd(year) for each in flows) for year in range(horizon + 1)]
    cash = [totals[0], *(late - early for early, late in pairwise(totals))]
    rate = float(values("discount_rate"))
    failures = float(values("batches_per_year") * values("failure_rate"))
    savings = float(sum(each.savings_usd for each in levers))
    running = float(sum(each.running_usd for each in levers))
    return {
        "baseline_failures_per_year": failures,
        "baseline_loss_usd_per_year": failures
        * float(failure_cost_usd(assumptions, values, is_avoidable_only=False)),
        "baseline_avoidable_loss_usd_per_year": failures
        * float(failure_cost_usd(assumptions, values, is_avoidable_only=True)),
        "prevented_failures_per_year": float(sum(each.value.prevented_failures for each in levers)),
        "annual_savings_usd": savings,
        "annual_allocated_cost_freed_usd": float(sum(each.value.allocated_usd for each in levers)),
        "annual_programme_cost_usd": running,
        "annual_net_savings_usd": savings - running,
        "first_year_net_savings_usd": cash[1],
        "implementation_cost_usd": float(sum(each.one_off_usd for each in levers)),
        "npv_usd": sum(amount / (1 + rate) ** year for year, amount in enumerate(cash)),
        "payback_months": payback_months(totals),
    }


def _in_floats(cash: LeverCash[Fraction]) -> LeverCash[float]:
    return LeverCash(
        one_off_usd=float(cash.one_off_usd),
        savings_usd=float(cash.savings_usd),
        running_usd=float(cash.running_usd),
        start_years=float(cash.start_years),
        ramp_years=float(cash.ramp_years),
    )


def payback_months(totals: Sequence[float]) -> float:
    """Return the months until cumulative cash first reaches zero, straight within a year.

    Args:
        totals: Cumulative cash at the end of year 0, 1, and so on.

    Returns:
        Months, or -1 where it is not within the years given.
    """
    if totals[0] >= 0:
        return 0.0
    for year in range(1, len(totals)):
        before, after = totals[year - 1], totals[year]
        if after >= 0:
            return (year - 1 + -before / (after - before)) * MONTHS_PER_YEAR
    return -1.0
