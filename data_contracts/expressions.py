"""The small expression language of profiles: one row-wise SQL expression, columns and functions.

An expression is parsed by polars (``pl.sql_expr``), so the same text reads the same in DuckDB. Only
functions on an allow-list may appear, and nothing that looks at another row: a derived column or an
outcome of a batch can therefore not borrow from batches made later.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import polars as pl

from data_contracts.errors import ProfileError
from data_contracts.untrusted.calendar_dates import in_calendar
from data_contracts.untrusted.modest_expression import require_modest_expression, require_room

ALLOWED_FUNCTIONS = frozenset(
    [
        "abs",
        "ceil",
        "ceiling",
        "floor",
        "round",
        "sign",
        "sqrt",
        "cbrt",
        "exp",
        "ln",
        "log",
        "log2",
        "log10",
        "pow",
        "power",
        "mod",
        "pi",
        "greatest",
        "least",
        "coalesce",
        "nullif",
        "if",
        "ifnull",
        "lower",
        "upper",
        "length",
        "concat",
        "concat_ws",
        "left",
        "right",
        "replace",
        "substr",
        "trim",
        "ltrim",
        "rtrim",
        "starts_with",
        "ends_with",
        "strpos",
        "cast",
        "try_cast",
    ]
)
_WORDS_BEFORE_PARENTHESIS = frozenset(
    [
        "and",
        "or",
        "not",
        "in",
        "then",
        "when",
        "else",
        "between",
        "like",
        "ilike",
        "is",
        "case",
        "double",
        "varchar",
    ]
)
_FORBIDDEN_WORDS = frozenset(
    ["select", "from", "over", "partition", "filter", "exists", "interval"]
)
_TOKEN = re.compile(
    r"""(?P<string>'(?:[^']|'')*')|(?P<quoted>"(?:[^"]|"")*")|(?P<word>[A-Za-z_]\w*)|(?P<other>\S)"""
)


def _words(text: str) -> list[tuple[str, bool]]:
    """Return each bare word of an expression, and whether an opening parenthesis follows it."""
    tokens = list(_TOKEN.finditer(text))
    following = [*(token.group() for token in tokens[1:]), ""]
    return [
        (token.group(), after == "(")
        for token, after in zip(tokens, following, strict=False)  # of no token nothing follows
        if token.lastgroup == "word"
    ]


def parse(text: str, where: str) -> pl.Expr:
    """Parse a row-wise SQL expression.

    Args:
        text: For example ``main_force / pre_force`` or ``dissolution_min < 80``; a column whose
            name has a space or another special character stands in double quotes.
        where: The place of the expression, for the error: profile and key.

    Returns:
        The polars expression; its columns are not checked yet.

    Raises:
        ProfileError: The text is no single expression, or uses what is not on the allow-list.
    """
    require_modest_expression(text, where)
    for word, is_call in _words(text):
        known = word.lower()
        if known in _FORBIDDEN_WORDS:
            raise ProfileError(
                f"{where}: '{word.upper()}' is not allowed in the expression '{text}'; an "
                "expression works on the columns of one row."
            )
        if is_call and known not in ALLOWED_FUNCTIONS | _WORDS_BEFORE_PARENTHESIS:
            near = get_close_matches(known, ALLOWED_FUNCTIONS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise ProfileError(
                f"{where}: the function '{word}' is not allowed in the expression '{text}'.{hint} "
                f"Allowed: {', '.join(sorted(ALLOWED_FUNCTIONS))}."
            )
    try:
        expression = pl.sql_expr(text)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        reason = str(error).splitlines()[0]
        raise ProfileError(
            f"{where}: '{text}' cannot be read as one SQL expression ({reason}); write it as in "
            '"main_force / pre_force" or "dissolution_min < 80".'
        ) from error
    if expression.meta.has_multiple_outputs():
        raise ProfileError(f"{where}: '{text}' names several columns at once; write one value.")
    return expression


def columns_of(text: str, where: str) -> tuple[str, ...]:
    """Return the columns an expression reads, each once, in order of appearance.

    Raises:
        ProfileError: As for ``parse``.
    """
    return tuple(dict.fromkeys(_roots(parse(text, where))))


def _roots(expression: pl.Expr) -> list[str]:
    return expression.meta.root_names()


def with_columns_as(text: str, replacements: Mapping[str, str]) -> str:
    """Return an expression with some of its columns written differently, for use in other SQL.

    Args:
        text: The expression, already checked.
        replacements: SQL text by column name; columns not listed stay as they are.
    """

    def _written(token: re.Match[str]) -> str:
        if token.lastgroup == "quoted":
            return replacements.get(token.group()[1:-1].replace('""', '"'), token.group())
        if token.lastgroup == "word":
            return replacements.get(token.group(), token.group())
        return token.group()

    return _TOKEN.sub(_written, text)


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
                f"{where}: the expression '{text}' reads the column '{name}', which does not "
                f"exist; {hint}"
            )


def evaluate(frame: pl.DataFrame, text: str, where: str) -> pl.Series:
    """Evaluate an expression on every row of a frame.

    Args:
        frame: Any frame that has the columns the expression reads.
        text: The expression.
        where: The place of the expression, for the error.

    Returns:
        One value per row. A number that is not finite (a division by zero), or a date
        that no production has, is null: it is not a measurement.

    Raises:
        ProfileError: The expression does not parse, reads a missing column, or does not fit the
            columns' types.
    """
    expression = parse(text, where)
    require_columns(text, frame.columns, where)
    require_room(frame, text, where)
    try:
        values = frame.select(expression.alias("value"))["value"]
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        types = ", ".join(f"{name} is {frame.schema[name]}" for name in columns_of(text, where))
        reason = str(error).splitlines()[0]
        raise ProfileError(
            f"{where}: the expression '{text}' does not fit its columns ({types}): {reason}"
        ) from error
    if values.dtype.is_nested() or values.dtype in (pl.Binary, pl.Object, pl.Duration):
        raise ProfileError(
            f"{where}: the expression '{text[:60]}' gives {values.dtype}, not one value a row."
        )
    if values.len() != frame.height:
        values = values.new_from_index(0, frame.height)
    if values.dtype.is_float():
        values = _null_unless(values.is_finite(), values)
    if isinstance(values.dtype, (pl.Date, pl.Datetime)):
        values = _null_unless(in_calendar(values).fill_null(value=True), values)
    return values.alias("value")


def evaluate_condition(frame: pl.DataFrame, text: str, where: str) -> pl.Series:
    """Evaluate a condition on every row of a frame.

    Args:
        frame: Any frame that has the columns the condition reads.
        text: The condition; a number counts as true where it is not 0.
        where: The place of the condition, for the error.

    Returns:
        One truth per row; null where it cannot be told.

    Raises:
        ProfileError: As for ``evaluate``, or the text gives something that is not true or false.
    """
    values = evaluate(frame, text, where)
    if not (values.dtype.is_numeric() or values.dtype in (pl.Boolean, pl.Null)):
        raise ProfileError(
            f"{where}: the condition '{text}' gives {values.dtype}, not true or false; compare it "
            "with something."
        )
    return values.cast(pl.Boolean)


def _null_unless(is_kept: pl.Series, values: pl.Series) -> pl.Series:
    nothing = pl.Series([None], dtype=values.dtype)
    return values.zip_with(is_kept.fill_null(value=False), nothing)
