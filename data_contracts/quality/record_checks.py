"""The rules of a contract as expressions that are true where a record breaks them.

Here belong the rules on single records: type, required, range, allowed values, pattern and the
conditions between columns, each with its reason in words. Applying them is in ``record_rules``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Column, Contract, RowRule
from data_contracts.quality.strict_types import EXPECTED_IN_WORDS
from data_contracts.quality.table_rules import bounds_in_words
from data_contracts.untrusted.limits import EARLIEST_INSTANT, LATEST_INSTANT

_WITH_A_DAY = ("TIMESTAMP", "DATE")


@dataclass(frozen=True, slots=True)
class RecordCheck:
    """One rule of a contract.

    Attributes:
        rule: Name reported when it is broken.
        columns: Columns it looks at.
        is_broken: True where a record breaks it; false or null elsewhere.
        reason: Why a record that breaks it is refused, in words.
    """

    rule: str
    columns: tuple[str, ...]
    is_broken: pl.Expr
    reason: str


def record_checks(contract: Contract) -> list[RecordCheck]:
    """Return the rules in the order in which they are reported: types, values, rows.

    The expressions expect typed columns and, for each, the mask named by ``unreadable_mask``.
    """
    columns = [column for column in contract.columns if not column.is_provenance]
    values = [check for column in columns for check in _value_checks(column)]
    return [*map(_type_check, columns), *values, *map(_row_check, contract.rules)]


def unreadable_mask(name: str) -> str:
    """Return the name of the mask that is true where a column's value could not be read."""
    return f"__unreadable_{name}"


def _type_check(column: Column) -> RecordCheck:
    reason = f"{column.name} is not {EXPECTED_IN_WORDS[column.physical_type]}"
    return RecordCheck("type", (column.name,), pl.col(unreadable_mask(column.name)), reason)


def _value_checks(column: Column) -> Iterator[RecordCheck]:
    value, named = pl.col(column.name), (column.name,)
    if column.is_required:
        missing = value.is_null() & ~pl.col(unreadable_mask(column.name))
        yield RecordCheck("required", named, missing, f"{column.name} is missing")
    if column.minimum is not None or column.maximum is not None:
        must = f"{column.name} must be {bounds_in_words(column)}"
        yield RecordCheck("range", named, _outside(column), must)
    if column.physical_type in _WITH_A_DAY:
        outside = ~value.is_between(EARLIEST_INSTANT, LATEST_INSTANT)
        years = f"{EARLIEST_INSTANT.year} to {LATEST_INSTANT.year - 1}"
        yield RecordCheck("range", named, outside, f"{column.name} must lie in {years}")
    if column.valid_values:
        outside = ~value.is_in(list(column.valid_values))
        words = ", ".join(map(str, column.valid_values))
        yield RecordCheck("valid_values", named, outside, f"{column.name} must be one of {words}")
    if column.pattern is not None:
        other = ~value.str.contains(f"^(?:{column.pattern})$")
        yield RecordCheck(
            "pattern", named, other, f"{column.name} must have the form {column.pattern}"
        )


def _row_check(rule: RowRule) -> RecordCheck:
    holds = pl.sql_expr(rule.expression)
    columns = tuple(dict.fromkeys(holds.meta.root_names()))
    return RecordCheck(rule.name, columns, ~holds, rule.description)


def _outside(column: Column) -> pl.Expr:
    value = pl.col(column.name)
    too_low = pl.lit(False) if column.minimum is None else value < column.minimum
    too_high = pl.lit(False) if column.maximum is None else value > column.maximum
    return too_low | too_high
