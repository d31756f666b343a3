"""What failures cost at the recorded rate, multiplied out: failures a year times the cost of one.

Every factor stands beside its product, so that a reader can do the sum again. Nothing is drawn: the
failures are those counted, prices stand at their low end, base and high end, all at once. A rate
that the set names as target is compared with it in the same way, which promises nothing.
"""

from collections.abc import Iterator
from fractions import Fraction

import polars as pl

from assets.savings.arithmetic.failure_cost import failure_cost_usd
from assets.savings.records.baseline import Baseline
from data_contracts.assumption_schema.model import ENDS
from data_contracts.assumptions import Assumptions
from data_contracts.tables import table

RATE_ARITHMETIC = "economics.rate_arithmetic"
TARGET = "target_failure_rate"
MONEY = "USD/year"
Row = tuple[str, float, float, float, str]


def rate_arithmetic(found: Baseline, assumptions: Assumptions) -> pl.DataFrame:
    """Multiply out what failures cost a year.

    Args:
        found: The counted baseline. Without dates, batches a year are taken from the set, at base.
        assumptions: A set that prices a failed batch.

    Returns:
        ``economics.rate_arithmetic``: failures a year, cost of one and their product at low, base
        and high; where the set names a target rate below the recorded one, that rate, the failures
        it would leave out and their cost. Empty where nothing failed.
    """
    return table(RATE_ARITHMETIC, list(_rows(found, assumptions)) if found.failures else [])


def _rows(found: Baseline, assumptions: Assumptions) -> Iterator[Row]:
    pace = found.batches_per_year
    batches = float(assumptions["batches_per_year"].base) if pace is None else pace
    rate = found.failures / found.batches
    low, base, high = (float(_cost_usd(assumptions, end)) for end in ENDS)
    failures = batches * rate
    yield _row("failures_per_year", failures, "failures/year")
    yield ("failure_cost_usd_per_batch", low, base, high, "USD/batch")
    yield ("loss_usd_per_year", failures * low, failures * base, failures * high, MONEY)
    target = assumptions.parameters.get(TARGET)
    if target is None or float(target.base) >= rate:
        return
    prevented = batches * (rate - float(target.base))
    yield _row(TARGET, float(target.base), "share")
    yield _row("prevented_failures_per_year", prevented, "failures/year")
    saved = (prevented * low, prevented * base, prevented * high)
    yield ("avoided_loss_usd_per_year", *saved, MONEY)


def _row(figure: str, value: float, unit: str) -> Row:
    """A figure that no price moves."""
    return (figure, value, value, value, unit)


def _cost_usd(assumptions: Assumptions, end: str) -> Fraction:
    """Return what one failed batch costs, all categories, with every price at one end."""

    def value(name: str) -> Fraction:
        at_end: Fraction = getattr(assumptions[name], end)
        return at_end

    return failure_cost_usd(assumptions, value, is_avoidable_only=False)
