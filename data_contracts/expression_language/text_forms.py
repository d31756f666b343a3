"""How numbers, words and instants are written in text, one form for both engines."""

import re
from dataclasses import dataclass
from typing import Final

from data_contracts.expression_language.parser import ExpressionError

NUMBER: Final = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
TRUE_WORDS: Final = ("true", "t", "yes", "y", "1")
FALSE_WORDS: Final = ("false", "f", "no", "n", "0")
UNIT_US: Final = {"seconds": 1e6, "minutes": 6e7, "hours": 3.6e9, "days": 8.64e10}
EARLIEST_US: Final = -62_135_596_800_000_000  # the first day of year 1
LATEST_US: Final = 253_402_300_799_999_999  # the last of year 9999
_DAY = "[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_MINUTE = f"{_DAY} ([01][0-9]|2[0-3]):[0-5][0-9]"
_SECOND = f"{_MINUTE}:[0-5][0-9]"
_PARTS: Final = {
    "Y": "[12][0-9]{3}",
    "m": "(0[1-9]|1[0-2])",
    "d": "(0[1-9]|[12][0-9]|3[01])",
    "H": "([01][0-9]|2[0-3])",
    "M": "[0-5][0-9]",
    "S": "[0-5][0-9]",
}


@dataclass(frozen=True)
class InstantForm:
    """How a text is read as an instant.

    Attributes:
        patterns: Regular expressions a text must match as a whole, with what is added to the text
            so that all of them look alike.
        strptime_polars: The form they then have, as polars writes it.
        strptime_duckdb: The same as DuckDB writes it.
    """

    patterns: tuple[tuple[str, str], ...]
    strptime_polars: str
    strptime_duckdb: str


_ISO: Final = InstantForm(
    patterns=(
        (f"^{_DAY}$", " 00:00:00.000000"),
        (f"^{_MINUTE}$", ":00.000000"),
        (f"^{_SECOND}$", ".000000"),
        *((rf"^{_SECOND}\.[0-9]{{{digits}}}$", "0" * (6 - digits)) for digits in range(1, 7)),
    ),
    strptime_polars="%Y-%m-%d %H:%M:%S.%6f",
    strptime_duckdb="%Y-%m-%d %H:%M:%S.%f",
)


def instant_form(written: object) -> InstantForm:
    """Return how texts are read as instants.

    Args:
        written: A format of ``%Y %m %d %H %M %S`` and other signs; None for ISO 8601, with or
            without seconds.

    Raises:
        ExpressionError: The format has another part, or lacks year, month or day.
    """
    if written is None:
        return _ISO
    text = str(written)
    pieces = re.split(r"%(.)", text)
    if any(sign not in _PARTS for sign in pieces[1::2]) or not {"Y", "m", "d"} <= set(pieces[1::2]):
        raise ExpressionError(
            f"'{text}' is no format of %Y %m %d %H %M %S with year, month and day"
        )
    if len(set(pieces[1::2])) < len(pieces[1::2]) or "T" in "".join(pieces[::2]):
        raise ExpressionError(
            f"'{text}' names a part twice, or has a T between; write a blank for T"
        )
    pattern = "".join(
        _PARTS[piece] if place % 2 else re.escape(piece) for place, piece in enumerate(pieces)
    )
    has_minutes = {"H", "M"} <= set(pieces[1::2])
    ending = "" if has_minutes else "\x1f00:00"
    form = text if has_minutes else f"{text}\x1f%H:%M"
    if not has_minutes and {"H", "M", "S"} & set(pieces[1::2]):
        raise ExpressionError(f"'{text}' has an hour without minutes, or minutes without an hour")
    return InstantForm(((f"^{pattern}$", ending),), form, form)


def like_pattern(pattern: str) -> str:
    """Return a LIKE pattern as a regular expression."""
    signs = {"%": ".*", "_": "."}
    return "(?s)^" + "".join(signs.get(sign) or re.escape(sign) for sign in pattern) + "$"
