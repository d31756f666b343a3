"""What one failed batch costs, as a sum over the declared ledger categories, and a freed slot.

Here the declared products of assumptions are multiplied out, for any kind of value behind a name
(exact, drawn); the ledger of actual batches is in ``copq_ledger``.
"""

from collections.abc import Callable
from functools import reduce
from operator import mul
from typing import TypeAlias

from assets.savings.arithmetic.identity import Quantity
from data_contracts.assumptions import Assumptions, LedgerCategory

# Name of an assumption -> its value in one corner, or its draws.
Values: TypeAlias = Callable[[str], Quantity]
SINGLE_COST = "failure_cost_usd_per_batch"  # stands in for the ledger where a source gives a total


def category_usd(category: LedgerCategory, values: Values[Quantity]) -> Quantity:
    """Return what one failed batch costs in one category, USD, zero or more."""
    terms = [values(name) for name in category.terms]
    return reduce(mul, terms)


def failure_cost_usd(
    assumptions: Assumptions, values: Values[Quantity], *, is_avoidable_only: bool
) -> Quantity:
    """Return what one failed batch costs.

    Args:
        assumptions: The set that declares the ledger, or one total.
        values: Value of each assumption.
        is_avoidable_only: Whether to leave out allocated cost that is paid anyway. A set with one
            total does not separate the two, so the total is returned either way.

    Returns:
        USD per failed batch, zero or more.
    """
    if not assumptions.ledger:
        return values(SINGLE_COST)
    counted = [each for each in assumptions.ledger if each.is_avoidable or not is_avoidable_only]
    return _total([category_usd(each, values) for each in counted], values, assumptions)


def manufacturing_cost_usd(assumptions: Assumptions, values: Values[Quantity]) -> Quantity:
    """Return the avoidable cost spent on a batch along the stages, the most a stop could save.

    Args:
        assumptions: The set that declares the ledger.
        values: Value of each assumption.

    Returns:
        USD per batch: the avoidable categories that accrue along the stages.
    """
    counted = [
        each for each in assumptions.ledger if each.is_avoidable and each.accrues_along_stages
    ]
    return _total([category_usd(each, values) for each in counted], values, assumptions)


def slot_value_usd(assumptions: Assumptions, values: Values[Quantity], like: Quantity) -> Quantity:
    """Return what a freed slot is worth: margin times the share of the year limited by capacity.

    Args:
        assumptions: The set; a set that does not value slots gives zero.
        values: Value of each assumption.
        like: Any quantity of the kind to return.

    Returns:
        USD per freed slot, zero or more.
    """
    names = ("capacity_limited_share", "slot_value_usd_per_batch")
    if any(name not in assumptions.parameters for name in names):
        return like - like
    return values(names[0]) * values(names[1])


def _total(parts: list[Quantity], values: Values[Quantity], assumptions: Assumptions) -> Quantity:
    if not parts:
        first = values(assumptions.ledger[0].terms[0])
        return first - first
    return reduce(lambda left, right: left + right, parts)
