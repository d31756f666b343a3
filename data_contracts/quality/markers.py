"""Marker columns: where a condition between columns is broken, and the values it looked at.

great_expectations judges columns; a condition between them is evaluated by polars into a column of
its own, empty for every row that keeps it, and that column is expected to be empty. Here belong
these columns, whose values are the examples people are shown; judging them does not.
"""

from collections.abc import Iterable

import polars as pl

from data_contracts.quality.table_rules import (
    PATTERN,
    RANGE,
    REQUIRED,
    UNIQUE_KEY,
    VALID_VALUES,
    TableRule,
)

_ON_VALUES = frozenset({REQUIRED, RANGE, VALID_VALUES, PATTERN, UNIQUE_KEY})


def is_on_values(rule: TableRule) -> bool:
    """Whether great_expectations has an expectation for the rule, which needs no marker then."""
    return rule.rule in _ON_VALUES


def broken_marker(rule: TableRule) -> pl.Expr:
    """Return the marker column of a condition: where it is broken, the values it looked at.

    Args:
        rule: A condition between columns.

    Returns:
        A text column named by the rule's label, null where the rule is kept.
    """
    named = [
        pl.format(f"{name} = {{}}", pl.col(name).cast(pl.String).fill_null("missing"))
        for name in rule.columns
    ]
    words = pl.concat_str(named, separator=", ") if named else pl.lit("broken")
    broken = pl.sql_expr(rule.condition).fill_null(False)
    return pl.when(broken).then(words).otherwise(pl.lit(None, pl.String)).alias(rule.label)


def with_markers(frame: pl.DataFrame, rules: Iterable[TableRule]) -> pl.DataFrame:
    """Add the marker column of each condition between columns."""
    return frame.with_columns(broken_marker(rule) for rule in rules if not is_on_values(rule))
