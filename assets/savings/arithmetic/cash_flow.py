"""Cash over the years: ramp, run cost, present value, internal rate of return, payback.

The arithmetic of a programme's cash lives here, once for draws, plain numbers, the cells of the
workbook and the recorded steps of the live page; only the rate of return is for draws alone. What
the programme saves is worked out elsewhere. Conventions: the one-off cost is paid at the start, a
year's cash counts at its end, money is real and before tax.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from operator import add
from typing import Any, Generic

import numpy as np

from assets.savings.arithmetic.choices import chosen, larger, smaller
from assets.savings.arithmetic.identity import Quantity
from assets.statistics.array_types import FloatArray

MONTHS_PER_YEAR = 12
IRR_RANGE = (-0.99, 10.0)  # yearly; outside it a rate of return means nothing to a reader
SHORTEST_RAMP_YEARS = 1e-9  # a lever with full effect at once still has a ramp to divide by
_HALVINGS, _NEWTON_STEPS = 12, 4  # bisection to be safe, then Newton to be exact


@dataclass(frozen=True)
class LeverCash(Generic[Quantity]):
    """What one lever costs and saves, and when.

    Attributes:
        one_off_usd: Paid at the start: implementation, change control, validation.
        savings_usd: Saved a year at full effect.
        running_usd: Paid a year while in use: run cost and false alarms.
        start_years: Years until the lever is in use.
        ramp_years: Years from first use to full effect, linear.
    """

    one_off_usd: Quantity
    savings_usd: Quantity
    running_usd: Quantity
    start_years: Quantity
    ramp_years: Quantity

    def cumulative_usd(self, years: Any) -> Quantity:
        """Return cash from the start until a time, undiscounted, USD.

        The ramp is linear: ``t`` years into a ramp of ``R`` years amount to ``t^2 / 2R`` years at
        full effect, and all later years count in full.

        Args:
            years: Years since the start, one for all draws or one per draw.
        """
        in_use: Any = larger(years - self.start_years, 0)
        ramp: Any = larger(self.ramp_years, SHORTEST_RAMP_YEARS)
        ramping: Any = smaller(in_use, ramp)
        full: Any = in_use - ramping * (1 - ramping / (2 * ramp))
        cash: Quantity = self.savings_usd * full - self.cumulative_cost_usd(years)
        return cash

    def cumulative_cost_usd(self, years: Any) -> Quantity:
        """Return what is paid from the start until a time, undiscounted, USD.

        Args:
            years: Years since the start, one for all draws or one per draw.
        """
        in_use: Any = larger(years - self.start_years, 0)
        cost: Quantity = self.one_off_usd + self.running_usd * in_use
        return cost


@dataclass(frozen=True)
class Yearly(Generic[Quantity]):
    """Cash by year, the start first.

    Attributes:
        cash: Savings less cost, USD; the start holds the one-off cost, below zero.
        cost: What is paid, USD: cash with nothing saved, sign reversed.
    """

    cash: list[Quantity]
    cost: list[Quantity]

    @classmethod
    def of_lever(cls, lever: LeverCash[Quantity], horizon_years: int) -> "Yearly[Quantity]":
        """Return the cash of one lever.

        Args:
            lever: The lever.
            horizon_years: Years counted, at least 1.
        """
        years = [float(year) for year in range(horizon_years + 1)]
        return cls(
            _differences([lever.cumulative_usd(year) for year in years]),
            _differences([lever.cumulative_cost_usd(year) for year in years]),
        )

    @classmethod
    def together(cls, levers: Sequence["Yearly[Quantity]"]) -> "Yearly[Quantity]":
        """Return the cash of levers run together, at least one."""
        return cls(_sums([each.cash for each in levers]), _sums([each.cost for each in levers]))


def _sums(lists: Sequence[Sequence[Quantity]]) -> list[Quantity]:
    return [reduce(add, amounts) for amounts in zip(*lists, strict=True)]


def _differences(totals: Sequence[Any]) -> list[Any]:
    return [totals[0], *(late - early for early, late in pairwise(totals))]


def npv_usd(cash: Sequence[Quantity], discount_rate: Any) -> Quantity:
    """Return the net present value of yearly cash, USD.

    Args:
        cash: Cash by year, the start first.
        discount_rate: Yearly rate, above -1.
    """
    factor = 1 / (1 + discount_rate)
    value = cash[-1]
    for amount in reversed(cash[:-1]):  # Horner's rule: one product and one sum per year
        value = value * factor + amount
    return value


def irr(cash: Sequence[FloatArray]) -> FloatArray:
    """Return the yearly internal rate of return by bisection.

    Args:
        cash: Cash by year, the start first (below zero), shape (draws,) each.

    Returns:
        Rate per draw; not a number where no rate between -99% and 1,000% makes the value zero.
    """
    low = np.full_like(cash[0], IRR_RANGE[0])
    high = np.full_like(cash[0], IRR_RANGE[1])
    is_defined = (npv_usd(cash, low) > 0) & (npv_usd(cash, high) < 0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_above = npv_usd(cash, middle) > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    rate = (low + high) / 2
    for _ in range(_NEWTON_STEPS):
        value, slope = _npv_and_slope(cash, rate)
        step = np.divide(value, slope, out=np.zeros_like(value), where=slope != 0)
        rate = np.clip(rate - step, low, high)
    return np.where(is_defined, rate, np.nan)


def _npv_and_slope(cash: Sequence[FloatArray], rate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the present value and its derivative by the rate, both by Horner's rule."""
    factor = 1 / (1 + rate)
    value, slope = np.zeros_like(rate), np.zeros_like(rate)
    for amount in reversed(cash):
        slope = slope * factor + value
        value = value * factor + amount
    return value, -slope * factor**2


def payback_months(levers: Sequence[LeverCash[Quantity]], horizon_years: int) -> Quantity:
    """Return the months until cumulative cash first reaches zero, undiscounted.

    Args:
        levers: Levers run together, at least one.
        horizon_years: Years looked ahead, at least 1.

    Returns:
        Months, to a hundredth of a month; infinite where it is not paid back within the horizon.
    """
    before: Any = cumulative_usd(levers, 0.0)
    is_back = before >= 0
    last_below: Any = before - before
    for year in range(1, horizon_years + 1):
        is_back = is_back | (cumulative_usd(levers, float(year)) >= 0)
        last_below = chosen(is_back, last_below, float(year))
    low, high = last_below, last_below + 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_above = cumulative_usd(levers, middle) >= 0
        low, high = chosen(is_above, low, middle), chosen(is_above, middle, high)
    months = chosen(before >= 0, 0.0, (low + high) / 2 * MONTHS_PER_YEAR)
    found: Quantity = chosen(is_back, months, np.inf)
    return found


def cumulative_usd(levers: Sequence[LeverCash[Quantity]], years: Any) -> Quantity:
    """Return cash of levers run together from the start until a time, undiscounted, USD.

    Args:
        levers: The levers, at least one.
        years: Years since the start, one for all draws or one per draw.
    """
    return reduce(add, (each.cumulative_usd(years) for each in levers))
