"""An expression evaluated by polars, part by part; ``duckdb_form`` says the same in SQL.

Every part is computed once for all rows, so an operation may look at its arguments as often as it
needs to.
"""

import math
from collections.abc import Callable, Sequence
from functools import reduce

import numpy as np
import polars as pl

from data_contracts.expression_language.letter_case import BLANKS, CAPITALS, SMALL
from data_contracts.expression_language.text_forms import (
    EARLIEST_US,
    FALSE_WORDS,
    LATEST_US,
    NUMBER,
    TRUE_WORDS,
    UNIT_US,
    instant_form,
    like_pattern,
)
from data_contracts.expression_language.tree import Kind
from data_contracts.expression_language.typed import Typed

TYPES: dict[Kind, pl.DataType] = {
    "number": pl.Float64(),
    "text": pl.String(),
    "truth": pl.Boolean(),
    "instant": pl.Datetime("us"),
    "nothing": pl.Null(),
}
_LONGEST_TEXT = 1_000_000_000


def evaluated(part: Typed, frame: pl.DataFrame) -> pl.Series:
    """Return the value of a part of an expression on every row.

    Args:
        part: The part.
        frame: The columns it reads, of the types in ``TYPES``.
    """
    if part.name == "column":
        return frame[str(part.content)]
    if part.name == "value":
        value = pl.Series([part.content], dtype=TYPES[part.kind])
        return value.new_from_index(0, frame.height)
    inner = [evaluated(each, frame).alias(str(place)) for place, each in enumerate(part.parts)]
    given = pl.DataFrame(inner) if inner else pl.DataFrame({"0": [0.0] * frame.height})
    columns = [pl.col(str(place)) for place in range(len(inner))]
    if part.name in _OF_PARTS:
        form = _OF_PARTS[part.name](part, *columns)
    else:
        form = _PLAIN[part.name](*columns)
    return given.select(form.alias("value")).to_series()


def numbers_of(text: pl.Series) -> pl.Series:
    """Read texts as numbers, null where one is none."""
    form = _number_of_text(pl.col("text")).alias(text.name)
    return pl.DataFrame({"text": text}).select(form).to_series()


def _ratio(above: pl.Expr, below: pl.Expr | float) -> pl.Expr:
    """Divide as every other engine does; polars multiplies by the inverse of a constant."""
    if isinstance(below, float):
        return above.map_batches(
            lambda part: pl.Series(np.divide(part.to_numpy(), below)), return_dtype=pl.Float64
        )
    return pl.map_batches([above, below], _divided_parts, return_dtype=pl.Float64)


def _divided_parts(parts: Sequence[pl.Series]) -> pl.Series:
    with np.errstate(all="ignore"):  # what is not finite becomes null
        return pl.Series(np.divide(parts[0].to_numpy(), parts[1].to_numpy()))


def _finite(number: pl.Expr) -> pl.Expr:
    """A number too large to be one is null."""
    return pl.when(number.is_finite()).then(number)


def _divided(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below != 0).then(_finite(_ratio(above, below)))


def _remainder(above: pl.Expr, below: pl.Expr) -> pl.Expr:
    """What is left has the sign of what was divided, as in SQL."""
    ratio = _divided(above, below)
    whole = pl.when(ratio < 0).then(ratio.ceil()).otherwise(ratio.floor())
    return _finite(above - whole * below)


def _power(base: pl.Expr, exponent: pl.Expr) -> pl.Expr:
    is_whole = exponent == exponent.floor()
    is_real = (base > 0) | ((base < 0) & is_whole) | ((base == 0) & (exponent >= 0))
    return pl.when(is_real).then(_finite(base.pow(exponent)))


def _root(number: pl.Expr) -> pl.Expr:
    size = number.abs()
    guess = size.pow(pl.repeat(1 / 3, pl.len(), dtype=pl.Float64))
    better = guess - _ratio(guess * guess * guess - size, guess * 3.0 * guess)
    root = pl.when(number == 0).then(0.0).otherwise(number.sign() * better)
    return pl.when(number.is_not_null()).then(root)


def _logarithm(base: float) -> Callable[[pl.Expr], pl.Expr]:
    def _of(number: pl.Expr) -> pl.Expr:
        return _rounded(_finite(_ratio(_natural(number), math.log(base))), 12)

    return _of


def _natural(number: pl.Expr) -> pl.Expr:
    return pl.when(number > 0).then(number.log())


def _log(first: pl.Expr, second: pl.Expr | None = None) -> pl.Expr:
    """By base ten, or by the base that is named first."""
    if second is None:
        return _logarithm(10.0)(first)
    return _rounded(_divided(_natural(second), _natural(first)), 12)


def _rounded(number: pl.Expr, decimals: int) -> pl.Expr:
    return number.round(decimals, mode="half_away_from_zero")


def _round(part: Typed, number: pl.Expr, *_: pl.Expr) -> pl.Expr:
    given = part.parts[1].content if len(part.parts) > 1 else 0
    return _rounded(number, int(given or 0))


def _in(part: Typed, value: pl.Expr, *others: pl.Expr) -> pl.Expr:
    written = [inner.content for inner in part.parts[1:]]
    if all(inner.name == "value" for inner in part.parts[1:]) and None not in written:
        return value.is_in(pl.Series(written, dtype=TYPES[part.parts[0].kind]).implode())
    return reduce(lambda one, other: one | other, [value == other for other in others])


def _case(*parts: pl.Expr) -> pl.Expr:
    chain = parts[-1]
    for when, value in reversed(list(zip(parts[:-1:2], parts[1::2], strict=True))):
        chain = pl.when(when).then(value).otherwise(chain)
    return chain


def _text_of_number(number: pl.Expr) -> pl.Expr:
    """Whole numbers without a point; exponents from 1e-5 down, one digit where one does."""
    text = number.cast(pl.String)
    small = r"^(-?)0\.0000([1-9])([0-9]+)$", r"^(-?)0\.0000([1-9])$"
    text = text.str.replace(small[0], "${1}${2}.${3}e-5").str.replace(small[1], "${1}${2}e-5")
    is_whole = (number == number.floor()) & (number.abs() < 1e15)
    whole = (number + 0.0).cast(pl.Int64, strict=False).cast(pl.String)
    return pl.when(is_whole).then(whole).otherwise(text)


def _number_of_text(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.strip_chars(BLANKS)
    number = trimmed.cast(pl.Float64, strict=False)
    return pl.when(trimmed.str.contains(NUMBER)).then(_finite(number))


def _truth_of_text(text: pl.Expr) -> pl.Expr:
    word = _lower(text.str.strip_chars(BLANKS))
    yes, no = word.is_in(TRUE_WORDS), word.is_in(FALSE_WORDS)
    return pl.when(yes).then(True).when(no).then(False)


def _instant(part: Typed, text: pl.Expr, *_: pl.Expr) -> pl.Expr:
    form = instant_form(part.parts[1].content if len(part.parts) > 1 else None)
    trimmed = text.str.strip_chars(BLANKS).str.replace("T", " ", literal=True)
    padded = pl.coalesce(
        pl.when(trimmed.str.contains(pattern)).then(trimmed + ending)
        for pattern, ending in form.patterns
    )
    return padded.str.strptime(pl.Datetime("us"), form.strptime_polars, strict=False)


def _aged(unit: str) -> Callable[[pl.Expr, pl.Expr], pl.Expr]:
    def _of(later: pl.Expr, earlier: pl.Expr) -> pl.Expr:
        micro = (later - earlier).dt.total_microseconds().cast(pl.Float64)
        return _finite(_ratio(micro, UNIT_US[unit]))

    return _of


def _added(unit: str) -> Callable[[pl.Expr, pl.Expr], pl.Expr]:
    def _of(instant: pl.Expr, number: pl.Expr) -> pl.Expr:
        micro = _rounded(number * UNIT_US[unit], 0)
        whole = pl.when(micro.abs() < 1e16).then(micro).cast(pl.Int64, strict=False)
        later = instant.cast(pl.Int64) + whole
        return pl.when(later.is_between(EARLIEST_US, LATEST_US)).then(later.cast(pl.Datetime("us")))

    return _of


def _shift(part: Typed, instant: pl.Expr, *_: pl.Expr) -> pl.Expr:
    first, hours = (float(inner.content or 0) for inner in part.parts[1:])
    return _floored(instant, first * UNIT_US["hours"], hours * UNIT_US["hours"])


def _floored(instant: pl.Expr, offset: float, width: float) -> pl.Expr:
    micro = instant.cast(pl.Int64).cast(pl.Float64) - offset
    begun = _finite(_ratio(micro, width)).floor() * width + offset
    return begun.cast(pl.Int64).cast(pl.Datetime("us"))


def _lower(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(list(CAPITALS), list(SMALL))


def _upper(text: pl.Expr) -> pl.Expr:
    return text.str.replace_many(list(SMALL), list(CAPITALS))


def _like(part: Typed, text: pl.Expr, _: pl.Expr) -> pl.Expr:
    pattern = str(part.parts[1].content)
    if part.name == "ilike":
        table = str.maketrans(CAPITALS, SMALL)
        text, pattern = _lower(text), pattern.translate(table)
    return text.str.contains(like_pattern(pattern))


def _cut(which: str) -> Callable[[pl.Expr, pl.Expr], pl.Expr]:
    def _of(text: pl.Expr, count: pl.Expr) -> pl.Expr:
        number = _length(count)
        part = text.str.head(number) if which == "left" else text.str.tail(number)
        return pl.when((count >= 0) & text.is_not_null()).then(part)

    return _of


def _length(count: pl.Expr) -> pl.Expr:
    return count.floor().clip(0, _LONGEST_TEXT).cast(pl.Int64)


def _substr(text: pl.Expr, start: pl.Expr, length: pl.Expr | None = None) -> pl.Expr:
    offset = _length(start) - 1
    given = pl.lit(float(_LONGEST_TEXT)) if length is None else length
    is_sensible = (start >= 1) & (given >= 0) & text.is_not_null()
    return pl.when(is_sensible).then(text.str.slice(offset.clip(lower_bound=0), _length(given)))


def _replace(part: Typed, text: pl.Expr, *_: pl.Expr) -> pl.Expr:
    old, new = (str(inner.content) for inner in part.parts[1:])
    return text.str.replace_all(old, new, literal=True)


def _trim(part: Typed, text: pl.Expr, *_: pl.Expr) -> pl.Expr:
    signs = str(part.parts[1].content) if len(part.parts) > 1 else BLANKS
    if not signs:
        return text
    stripped = {
        "trim": text.str.strip_chars,
        "ltrim": text.str.strip_chars_start,
        "rtrim": text.str.strip_chars_end,
    }
    return stripped[part.name](signs)


def _strpos(part: Typed, text: pl.Expr, _: pl.Expr) -> pl.Expr:
    sought = str(part.parts[1].content)
    before = text.str.splitn(sought, 2).struct.field("field_0").str.len_chars() + 1
    place = pl.when(text.str.contains(sought, literal=True)).then(before).otherwise(0)
    return pl.when(text.is_not_null()).then(place).cast(pl.Float64)


def _concat_ws(part: Typed, _: pl.Expr, *texts: pl.Expr) -> pl.Expr:
    return pl.concat_str(texts, separator=str(part.parts[0].content), ignore_nulls=True)


_PLAIN: dict[str, Callable[..., pl.Expr]] = {
    "+": lambda a, b: _finite(a + b),
    "-": lambda a, b: _finite(a - b),
    "*": lambda a, b: _finite(a * b),
    "/": _divided,
    "mod": _remainder,
    "pow": _power,
    "log": _log,
    "case": _case,
    "negative": lambda a: -a,
    "abs": lambda a: a.abs(),
    "ceil": lambda a: a.ceil(),
    "floor": lambda a: a.floor(),
    "sign": lambda a: a.sign(),
    "sqrt": lambda a: pl.when(a >= 0).then(a.sqrt()),
    "cbrt": _root,
    "exp": lambda a: _finite(a.exp()),
    "ln": _natural,
    "log2": _logarithm(2.0),
    "log10": _logarithm(10.0),
    "pi": lambda: pl.repeat(math.pi, pl.len(), dtype=pl.Float64),
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "and": lambda *parts: reduce(lambda a, b: a & b, parts),
    "or": lambda *parts: reduce(lambda a, b: a | b, parts),
    "not": lambda a: ~a,
    "is_null": lambda a: a.is_null(),
    "coalesce": pl.coalesce,
    "nullif": lambda a, b: pl.when((a == b).fill_null(value=False)).then(None).otherwise(a),
    "greatest": pl.max_horizontal,
    "least": pl.min_horizontal,
    "||": lambda a, b: pl.concat_str([a, b]),
    "concat": lambda *parts: pl.concat_str(parts, ignore_nulls=True),
    "lower": _lower,
    "upper": _upper,
    "length": lambda a: a.str.len_chars().cast(pl.Float64),
    "left": _cut("left"),
    "right": _cut("right"),
    "substr": _substr,
    "starts_with": lambda a, b: a.str.starts_with(b),
    "ends_with": lambda a, b: a.str.ends_with(b),
    "number_of_truth": lambda a: a.cast(pl.Float64),
    "number_of_text": _number_of_text,
    "truth_of_number": lambda a: a != 0,
    "truth_of_text": _truth_of_text,
    "text_of_number": _text_of_number,
    "text_of_truth": lambda a: pl.when(a).then(pl.lit("true")).when(~a).then(pl.lit("false")),
    "text_of_instant": lambda a: a.dt.strftime("%Y-%m-%d %H:%M:%S.%6f"),
    "floor_to_day": lambda a: _floored(a, 0.0, UNIT_US["days"]),
    **{f"age_{unit}": _aged(unit) for unit in UNIT_US},
    **{f"add_{unit}": _added(unit) for unit in UNIT_US},
}
# Operations that look at what is written, not only at what is computed.
_OF_PARTS: dict[str, Callable[..., pl.Expr]] = {
    "round": _round,
    "in": _in,
    "like": _like,
    "ilike": _like,
    "replace": _replace,
    "trim": _trim,
    "ltrim": _trim,
    "rtrim": _trim,
    "strpos": _strpos,
    "concat_ws": _concat_ws,
    "instant": _instant,
    "floor_to_shift": _shift,
}
