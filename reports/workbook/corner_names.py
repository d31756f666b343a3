"""Names of cells: every assumption once per corner, so that a formula says what it multiplies.

``in_capa_share`` is the value in force, ``in_capa_share_unfavourable`` and
``in_capa_share_favourable`` are its ends as they bear on savings. The prefix keeps names apart from
what a spreadsheet knows by itself (cells, TRUE and FALSE).
"""

from collections.abc import Callable
from typing import Any

from assets.savings.arithmetic.corners import SIDES, corner
from data_contracts.assumptions import Assumptions
from reports.workbook.expression import Expression

INPUT = "in_"
SUFFIX = {side: "" if side == "base" else f"_{side}" for side in SIDES}
TITLES = {"unfavourable": "Unfavourable", "base": "In force", "favourable": "Favourable"}


def named(name: str, side: str) -> str:
    """Return the cell name of a quantity at a corner."""
    return f"{name}{SUFFIX[side]}"


def values_of(assumptions: Assumptions, side: str) -> Callable[[str], Any]:
    """Return, for a name, the cell that holds the assumption at a corner, an ``Expression``.

    The functions that compute money are typed for numbers; an expression stands in for one.

    Args:
        assumptions: The set.
        side: A corner.
    """
    exact = corner(assumptions, side)

    def value(name: str) -> Expression:
        return Expression(named(INPUT + name, side), float(exact(name)))

    return value
