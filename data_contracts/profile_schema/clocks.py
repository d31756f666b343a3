"""Time as plants write it where no instant stands: elapsed units, counts since 1970, row order.

Here belongs what a profile may say about such a clock. Turning it into instants belongs in
``assets.sources``.
"""

import re
from dataclasses import dataclass

from data_contracts.profile_schema.document import Section

CLOCK_KEYS = ("elapsed", "every", "of", "since")
EPOCHS = {"s": 1_000_000.0, "ms": 1_000.0, "us": 1.0}
"""Microseconds in one count of an epoch."""
MADE_START, MADE_GAP_S = "2000-01-01 00:00:00", 60.0
"""Where no start is known the first series begins here, each other so long after another."""
_UNITS_S = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1.0),
    **dict.fromkeys(("min", "minute", "minutes"), 60.0),
    **dict.fromkeys(("h", "hour", "hours"), 3600.0),
    **dict.fromkeys(("d", "day", "days"), 86400.0),
}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([a-z]+)\s*")


@dataclass(frozen=True)
class Clock:
    """A clock that counts from a start, which the cell says or nobody knows.

    Attributes:
        seconds: Seconds in one count: of the column's unit, or between two rows.
        of: Columns whose equal values make rows one series, each with its own start; none where
            all rows are one.
    """

    seconds: float
    of: tuple[str, ...]


def read_clock(entry: Section) -> Clock | None:
    """Read what a cell says about its clock.

    Returns:
        The clock; None for a cell that has an instant of its own.

    Raises:
        ProfileError: A key stands without its partner, or a unit or duration is none.
    """
    if "elapsed" not in entry.values and "every" not in entry.values:
        for key in ("of", "since"):
            if key in entry.values:
                entry.fail(key, f"'{key}' belongs to 'elapsed' or to a row number with 'every'")
        return None
    for key in ("format", "months", "timezone", "epoch", "values", "lookup"):
        if key in entry.values:
            entry.fail(key, f"'{key}' describes an instant; say it under 'since'")
    if "elapsed" in entry.values:
        if "column" not in entry.values or "every" in entry.values:
            entry.fail("elapsed", "elapsed time stands in a 'column'")
        unit = str(entry.text("elapsed"))
        if unit not in _UNITS_S:
            entry.fail("elapsed", f"'{unit}' is no unit; write seconds, minutes, hours or days")
        seconds = _UNITS_S[unit]
    else:
        if not entry.flag("row_number"):
            entry.fail("every", "'every' is the time between two rows; add 'row_number: true'")
        seconds = _seconds(entry)
    return Clock(seconds, entry.texts("of"))


def _seconds(entry: Section) -> float:
    text = str(entry.text("every"))
    match = _DURATION.fullmatch(text)
    if match is None or match[2] not in _UNITS_S or float(match[1]) <= 0:
        entry.fail("every", f"'{text}' is no duration; write '10 s', '0.5 min' or '1 h'")
    return float(match[1]) * _UNITS_S[match[2]]
