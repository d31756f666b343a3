"""What a bound rests on: the values of ``economics.savings_upper_bounds.basis``."""

from enum import StrEnum


class BoundBasis(StrEnum):
    """What a bound rests on, the closest first."""

    MARGINS = "margins"
    LABEL = "label"
    ALL_FAILURES = "all_failures"
