"""How one column of a raw table is filled from a delivered file.

A cell is a delivered column, a constant, an expression, a row number, a look-up in another file or
an aggregate over rows, with what must happen to the text on the way: value maps and date formats.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data_contracts.expressions import columns_of
from data_contracts.profile_schema.document import Section

SOURCES = ("column", "constant", "expression", "row_number")
CELL_KEYS = (
    *SOURCES,
    *[
        "values",
        "other",
        "format",
        "months",
        "timezone",
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
    lookup: Lookup | None = None
    aggregate: str | None = None
    is_optional: bool = False
    available_at_stage: int | None = None

    def delivered_columns(self) -> tuple[str, ...]:
        """Return the columns of its own file that the cell reads."""
        if self.lookup is not None:
            return (self.lookup.own,)
        if self.expression is not None:
            return columns_of(self.expression, self.where)
        return () if self.column is None else (self.column,)

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
    if cell.other is not None and cell.values is None:
        entry.fail("other", "'other' goes with 'values': it is what a text not listed there means")
    if cell.months and (len(cell.months) != 12 or "%b" not in (cell.format or "")):
        entry.fail("months", "give twelve month names, January first, and a format that has %b")
    if cell.timezone is not None:
        from zoneinfo import ZoneInfo

        try:
            ZoneInfo(cell.timezone)
        except (KeyError, ValueError):
            entry.fail(
                "timezone", f"'{cell.timezone}' is no time zone; write Europe/Ljubljana, say"
            )
