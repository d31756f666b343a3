"""The larger, the smaller, the one or the other: for exact numbers, draws and recorded formulas.

Python's own operators add and multiply whatever a name stands for; here live the choices they do
not cover, so that a formula with a choice in it is written once. What is chosen between is decided
in the formulas.
"""

from fractions import Fraction
from typing import Any, Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class ComparableFormula(Protocol):
    """A formula being written: it writes the larger or smaller of itself and another."""

    def larger(self, other: Any) -> Any:
        """Return the larger of the two."""

    def smaller(self, other: Any) -> Any:
        """Return the smaller of the two."""


@runtime_checkable
class ConditionFormula(Protocol):
    """A condition being written: it writes what holds where it is true and where it is not."""

    def chosen(self, where_true: Any, where_false: Any) -> Any:
        """Return one or the other."""


def larger(one: Any, other: Any) -> Any:
    """Return the larger of two quantities of one kind; a plain number goes with any.

    Args:
        one: A quantity.
        other: Another, in the same unit.
    """
    if isinstance(one, ComparableFormula):
        return one.larger(other)
    return _numbers(np.maximum, max, one, other)


def smaller(one: Any, other: Any) -> Any:
    """Return the smaller of two quantities of one kind; a plain number goes with any.

    Args:
        one: A quantity.
        other: Another, in the same unit.
    """
    if isinstance(one, ComparableFormula):
        return one.smaller(other)
    return _numbers(np.minimum, min, one, other)


def chosen(condition: Any, where_true: Any, where_false: Any) -> Any:
    """Return one quantity where a condition holds, and another where it does not.

    Args:
        condition: What ``>=`` gives for the kind of quantity at hand.
        where_true: Value where it holds.
        where_false: Value where it does not.
    """
    if isinstance(condition, ConditionFormula):
        return condition.chosen(where_true, where_false)
    if isinstance(condition, np.ndarray):
        return np.where(condition, where_true, where_false)
    return where_true if condition else where_false


def _numbers(of_arrays: Any, of_numbers: Any, one: Any, other: Any) -> Any:
    is_plain = all(isinstance(each, int | float | Fraction) for each in (one, other))
    return of_numbers(one, other) if is_plain else of_arrays(one, other)
