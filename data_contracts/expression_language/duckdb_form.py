"""An expression as SQL for DuckDB; ``polars_form`` evaluates the same in polars.

Only text is made here. What an operation needs twice is named once by a lambda, so that a deep
expression does not grow with every level.
"""

import math
from collections.abc import Callable, Mapping

from data_contracts.expression_language.letter_case import BLANKS, CAPITALS, SMALL
from data_contracts.expression_language.text_forms import (
    EARLIEST_US,
    FALSE_WORDS,
    LATEST_US,
    NUMBER,
    TRUE_WORDS,
    UNIT_US,
    instant_form,
)
from data_contracts.expression_language.tree import Kind
from data_contracts.expression_language.typed import Typed

TYPES: dict[Kind, str] = {
    "number": "DOUBLE",
    "text": "VARCHAR",
    "truth": "BOOLEAN",
    "instant": "TIMESTAMP",
    "nothing": "DOUBLE",
}
_LONGEST_TEXT = 1_000_000_000


def text_sql(text: str) -> str:
    """Return a text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def duckdb_form(part: Typed, columns: Mapping[str, str]) -> str:
    """Return a part of an expression as SQL.

    Args:
        part: The part.
        columns: SQL of every column it reads, of the kind it was given.
    """
    return _Writer(columns).sql(part)


class _Writer:
    def __init__(self, columns: Mapping[str, str], prefix: str = "x") -> None:
        self.columns, self.prefix, self.named = columns, prefix, 0

    def sql(self, part: Typed) -> str:
        if part.name == "column":
            return self.columns[str(part.content)]
        if part.name == "value":
            return _value(part)
        parts = [self.sql(inner) for inner in part.parts]
        if part.name in _WRITTEN:
            return _WRITTEN[part.name](self, part, parts)
        return _PLAIN[part.name](*parts)

    def once(self, sql: str, form: Callable[[str], str]) -> str:
        """Write a form that uses a value more than once, the value being computed once."""
        if _is_short(sql):
            return form(sql)
        self.named += 1
        name = f"{self.prefix}{self.named}"
        return f"list_transform([{sql}], lambda {name}: {form(name)})[1]"

    def finite(self, sql: str) -> str:
        """A number too large to be one is null."""
        return self.once(sql, lambda x: f"CASE WHEN isfinite({x}) THEN {x} END")


def _is_short(sql: str) -> bool:
    """Whether a value is a column or a literal, which may be written twice."""
    return len(sql) < 60 and "(" not in sql


def number_sql(number: float) -> str:
    """Return a number as SQL writes a double: a bare 0.1 would be a decimal."""
    return f"'{number!r}'::DOUBLE"


def _value(part: Typed) -> str:
    if part.content is None:
        return f"NULL::{TYPES[part.kind]}"
    if part.kind == "truth":
        return "true" if part.content else "false"
    if isinstance(part.content, float):
        return number_sql(part.content)
    return text_sql(str(part.content))


def _arithmetic(sign: str) -> "_Form":
    return lambda w, _, parts: w.finite(f"({parts[0]}) {sign} ({parts[1]})")


def _between(sign: str) -> Callable[..., str]:
    return lambda a, b: f"({a} {sign} {b})"


def _called(name: str) -> Callable[..., str]:
    return lambda *parts: f"{name}({', '.join(parts)})"


def _divided(w: _Writer, _: Typed, parts: list[str]) -> str:
    above, below = parts
    return w.once(below, lambda b: f"CASE WHEN {b} <> 0 THEN {w.finite(f'({above}) / {b}')} END")


def _remainder(w: _Writer, _: Typed, parts: list[str]) -> str:
    def _of(a: str, b: str) -> str:
        whole = f"trunc({w.finite(f'{a} / {b}')})"
        return f"CASE WHEN {b} <> 0 THEN {w.finite(f'{a} - {whole} * {b}')} END"

    return w.once(parts[0], lambda a: w.once(parts[1], lambda b: _of(a, b)))


def _power(w: _Writer, _: Typed, parts: list[str]) -> str:
    def _of(a: str, b: str) -> str:
        is_real = f"{a} > 0 OR ({a} < 0 AND {b} = floor({b})) OR ({a} = 0 AND {b} >= 0)"
        return f"CASE WHEN {is_real} THEN {w.finite(f'pow({a}, {b})')} END"

    return w.once(parts[0], lambda a: w.once(parts[1], lambda b: _of(a, b)))


def _root(w: _Writer, _: Typed, parts: list[str]) -> str:
    three, third = number_sql(3.0), number_sql(1 / 3)

    def _of(a: str) -> str:
        better = w.once(
            f"pow(abs({a}), {third})",
            lambda g: f"{g} - ({g} * {g} * {g} - abs({a})) / ({g} * {three} * {g})",
        )
        return f"CASE WHEN {a} = 0 THEN {number_sql(0.0)} ELSE sign({a}) * ({better}) END"

    return w.once(parts[0], _of)


def _guarded(condition: str, form: str) -> "_Form":
    """An operation on one number that is null unless a condition holds."""

    def _of(w: _Writer, _: Typed, parts: list[str]) -> str:
        return w.once(
            parts[0], lambda a: f"CASE WHEN {condition.format(a)} THEN {form.format(a)} END"
        )

    return _of


def _log(w: _Writer, part: Typed, parts: list[str]) -> str:
    if len(parts) == 1:
        return _WRITTEN["log10"](w, part, parts)

    def _of(b: str, a: str) -> str:
        ratio = w.once(
            f"ln({b})", lambda below: f"CASE WHEN {below} <> 0 THEN ln({a}) / {below} END"
        )
        return f"CASE WHEN {a} > 0 AND {b} > 0 THEN round({w.finite(ratio)}, 12) END"

    return w.once(parts[0], lambda b: w.once(parts[1], lambda a: _of(b, a)))


def _round(_: _Writer, part: Typed, parts: list[str]) -> str:
    decimals = part.parts[1].content if len(part.parts) > 1 else 0
    return f"round({parts[0]}, {int(decimals or 0)})"


def _case(_: _Writer, __: Typed, parts: list[str]) -> str:
    whens = zip(parts[:-1:2], parts[1::2], strict=True)
    chain = " ".join(f"WHEN {when} THEN {value}" for when, value in whens)
    return f"CASE {chain} ELSE {parts[-1]} END"


def _nullif(w: _Writer, _: Typed, parts: list[str]) -> str:
    return w.once(parts[0], lambda a: f"CASE WHEN {a} = {parts[1]} THEN NULL ELSE {a} END")


def _like(_: _Writer, part: Typed, parts: list[str]) -> str:
    if part.name == "like":
        return f"({parts[0]} LIKE {parts[1]})"
    return f"({_lower(parts[0])} LIKE {_lower(parts[1])})"


def _lower(text: str) -> str:
    return f"translate({text}, {text_sql(CAPITALS)}, {text_sql(SMALL)})"


def _upper(text: str) -> str:
    return f"translate({text}, {text_sql(SMALL)}, {text_sql(CAPITALS)})"


def _cut(w: _Writer, part: Typed, parts: list[str]) -> str:
    text, count = parts
    return w.once(count, lambda n: f"CASE WHEN {n} >= 0 THEN {part.name}({text}, {_length(n)}) END")


def _length(count: str) -> str:
    return f"CAST(least(floor({count}), {_LONGEST_TEXT}) AS BIGINT)"


def _substr(w: _Writer, _: Typed, parts: list[str]) -> str:
    text, start, given = [*parts, number_sql(float(_LONGEST_TEXT))][:3]

    def _of(s: str, n: str) -> str:
        part = f"substr({text}, {_length(s)}, {_length(n)})"
        return f"CASE WHEN {s} >= 1 AND {n} >= 0 THEN {part} END"

    return w.once(start, lambda s: w.once(given, lambda n: _of(s, n)))


def _trim(_: _Writer, part: Typed, parts: list[str]) -> str:
    signs = str(part.parts[1].content) if len(parts) > 1 else BLANKS
    return f"{part.name}({parts[0]}, {text_sql(signs)})" if signs else parts[0]


def _number_of_text(w: _Writer, _: Typed, parts: list[str]) -> str:
    return w.once(_trimmed(parts[0]), lambda x: number_of_text_sql(x, w.finite))


def number_of_text_sql(text: str, finite: Callable[[str], str]) -> str:
    """Return SQL that reads a trimmed text as a number, null where it is none."""
    number = finite(f"TRY_CAST({text} AS DOUBLE)")
    return f"CASE WHEN regexp_matches({text}, {text_sql(NUMBER)}) THEN {number} END"


def _trimmed(text: str) -> str:
    return f"trim({text}, {text_sql(BLANKS)})"


def _truth_of_text(w: _Writer, _: Typed, parts: list[str]) -> str:
    yes, no = (", ".join(map(text_sql, words)) for words in (TRUE_WORDS, FALSE_WORDS))
    return w.once(
        _lower(_trimmed(parts[0])),
        lambda x: f"CASE WHEN {x} IN ({yes}) THEN true WHEN {x} IN ({no}) THEN false END",
    )


def _text_of_number(w: _Writer, _: Typed, parts: list[str]) -> str:
    """Whole numbers without a point; an exponent of one digit without a leading zero."""

    def _of(a: str) -> str:
        whole = f"CAST(CAST({a} AS BIGINT) AS VARCHAR)"
        other = f"replace(CAST({a} AS VARCHAR), 'e-0', 'e-')"
        return f"CASE WHEN {a} = floor({a}) AND abs({a}) < 1e15 THEN {whole} ELSE {other} END"

    return w.once(parts[0], _of)


def _instant(w: _Writer, part: Typed, parts: list[str]) -> str:
    form = instant_form(part.parts[1].content if len(parts) > 1 else None)

    def _padded(x: str) -> str:
        whens = " ".join(
            f"WHEN regexp_matches({x}, {text_sql(pattern)}) THEN {x} || {text_sql(ending)}"
            for pattern, ending in form.patterns
        )
        return f"CASE {whens} END"

    padded = w.once(f"replace({_trimmed(parts[0])}, 'T', ' ')", _padded)
    return f"try_strptime({padded}, {text_sql(form.strptime_duckdb)})"


def _aged(unit: str) -> Callable[[str, str], str]:
    return lambda later, earlier: (
        f"(CAST(epoch_us({later}) - epoch_us({earlier}) AS DOUBLE) / {number_sql(UNIT_US[unit])})"
    )


def _added(unit: str) -> "_Form":
    def _of(w: _Writer, _: Typed, parts: list[str]) -> str:
        instant, number = parts

        def _later(us: str) -> str:
            later = w.once(
                f"epoch_us({instant}) + CAST({us} AS BIGINT)",
                lambda at: (
                    f"CASE WHEN {at} BETWEEN {EARLIEST_US} AND {LATEST_US} "
                    f"THEN make_timestamp({at}) END"
                ),
            )
            return f"CASE WHEN abs({us}) < 1e16 THEN {later} END"

        return w.once(f"round({number} * {number_sql(UNIT_US[unit])})", _later)

    return _of


def _shift(_: _Writer, part: Typed, parts: list[str]) -> str:
    first, hours = (float(inner.content or 0) for inner in part.parts[1:])
    return _floored(parts[0], first * UNIT_US["hours"], hours * UNIT_US["hours"])


def _floored(instant: str, offset: float, width: float) -> str:
    off, wide = number_sql(offset), number_sql(width)
    begun = f"floor((CAST(epoch_us({instant}) AS DOUBLE) - {off}) / {wide}) * {wide} + {off}"
    return f"make_timestamp(CAST({begun} AS BIGINT))"


_Form = Callable[[_Writer, Typed, list[str]], str]
_PLAIN: dict[str, Callable[..., str]] = {
    "negative": lambda a: f"(-{a})",
    "abs": lambda a: f"abs({a})",
    "ceil": lambda a: f"ceil({a})",
    "floor": lambda a: f"floor({a})",
    "sign": lambda a: f"CAST(sign({a}) AS DOUBLE)",
    "pi": lambda: number_sql(math.pi),
    **{name: _between(name) for name in ("=", "<>", "<", "<=", ">", ">=", "||")},
    "in": lambda a, *others: f"({a} IN ({', '.join(others)}))",
    "and": lambda *parts: f"({' AND '.join(parts)})",
    "or": lambda *parts: f"({' OR '.join(parts)})",
    "not": lambda a: f"(NOT {a})",
    "is_null": lambda a: f"({a} IS NULL)",
    **{
        name: _called(name)
        for name in (
            *("coalesce", "greatest", "least", "concat", "concat_ws", "replace"),
            *("starts_with", "ends_with"),
        )
    },
    "lower": _lower,
    "upper": _upper,
    "length": lambda a: f"CAST(length({a}) AS DOUBLE)",
    "strpos": lambda a, b: f"CAST(strpos({a}, {b}) AS DOUBLE)",
    "number_of_truth": lambda a: f"CAST({a} AS DOUBLE)",
    "truth_of_number": lambda a: f"({a} <> 0)",
    "text_of_truth": lambda a: f"CAST({a} AS VARCHAR)",
    "text_of_instant": lambda a: f"strftime({a}, '%Y-%m-%d %H:%M:%S.%f')",
    "floor_to_day": lambda a: _floored(a, 0.0, UNIT_US["days"]),
    **{f"age_{unit}": _aged(unit) for unit in UNIT_US},
}
_WRITTEN: dict[str, _Form] = {
    **{sign: _arithmetic(sign) for sign in ("+", "-", "*")},
    "/": _divided,
    "mod": _remainder,
    "pow": _power,
    "cbrt": _root,
    "sqrt": _guarded("{0} >= 0", "sqrt({0})"),
    "ln": _guarded("{0} > 0", "ln({0})"),
    "log2": _guarded("{0} > 0", f"round(ln({{0}}) / {number_sql(math.log(2))}, 12)"),
    "log10": _guarded("{0} > 0", f"round(ln({{0}}) / {number_sql(math.log(10))}, 12)"),
    "log": _log,
    "exp": lambda w, _, parts: w.finite(f"exp({parts[0]})"),
    "round": _round,
    "case": _case,
    "nullif": _nullif,
    "like": _like,
    "ilike": _like,
    "left": _cut,
    "right": _cut,
    "substr": _substr,
    "trim": _trim,
    "ltrim": _trim,
    "rtrim": _trim,
    "number_of_text": _number_of_text,
    "truth_of_text": _truth_of_text,
    "text_of_number": _text_of_number,
    "instant": _instant,
    "floor_to_shift": _shift,
    **{f"add_{unit}": _added(unit) for unit in UNIT_US},
}


def read_number_sql(text: str) -> str:
    """Return SQL that reads a text as a number, null where it is none, as expressions do."""
    return _number_of_text(_Writer({}, "c"), Typed("number", "number_of_text"), [text])
