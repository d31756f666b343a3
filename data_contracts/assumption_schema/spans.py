"""Checks the range of one number: in order, within its unit, and as its distribution says."""

from data_contracts.assumption_schema.model import Assumption
from data_contracts.assumption_schema.units import BOUNDED_BY_ONE
from data_contracts.errors import AssumptionError
from data_contracts.untrusted.limits import MOST_BY_UNIT


def check_span(assumption: Assumption, where: str) -> None:
    """Check that low, base and high of an assumption are in order and within its unit.

    Raises:
        AssumptionError: Low lies above high, base outside them, a share above 1, or the
            distribution does not fit.
    """
    low, base, high = assumption.low, assumption.base, assumption.high
    if low > high:
        raise AssumptionError(
            f"{where}: low {float(low):g} is above high {float(high):g}; swap or correct them."
        )
    if not low <= base <= high:
        raise AssumptionError(
            f"{where}: base {float(base):g} lies outside low {float(low):g} to high "
            f"{float(high):g}; correct the base or widen the range."
        )
    if assumption.unit in BOUNDED_BY_ONE and high > 1:
        raise AssumptionError(
            f"{where}: {float(high):g} is above 1, but the unit is '{assumption.unit}'; write "
            "3% as 0.03."
        )
    most = MOST_BY_UNIT.get(assumption.unit)
    if most is not None and high > most:
        raise AssumptionError(
            f"{where}: {assumption.name} is {float(high):g} {assumption.unit}; the most that is "
            f"computed is {most:,}. Correct it."
        )
    if (assumption.distribution == "fixed") != (low == high):
        raise AssumptionError(
            f"{where}: distribution '{assumption.distribution}' does not fit low {float(low):g} "
            f"and high {float(high):g}; use 'fixed' when, and only when, the three are equal."
        )
