"""How one column of a raw table is filled from a delivered file.

A cell is a delivered column, a constant, an expression, a row number, a look-up in another file or
an aggregate over rows, with what must happen to the text on the way: value maps and date formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data_contracts.expressions import columns_of
from data_contracts.profile_schema.clocks import CLOCK_KEYS, EPOCHS, Clock, read_clock
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.file_checks import check_date_format, check_time_zone

SOURCES = ("column", "constant", "expression", "row_number")
CELL_KEYS = (
    *SOURCES,
    *[
        "values",
        "other",
        "format",
        "months",
        "timezone",
        "epoch",
        *CLOCK_KEYS,
        "lookup",
        "aggregate",
        "optional",
        "available_at_stage",
    ],
)
AGGREGATES = ("min", "max", "first", "sum", "mean", "count")


@dataclass(frozen=True)
class Lookup:
    """A value taken from another file of the same source.

    Attributes:
        file: Name of the other file.
        own: Column of this file that is matched.
        other: Column of the other file it is matched with.
    """

    file: str
    own: str
    other: str


@dataclass(frozen=True)
class Cell:
    """How one target column is filled; exactly one of column, constant, expression, row_number.

    Attributes:
        target: Column of the raw table.
        column: Delivered (or derived) column; with a look-up, a column of the other file.
        constant: The same text for every record.
        expression: Row-wise SQL expression over delivered columns.
        is_row_number: Whether the order of the rows in the file is the value, counted from 1.
        values: Delivered text to text; a text not listed passes as it is, or becomes ``other``.
        other: What every delivered text not listed under ``values`` stands for; None for itself.
        format: strptime format of an instant; None where the export writes ISO 8601.
        months: Twelve month names, January first, where ``%b`` in the format is not English.
        timezone: Zone of the delivered clock; None means UTC.
        epoch: What a number counts since 1970 (``s``, ``ms`` or ``us``); None where it does not.
        clock: How elapsed time or row order becomes an instant; None where the cell has its own.
        since: The start of the clock; None where nobody knows it, and the series the clock counts
            are laid one after the other.
        lookup: Where the value is taken from another file.
        aggregate: How several rows become one record; None for no grouping.
        is_optional: Whether the delivered column may be absent.
        available_at_stage: First stage (1 to 7) at which the value is known, where it is later
            than the contract says.
        where: Place in the profile.
    """

    target: str
    where: str
    column: str | None = None
    constant: str | None = None
    expression: str | None = None
    is_row_number: bool = False
    values: Mapping[str, str] | None = None
    other: str | None = None
    format: str | None = None
    months: tuple[str, ...] = ()
    timezone: str | None = None
    epoch: str | None = None
    clock: Clock | None = None
    since: "Cell | None" = None
    lookup: Lookup | None = None
    aggregate: str | None = None
    is_optional: bool = False
    available_at_stage: int | None = None

    def delivered_columns(self) -> tuple[str, ...]:
        """Return the columns of its own file that the cell reads."""
        if self.clock is not None:
            since = self.since.delivered_columns() if self.since else ()
            own = () if self.column is None else (self.column,)
            return tuple(dict.fromkeys((*own, *self.clock.of, *since)))
        if self.lookup is not None:
            return (self.lookup.own,)
        if self.expression is not None:
            return columns_of(self.expression, self.where)
        return () if self.column is None else (self.column,)

    def looked_up(self) -> "tuple[tuple[Cell, Lookup], ...]":
        """Return the look-ups of the cell and of its clock's start, each with its cell."""
        cells = [self, *([self.since] if self.since else [])]
        return tuple((cell, cell.lookup) for cell in cells if cell.lookup is not None)

    def renamed(self, target: str) -> "Cell":
        """Return the same cell for another target column."""
        return replace(self, target=target)


def read_cell(section: Section, target: str) -> Cell:
    """Read how one target column is filled; a bare text is the name of a delivered column.

    Raises:
        ProfileError: The entry is neither a column name nor a readable description.
    """
    value = section.values[target]
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return Cell(target=target, column=str(value), where=section.where(target))
    entry = section.section(target)
    entry.only(CELL_KEYS)
    given = [key for key in SOURCES if key in entry.values]
    if len(given) != 1:
        entry.fail(None, f"say exactly one of {', '.join(SOURCES)}; found {given or 'none'}")
    expression = entry.text("expression")
    if expression is not None:
        columns_of(expression, entry.where("expression"))
    cell = Cell(
        target=target,
        where=entry.where(),
        column=entry.text("column"),
        constant=_constant(entry),
        expression=expression,
        is_row_number=entry.flag("row_number"),
        values=_values(entry.section("values")),
        other=entry.text("other"),
        format=entry.text("format"),
        months=entry.texts("months"),
        timezone=entry.text("timezone"),
        epoch=entry.choice("epoch", EPOCHS, "") if "epoch" in entry.values else None,
        clock=read_clock(entry),
        since=read_cell(entry, "since") if "since" in entry.values else None,
        lookup=_lookup(entry),
        aggregate=entry.choice("aggregate", AGGREGATES, "")
        if "aggregate" in entry.values
        else None,
        is_optional=entry.flag("optional"),
        available_at_stage=entry.stage("available_at_stage"),
    )
    _check_format(entry, cell)
    return cell


def _constant(entry: Section) -> str | None:
    value = entry.values.get("constant")
    return str(value).lower() if isinstance(value, bool) else entry.text("constant")


def _values(section: Section) -> dict[str, str] | None:
    return {
        key: section.required_text(key, "the text it stands for") for key in section.values
    } or None


def _lookup(entry: Section) -> Lookup | None:
    if "lookup" not in entry.values:
        return None
    section = entry.section("lookup")
    section.only(("file", "own", "other"))
    own = section.required_text("own", "the column of this file that is matched")
    return Lookup(
        file=section.required_text("file", "the name of the other file"),
        own=own,
        other=section.text("other") or own,
    )


def _check_format(entry: Section, cell: Cell) -> None:
    if cell.epoch is not None and (cell.format is not None or cell.timezone is not None):
        entry.fail("epoch", "a count since 1970 has no format and is UTC; keep one of them")
    if cell.since and (cell.since.clock or cell.since.aggregate):
        entry.fail("since", "a start is an instant of its own; look it up, or give it as it stands")
    if cell.other is not None and cell.values is None:
        entry.fail("other", "'other' goes with 'values': it is what a text not listed there means")
    if cell.months and (len(cell.months) != 12 or "%b" not in (cell.format or "")):
        entry.fail("months", "give twelve month names, January first, and a format that has %b")
    if cell.format is not None:
        check_date_format(entry, cell.format)
    if cell.timezone is not None:
        check_time_zone(entry, cell.timezone)
