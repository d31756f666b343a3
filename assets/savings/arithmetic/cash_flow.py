"""Cash over the years: ramp, run cost, present value, internal rate of return, payback.

The arithmetic of a programme's cash lives here, vectorised over draws; what the programme saves is
worked out elsewhere. Conventions: the one-off cost is paid at the start, a year's cash counts at
its end, money is real and before tax.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import numpy as np

from assets.statistics.array_types import FloatArray

MONTHS_PER_YEAR = 12
IRR_RANGE = (-0.99, 10.0)  # yearly; outside it a rate of return means nothing to a reader
_HALVINGS, _NEWTON_STEPS = 12, 4  # bisection to be safe, then Newton to be exact


@dataclass(frozen=True)
class LeverCash:
    """What one lever costs and saves, and when; all arrays of draws.

    Attributes:
        one_off_usd: Paid at the start: implementation, change control, validation.
        savings_usd: Saved a year at full effect.
        running_usd: Paid a year while in use: run cost and false alarms.
        start_years: Years until the lever is in use.
        ramp_years: Years from first use to full effect, linear.
    """

    one_off_usd: FloatArray
    savings_usd: FloatArray
    running_usd: FloatArray
    start_years: FloatArray
    ramp_years: FloatArray

    def cumulative_usd(self, years: float | FloatArray) -> FloatArray:
        """Return cash from the start until a time, undiscounted, USD.

        The ramp is linear: ``t`` years into a ramp of ``R`` years amount to ``t^2 / 2R`` years at
        full effect, and all later years count in full.

        Args:
            years: Years since the start, one for all draws or one per draw.
        """
        in_use = np.maximum(years - self.start_years, 0)
        ramp = np.maximum(self.ramp_years, 1e-9)
        ramping = np.minimum(in_use, ramp)
        saved = self.savings_usd * (in_use - ramping * (1 - ramping / (2 * ramp)))
        return np.asarray(saved - self.cumulative_cost_usd(years))

    def cumulative_cost_usd(self, years: float | FloatArray) -> FloatArray:
        """Return what is paid from the start until a time, undiscounted, USD.

        Args:
            years: Years since the start, one for all draws or one per draw.
        """
        in_use = np.maximum(years - self.start_years, 0)
        return np.asarray(self.one_off_usd + self.running_usd * in_use)


@dataclass(frozen=True)
class Yearly:
    """Cash by year, the start first, one array of draws each.

    Attributes:
        cash: Savings less cost, USD; the start holds the one-off cost, below zero.
        cost: What is paid, USD: cash with nothing saved, sign reversed.
    """

    cash: list[FloatArray]
    cost: list[FloatArray]

    @classmethod
    def of_lever(cls, lever: LeverCash, horizon_years: int) -> "Yearly":
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
    def together(cls, levers: Sequence["Yearly"]) -> "Yearly":
        """Return the cash of levers run together, at least one."""
        return cls(_sums([each.cash for each in levers]), _sums([each.cost for each in levers]))


def _sums(lists: Sequence[Sequence[FloatArray]]) -> list[FloatArray]:
    return [reduce(np.add, amounts) for amounts in zip(*lists, strict=True)]


def _differences(totals: Sequence[FloatArray]) -> list[FloatArray]:
    return [totals[0], *(late - early for early, late in pairwise(totals))]


def npv_usd(cash: Sequence[FloatArray], discount_rate: FloatArray | float) -> FloatArray:
    """Return the net present value of yearly cash, USD.

    Args:
        cash: Cash by year, the start first.
        discount_rate: Yearly rate, above -1.
    """
    factor = 1 / (1 + discount_rate)
    value = np.zeros_like(cash[0])
    for amount in reversed(cash):  # Horner's rule: one product and one sum per year
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


def payback_months(levers: Sequence[LeverCash], horizon_years: int) -> FloatArray:
    """Return the months until cumulative cash first reaches zero, undiscounted.

    Args:
        levers: Levers run together, at least one.
        horizon_years: Years looked ahead, at least 1.

    Returns:
        Months per draw, to a hundredth of a month; infinite where it is not paid back within the
        horizon.
    """
    before = _joint_usd(levers, 0.0)
    is_back = before >= 0
    last_below = np.zeros_like(before)
    for year in range(1, horizon_years + 1):
        is_back |= _joint_usd(levers, float(year)) >= 0
        last_below = np.where(is_back, last_below, float(year))
    low, high = last_below, last_below + 1
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        is_above = _joint_usd(levers, middle) >= 0
        low, high = np.where(is_above, low, middle), np.where(is_above, middle, high)
    months = np.where(before >= 0, 0.0, (low + high) / 2 * MONTHS_PER_YEAR)
    return np.where(is_back, months, np.inf)


def _joint_usd(levers: Sequence[LeverCash], years: float | FloatArray) -> FloatArray:
    return reduce(np.add, (each.cumulative_usd(years) for each in levers))
