"""Cash over the years: ramp, run cost, present value, internal rate of return, payback.

The arithmetic of a programme's cash lives here, vectorised over draws; what the programme saves is
worked out elsewhere. Conventions: the one-off cost is paid at the start, a year's cash counts at
its end, money is real and before tax.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assets.savings.draws import FloatArray

MONTHS_PER_YEAR = 12
IRR_RANGE = (-0.99, 10.0)  # yearly; outside it a rate of return means nothing to a reader
_IRR_HALVINGS = 50


@dataclass(frozen=True)
class Programme:
    """One lever's cash, all arrays of draws.

    Attributes:
        one_off_usd: Paid at the start: implementation, change control, validation.
        savings_usd: Saved a year at full effect.
        running_usd: Paid a year while in use: run cost and false alarms.
        start_years: Years until the programme is in use.
        ramp_years: Years from first use to full effect, linear.
    """

    one_off_usd: FloatArray
    savings_usd: FloatArray
    running_usd: FloatArray
    start_years: FloatArray
    ramp_years: FloatArray

    def cumulative_usd(self, years: float) -> FloatArray:
        """Return cash from the start until a time, undiscounted, USD."""
        in_use = np.maximum(years - self.start_years, 0)
        saved: FloatArray = self.savings_usd * self._full_years(in_use)
        return saved - self.one_off_usd - self.running_usd * in_use

    def _full_years(self, in_use: FloatArray) -> FloatArray:
        """Years at full effect that the time in use amounts to (the ramp counts in part)."""
        ramp = np.maximum(self.ramp_years, 1e-9)
        ramping = np.minimum(in_use, ramp)
        full: FloatArray = ramping**2 / (2 * ramp) + (in_use - ramping)
        return full


def yearly_cash_usd(programmes: Sequence[Programme], horizon_years: int) -> list[FloatArray]:
    """Return cash by year, USD, of programmes run together.

    Args:
        programmes: The programmes, at least one.
        horizon_years: Years counted, at least 1.

    Returns:
        The one-off cost (below zero), then one array of draws per year.
    """
    totals = [_joint_usd(programmes, float(year)) for year in range(horizon_years + 1)]
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
    for _ in range(_IRR_HALVINGS):
        middle = (low + high) / 2
        is_above = npv_usd(cash, middle) > 0
        low, high = np.where(is_above, middle, low), np.where(is_above, high, middle)
    return np.where(is_defined, (low + high) / 2, np.nan)


def payback_months(programmes: Sequence[Programme], horizon_years: int) -> FloatArray:
    """Return the months until cumulative cash first reaches zero, undiscounted.

    Args:
        programmes: Programmes run together, at least one.
        horizon_years: Years looked ahead, at least 1.

    Returns:
        Months per draw, interpolated within a month; infinite where it is not paid back within
        the horizon.
    """
    before = _joint_usd(programmes, 0.0)
    months = np.where(before >= 0, 0.0, np.inf)
    for month in range(1, horizon_years * MONTHS_PER_YEAR + 1):
        after = _joint_usd(programmes, month / MONTHS_PER_YEAR)
        is_first = (after >= 0) & np.isinf(months)
        gain = np.where(is_first, after - before, 1.0)
        months = np.where(is_first, month - after / gain, months)
        before = after
    return months


def _joint_usd(programmes: Sequence[Programme], years: float) -> FloatArray:
    total = programmes[0].cumulative_usd(years)
    for programme in programmes[1:]:
        total = total + programme.cumulative_usd(years)
    return total
