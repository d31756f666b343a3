"""The figures of a reader's own case, from any kind of numbers: draws, or recorded operands.

Which formulas make up the case is said here, and no formula is written here.
"""

from functools import reduce
from operator import add
from typing import Any

from assets.savings.arithmetic.cash_flow import (
    MONTHS_PER_YEAR,
    Yearly,
    cumulative_usd,
    npv_usd,
    payback_months,
)
from assets.savings.arithmetic.failure_cost import Values, failure_cost_usd
from assets.savings.arithmetic.planned_levers import FAILURE_RATE, planned_levers
from data_contracts.assumptions import Assumptions

CASH_STEP_MONTHS = 6
CASH = "cash_usd_month_"  # figure of cash since the start, followed by the month


def case_figures(plan: Assumptions, values: Values[Any]) -> dict[str, Any]:
    """Return the figures of a plan.

    Args:
        plan: The set of a run (``measured_assumptions``), with at least one lever.
        values: Value of each of its numbers.

    Returns:
        Figure -> value: measures as in ``economics.scenarios``, and cash since the start at each
        half year of the horizon, undiscounted, USD.
    """
    levers = planned_levers(plan, values)
    cash: list[Any] = [each.cash for each in levers]
    horizon = int(plan["horizon_years"].base)
    yearly: Yearly[Any] = Yearly.together([Yearly.of_lever(each, horizon) for each in cash])
    failures = values("batches_per_year") * values(FAILURE_RATE)
    savings = reduce(add, (each.savings_usd for each in cash))
    running = reduce(add, (each.running_usd for each in cash))
    months = range(0, horizon * MONTHS_PER_YEAR + 1, CASH_STEP_MONTHS)
    return {
        "baseline_loss_usd_per_year": failures
        * failure_cost_usd(plan, values, is_avoidable_only=False),
        "prevented_failures_per_year": reduce(
            add, (each.value.prevented_failures for each in levers)
        ),
        "annual_savings_usd": savings,
        "annual_programme_cost_usd": running,
        "annual_net_savings_usd": savings - running,
        "implementation_cost_usd": reduce(add, (each.one_off_usd for each in cash)),
        "npv_usd": npv_usd(yearly.cash, values("discount_rate")),
        "payback_months": payback_months(cash, horizon),
    } | {f"{CASH}{month}": cumulative_usd(cash, month / MONTHS_PER_YEAR) for month in months}
