"""The file of prices a site fills in: the shipped set it extends, and the lines that matter most.

A line left as it is stays a placeholder, so a draft that nobody has touched states nothing. Here
belongs how numbers and the file are written; which lines matter is read from the last run.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from data_contracts.assumptions import Assumption, Assumptions
from data_contracts.codes.money import PriceOrigin
from data_contracts.errors import UsageError
from reports.wording import PRICE_ORIGINS

_HEAD = """\
# Prices of this plant, over the set '{base}' that comes with lotwise: what is not said here is as
# it stands there. A line is [low, base, high], or one number where it is certain. A line left as
# it is stays a placeholder. Fill it in, then: lotwise run --assumptions {file}
extends: {base}
as_of: {as_of}   # the date at which these figures hold
# source: standard costs 2026, cost accounting   # where they come from; else a line names itself
assumptions:
"""


def written_number(value: Fraction) -> str:
    """Write an exact number as a file states it: ``200000``, ``0.05``, ``2/3``."""
    text = f"{float(value):.12f}".rstrip("0").rstrip(".")
    return text if Fraction(text) == value else str(value)


def price_line(number: Assumption) -> str:
    """Return a number as one line for a reader: values, unit, and whose it is."""
    low, base, high = (f"{float(end):,g}" if end < 1 else _grouped(end) for end in _ends(number))
    span = base if low == high else f"{base} ({low} to {high})"
    whose = PRICE_ORIGINS[number.origin]
    return f"{number.name}: {span} {number.unit}; {whose}, in {number.stated_in}"


def draft(
    assumptions: Assumptions,
    shares: Sequence[Mapping[str, Any]],
    *,
    most: int,
    file: str,
    as_of: date,
) -> str:
    """Return the text of a file to fill in.

    Args:
        assumptions: The set in force.
        shares: Rows of ``economics.price_shares``, the largest share first.
        most: Most lines to write.
        file: Its name, as the command will be given it.
        as_of: Date proposed for the figures.

    Raises:
        UsageError: No placeholder is left to state, or the set in force extends no shipped one.
    """
    left = [
        row
        for row in shares
        if row["name"] in assumptions.parameters
        and assumptions[row["name"]].origin != PriceOrigin.SITE
        and row["origin"] in (PriceOrigin.PLACEHOLDER, PriceOrigin.SIMULATED_PLANT)
    ]
    if not left:
        raise UsageError(
            "Nothing to draft: every number that moves the money is the plant's own already."
        )
    if assumptions.shipped_set is None:
        names = ", ".join(row["name"] for row in left[:most])
        raise UsageError(
            f"{assumptions.where} extends no set that comes with lotwise. State in it: {names}."
        )
    first = [row for row in left if row["is_asked"]]
    then = [row for row in left if not row["is_asked"]][: max(most - len(first), 0)]
    text = _HEAD.format(base=assumptions.shipped_set, file=" ".join(file.split()), as_of=as_of)
    if first:
        text += "  # These first: they carry most of what is unsure about the money.\n"
    text += "".join(_lines(assumptions, first))
    if then:
        text += "  # Then these.\n"
    return text + "".join(_lines(assumptions, then))


def _lines(assumptions: Assumptions, rows: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for row in rows:
        number = assumptions[row["name"]]
        span = ", ".join(map(written_number, _ends(number)))
        asked = f"{number.unit}; {number.owner}: {number.description}"
        yield f"  {number.name}: [{span}]   # {asked}\n"


def _ends(number: Assumption) -> tuple[Fraction, Fraction, Fraction]:
    return number.low, number.base, number.high


def _grouped(value: Fraction) -> str:
    return f"{float(value):,.2f}".rstrip("0").rstrip(".")
