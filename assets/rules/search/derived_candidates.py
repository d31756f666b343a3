"""Derived columns a search may propose: products, ratios and differences of two recorded numbers.

The search itself picks them, from the pairs of the columns that are strongest alone, under the
stated budget; every draw of the null picks its own in the same way, so the choice is paid for in
the error control. Column order decides which way a ratio or difference is written; an interval of
one way is an interval of the other.
"""

import numpy as np

from assets.rules.search.kernel import derive
from assets.rules.search.records import DIFFERENCE, OPERATIONS, PRODUCT, RATIO
from assets.rules.search.selectors import SearchColumn
from assets.statistics.array_types import FloatArray

SIGNS = {PRODUCT: "*", RATIO: "/", DIFFERENCE: "-"}


def budget(parents: int, derivable: int) -> int:
    """Number of derived columns tried per labelling."""
    paired = min(parents, derivable)
    return OPERATIONS * paired * (paired - 1) // 2


def derived_column(operation: int, left: SearchColumn, right: SearchColumn) -> SearchColumn:
    """The derived column of two recorded ones.

    Args:
        operation: One of the search's operations.
        left: First column.
        right: Second column.

    Returns:
        A column named by its expression, known when both of its parts are.
    """
    sign = SIGNS[operation]
    return SearchColumn(
        feature=f"{left.feature} {sign} {right.feature}",
        title=f"{left.title} {sign} {right.title}",
        gate=max(left.gate, right.gate),
        levels=None,
        values=_derive(operation, left.values, right.values),
        parts=(left.feature, right.feature),
    )


def _derive(operation: int, left: FloatArray, right: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):
        values = derive.py_func(operation, left, right)
    return np.where(np.isfinite(values), values, np.nan)


def rebuilt(column: SearchColumn, recorded: dict[str, SearchColumn]) -> SearchColumn:
    """A derived column again, from its parts' values on other batches."""
    left, right = (recorded[part] for part in column.parts)
    sign = column.feature[len(left.feature) + 1]
    operation = next(code for code, own in SIGNS.items() if own == sign)
    return derived_column(operation, left, right)
