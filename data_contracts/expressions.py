"""What is asked of the expression language of profiles: which columns, what value, what SQL.

An expression is one row-wise text over columns. The same text is evaluated here by polars, where
records are frames, and written as SQL for DuckDB, where readings lie in files; both give the same.
What it may say stands in ``expression_language``.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import polars as pl

from data_contracts.errors import ProfileError
from data_contracts.expression_language import duckdb_form, polars_form
from data_contracts.expression_language.parser import ExpressionError, parse_text
from data_contracts.expression_language.tree import Kind, Node, columns
from data_contracts.expression_language.typed import Typed, typed
from data_contracts.untrusted.calendar_dates import in_calendar
from data_contracts.untrusted.expression_room import require_room


def parse(text: str, where: str) -> Node:
    """Parse a row-wise expression.

    Args:
        text: For example ``main_force / pre_force`` or ``dissolution_min < 80``; a column whose
            name has a space or another special character stands in double quotes.
        where: The place of the expression, for the error: profile and key.

    Returns:
        Its tree; its columns are not checked yet.

    Raises:
        ProfileError: The text is no single expression, or uses what is not on the allow-list.
    """
    try:
        return parse_text(text)
    except ExpressionError as fault:
        raise ProfileError(f"{where}: the expression '{_shown(text)}': {fault}.") from None


def columns_of(text: str, where: str) -> tuple[str, ...]:
    """Return the columns an expression reads, each once, in order of appearance.

    Raises:
        ProfileError: As for ``parse``.
    """
    return tuple(dict.fromkeys(columns(parse(text, where))))


def require_columns(text: str, available: Iterable[str], where: str) -> None:
    """Check that every column an expression reads exists.

    Raises:
        ProfileError: A column is not among the available ones; the nearest name is suggested.
    """
    known = list(available)
    for name in columns_of(text, where):
        if name not in known:
            near = get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(known[:30])}"
            raise ProfileError(
                f"{where}: the expression '{_shown(text)}' reads the column '{name}', which does "
                f"not exist; {hint}"
            )


def evaluate(frame: pl.DataFrame, text: str, where: str) -> pl.Series:
    """Evaluate an expression on every row of a frame.

    Args:
        frame: Any frame that has the columns the expression reads.
        text: The expression.
        where: The place of the expression, for the error.

    Returns:
        One value per row. A number is double precision; one that cannot be computed (a division by
        zero) is null, and so is a date that no production has: neither is a measurement.

    Raises:
        ProfileError: The expression does not parse, reads a missing column, or does not fit the
            columns' types.
    """
    require_columns(text, frame.columns, where)
    require_room(frame, text, where)
    names = columns_of(text, where)
    kinds = {name: _kind(frame.schema[name]) for name in names}
    part = _fitted(text, where, kinds)
    usable = frame.select(_usable(name, kinds[name]) for name in names) if names else frame
    if frame.height == 1:  # polars reckons otherwise with a single number, x * x * x for x ** 3
        usable = pl.concat([usable, usable])
    values = polars_form.evaluated(part, usable).head(frame.height).alias("value")
    if not values.dtype.is_temporal():
        return values
    return values.set(~in_calendar(values).fill_null(value=True), None)


def holds(frame: pl.DataFrame, text: str, where: str) -> pl.Series:
    """Evaluate a condition on every row of a frame; a number holds where it is not 0.

    Raises:
        ProfileError: As for ``evaluate``, or the expression is no condition but a text or instant.
    """
    values = evaluate(frame, text, where)
    if values.dtype == pl.String or values.dtype.is_temporal():
        raise ProfileError(f"{where}: '{_shown(text)}' is no condition; compare it with a value.")
    return values != 0 if values.dtype.is_float() else values.cast(pl.Boolean)


def kind_of(text: str, kinds: Mapping[str, Kind], where: str) -> Kind:
    """Return what kind of value an expression gives over columns of the given kinds.

    Raises:
        ProfileError: As for ``evaluate``.
    """
    require_columns(text, kinds, where)
    return _fitted(text, where, kinds).kind


def numbers_of(text: pl.Series) -> pl.Series:
    """Read texts as numbers, null where one is none: ``1_000``, ``nan`` and ``inf`` are none."""
    return polars_form.numbers_of(text)


def sql_of(text: str, columns: Mapping[str, tuple[Kind, str]], where: str) -> str:
    """Write an expression as SQL for DuckDB.

    Args:
        text: The expression.
        columns: Kind and SQL of every column it may read.
        where: The place of the expression, for the error.

    Raises:
        ProfileError: As for ``evaluate``.
    """
    require_columns(text, columns, where)
    part = _fitted(text, where, {name: kind for name, (kind, _) in columns.items()})
    return duckdb_form.duckdb_form(part, {name: sql for name, (_, sql) in columns.items()})


def read_number_sql(text: str) -> str:
    """Return SQL that reads a text as a number, null where it is none, as ``numbers_of`` does."""
    return duckdb_form.read_number_sql(text)


def _fitted(text: str, where: str, kinds: Mapping[str, Kind]) -> Typed:
    try:
        return typed(parse_text(text), kinds)
    except ExpressionError as fault:
        are = ", ".join(f"{name} is {kinds[name]}" for name in columns_of(text, where))
        raise ProfileError(
            f"{where}: the expression '{_shown(text)}' does not fit its columns "
            f"({are or 'it reads none'}): {fault}."
        ) from None


def _kind(dtype: Any) -> Kind:
    if dtype == pl.Boolean:
        return "truth"
    if dtype == pl.String:
        return "text"
    if isinstance(dtype, (pl.Datetime, pl.Date)):
        return "instant"
    return "nothing" if dtype == pl.Null else "number"


def _usable(name: str, kind: Kind) -> pl.Expr:
    """A column as expressions see it: numbers double and finite, instants without zone."""
    column = pl.col(name)
    if kind == "number":
        number = column.cast(pl.Float64)
        return pl.when(number.is_finite()).then(number).alias(name)
    return column.cast(pl.Datetime("us")) if kind == "instant" else column


def _shown(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]} ..."
