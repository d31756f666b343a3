"""Reads received values as the types of the contract, strictly.

Here belongs the cast of one column of text (or of already typed values) to its contract type:
blanks become nulls, and what cannot be read stays recognisable as unreadable instead of turning
into a silent null. What a readable value may be is judged in ``record_rules``.
"""

from collections.abc import Callable, Sequence

import polars as pl

from data_contracts.contract import Column
from data_contracts.errors import ContractError
from data_contracts.generated.polars_schema import polars_type

INSTANT_FORMATS = (
    *("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"),
    *("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d"),
)
ZONED_FORMATS = (
    *("%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f%#z"),
    *("%Y-%m-%dT%H:%M%#z", "%Y-%m-%d %H:%M%#z"),
)
TRUE_WORDS = ("true", "t", "yes", "y", "1")
FALSE_WORDS = ("false", "f", "no", "n", "0")

EXPECTED_IN_WORDS = {
    "VARCHAR": "a text",
    "BIGINT": "a whole number",
    "DOUBLE": "a number",
    "DECIMAL(18,2)": "an amount with at most two decimals",
    "BOOLEAN": "true or false",
    "TIMESTAMP": "an instant such as 2024-03-01 14:30:00",
    "DATE": "a date such as 2024-03-01",
}


def read_as(received: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    """Read received values as the type of their column.

    Args:
        received: Text as found in an export, or values already typed.
        column: What the values should be.

    Returns:
        The typed values, null where blank or unreadable, and a mask that is true where a value
        was given but cannot be read as the column's type.

    Raises:
        ContractError: The values are lists or structures, which no contract type holds.
    """
    if received.dtype.is_nested():
        raise ContractError(f"Column '{column.name}' holds {received.dtype}; it must be flat.")
    if received.dtype == pl.String:
        given = received.str.strip_chars()
        given = given.set(given == "", None)
        typed = _TEXT_READERS[column.physical_type](given)
    else:
        given = received.fill_nan(None) if received.dtype.is_float() else received
        typed = _from_typed(given, column)
    return typed.alias(column.name), given.is_not_null() & typed.is_null()


def _from_typed(given: pl.Series, column: Column) -> pl.Series:
    target = polars_type(column)
    if isinstance(given.dtype, pl.Datetime) and given.dtype.time_zone is not None:
        given = given.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if given.dtype.is_float():
        given = _finite(given)
        if target.is_integer():
            return _whole(given)
    return given.cast(target, strict=False)


def _finite(numbers: pl.Series) -> pl.Series:
    return numbers.set(~numbers.is_finite(), None)


def _whole(numbers: pl.Series) -> pl.Series:
    return numbers.set(numbers != numbers.round(), None).cast(pl.Int64, strict=False)


def _number(text: pl.Series) -> pl.Series:
    return _finite(text.cast(pl.Float64, strict=False))


def _whole_number(text: pl.Series) -> pl.Series:
    whole = text.cast(pl.Int64, strict=False)
    return whole if whole.null_count() == text.null_count() else _or(whole, _whole(_number(text)))


def _amount(text: pl.Series) -> pl.Series:
    exact = text.str.contains(r"^[+-]?\d{1,16}(\.\d{1,2})?$")
    return text.set(~exact, None).cast(pl.Decimal(18, 2), strict=False)


def _truth(text: pl.Series) -> pl.Series:
    words = text.str.to_lowercase()
    truth = words.is_in(TRUE_WORDS)
    return truth.set(~(truth | words.is_in(FALSE_WORDS)), None)


def _instant(text: pl.Series) -> pl.Series:
    plain = _first_fitting(text, INSTANT_FORMATS, pl.Datetime("us"))
    if plain.null_count() == text.null_count():
        return plain
    zoned = _first_fitting(text, ZONED_FORMATS, pl.Datetime("us", "UTC"))
    return _or(plain, zoned.dt.replace_time_zone(None))


def _date(text: pl.Series) -> pl.Series:
    return _first_fitting(text, ("%Y-%m-%d",), pl.Date())


def _first_fitting(
    text: pl.Series, formats: Sequence[str], target: pl.Datetime | pl.Date
) -> pl.Series:
    """Read each text by the first format that fits; later formats only where some are left."""
    read = pl.Series(text.name, [None], dtype=target).new_from_index(0, text.len())
    for form in formats:
        if read.null_count() == text.null_count():
            break
        read = _or(read, text.str.strptime(target, form, strict=False, exact=True))
    return read


def _or(first: pl.Series, second: pl.Series) -> pl.Series:
    return first.zip_with(first.is_not_null(), second)


_TEXT_READERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "VARCHAR": lambda text: text,
    "BIGINT": _whole_number,
    "DOUBLE": _number,
    "DECIMAL(18,2)": _amount,
    "BOOLEAN": _truth,
    "TIMESTAMP": _instant,
    "DATE": _date,
}
