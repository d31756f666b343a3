"""The three corners of a set of assumptions: all unfavourable, all base, all favourable to savings.

Exact values by name for plain arithmetic live here; drawn values are in ``draws``.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

from data_contracts.assumptions import Assumptions

SIDES = ("unfavourable", "base", "favourable")
Exact: TypeAlias = Callable[[str], Fraction]


def corner(assumptions: Assumptions, side: str) -> Exact:
    """Return the value of each assumption at one side.

    Args:
        assumptions: The set.
        side: ``unfavourable``, ``base`` or ``favourable`` to savings.
    """

    def value(name: str) -> Fraction:
        number = assumptions[name]
        if side == "base":
            return number.base
        is_high = (number.favourable == "high") == (side == "favourable")
        return number.high if is_high else number.low

    return value
