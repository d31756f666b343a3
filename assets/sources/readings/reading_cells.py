"""The cells of a mapping of readings as SQL: columns, look-ups, counts since 1970, elapsed time.

What comes from other files, and the starts of clocks, stands in small Parquet files that are joined
here; who writes them is ``reading_preparation``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from assets.sources.readings.reading_columns import ReadingColumns
from assets.sources.readings.sql_text import literal, quoted
from data_contracts.expression_language.tree import Kind
from data_contracts.expressions import read_number_sql
from data_contracts.profile_schema.cells import Cell
from data_contracts.profile_schema.clocks import EPOCHS, Clock
from data_contracts.profile_schema.mapping import READINGS
from data_contracts.profile_schema.mapping import Mapping as ProfileMapping

NUMBER, COUNT, START = '"__number"', '"__count"', '"__start"'
LONGEST_US = 1e16
NO_START = " after no known start"
OFFSET = r":[0-9]{2}(\.[0-9]+)? ?([zZ]|[+-][0-9]{2}(:?[0-9]{2})?)$"
"""An instant that says its offset from UTC itself, whatever zone the clock is said to have."""


@dataclass(frozen=True)
class Joined:
    """A small file joined to the rows.

    Attributes:
        file: Parquet with the keys ``key0``, ``key1``, ... and ``given``.
        keys: SQL of each key over the rows.
    """

    file: Path
    keys: tuple[str, ...]


@dataclass(frozen=True)
class ReadingCells:
    """How the cells of one mapping are written.

    Attributes:
        mapping: The mapping.
        columns: Its files' columns.
        joins: What is joined: for a look-up by the target it fills, for a clock by ``START``.
        kinds: Kind of columns cells read, where the rows that are records hold another.
    """

    mapping: ProfileMapping
    columns: ReadingColumns
    joins: Mapping[str, Joined] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    @property
    def clock_cell(self) -> Cell | None:
        """The cell that is filled by a clock."""
        return next((cell for cell in self.mapping.cells if cell.clock is not None), None)

    @property
    def needs_numbers(self) -> bool:
        """Whether the order of the rows matters."""
        is_made = self.clock_cell is not None and self.clock_cell.since is None
        return is_made or any(cell.is_row_number for cell in self.mapping.cells)

    def joined(self, rows: str) -> str:
        """Return the rows with what is joined to them and what the clock has counted."""
        for place, (name, join) in enumerate(self.joins.items()):
            alias = f"__join{place}"
            on = " AND ".join(
                f'{alias}."key{number}" IS NOT DISTINCT FROM {key}'
                for number, key in enumerate(join.keys)
            )
            rows = (
                f'SELECT __rows.*, {alias}."given" AS {_given(name)} FROM ({rows}) AS __rows '
                f"LEFT JOIN read_parquet({literal(str(join.file))}) AS {alias} ON {on or 'true'}"
            )
        cell = self.clock_cell
        if cell is None or cell.clock is None:
            return rows
        since = _given(START) if cell.since is None else self.sql(cell.since)
        start = f"TRY_CAST({since} AS TIMESTAMP)"
        return f"SELECT *, {self.count(cell)} AS {COUNT}, {start} AS {START} FROM ({rows})"

    def count(self, cell: Cell) -> str:
        """Return what a clock has counted on every row: a number of its units, null for none."""
        if cell.column is not None:
            return self.columns.double(cell.column)
        of = ", ".join(self.columns.text(name) for name in cell.clock.of) if cell.clock else ""
        parts = f"PARTITION BY {of} " if of else ""
        return f"CAST(row_number() OVER ({parts}ORDER BY {NUMBER}) - 1 AS DOUBLE)"

    def sql(self, cell: Cell) -> str:
        """Return a cell as SQL over the joined rows: a text, null where it is blank."""
        if cell.constant is not None:
            return literal(cell.constant)
        if cell.clock is not None:
            return self._clock(cell, cell.clock)
        if cell.expression is not None:
            columns = replace(self.columns, kinds={**self.columns.kinds, **self.kinds})
            return columns.expression(f"CAST({cell.expression} AS VARCHAR)", cell.where)
        if cell.is_row_number:
            return f"CAST({NUMBER} AS VARCHAR)"
        if cell.lookup is not None:
            return self._transformed(cell, _given(cell.target))
        return self._transformed(cell, self._own(cell))

    def _own(self, cell: Cell) -> str:
        """A number of a Parquet file stays one, so that no digit is lost or added."""
        name = str(cell.column)
        is_value = cell.target == "value" and self.mapping.table == READINGS
        return self.columns.number(name) if is_value else self.columns.text(name)

    def _transformed(self, cell: Cell, text: str) -> str:
        if cell.values is not None:
            whens = " ".join(f"WHEN {literal(k)} THEN {literal(v)}" for k, v in cell.values.items())
            text = f"CASE {text} {whens} ELSE {text} END"
        if cell.epoch is not None:
            is_own = cell.column is not None and cell.values is None and cell.lookup is None
            number = self.columns.double(str(cell.column)) if is_own else read_number_sql(text)
            us = f"round({number} * {EPOCHS[cell.epoch]!r}::DOUBLE)"
            made = f"make_timestamp(CAST({us} AS BIGINT))::VARCHAR"
            text = f"CASE WHEN abs({us}) < {LONGEST_US!r} THEN {made} ELSE {text}::VARCHAR END"
        if cell.format is not None:
            words = f"CAST({text} AS VARCHAR)"  # a Parquet file may hold instants
            text = f"coalesce(try_strptime({words}, {literal(cell.format)})::VARCHAR, {words})"
        if cell.timezone is not None:
            zoned = f"timezone({literal(cell.timezone)}, TRY_CAST({text} AS TIMESTAMP))"
            words = f"CAST({text} AS VARCHAR)"
            is_local = f"NOT regexp_matches({words}, {literal(OFFSET)})"
            local = f"CASE WHEN {is_local} THEN timezone('UTC', {zoned})::VARCHAR END"
            text = f"coalesce({local}, {_in_utc(words)})"
        elif self._is_instant_in_words(cell):
            text = _in_utc(f"CAST({text} AS VARCHAR)")
        return text

    def _is_instant_in_words(self, cell: Cell) -> bool:
        """Whether a cell may be a text that says its offset from UTC."""
        is_recorded = cell.target == "recorded_at" and self.mapping.table == READINGS
        is_iso = cell.format is None and cell.epoch is None
        return is_recorded and is_iso and cell.column not in self.columns.instants

    def _clock(self, cell: Cell, clock: Clock) -> str:
        own = self.columns.text(cell.column) if cell.column else COUNT
        delivered = f"CAST({own} AS VARCHAR)"
        us = f"round({COUNT} * {clock.seconds * 1e6!r}::DOUBLE)"
        later = f"make_timestamp(epoch_us({START}) + CAST({us} AS BIGINT))::VARCHAR"
        return (
            f"CASE WHEN {COUNT} IS NULL OR abs({us}) >= {LONGEST_US!r} THEN {delivered} "
            f"WHEN {START} IS NULL THEN {delivered} || {literal(NO_START)} ELSE {later} END"
        )


def _in_utc(words: str) -> str:
    """A text whose offset from UTC, which a cast to TIMESTAMP leaves out, has been counted in."""
    has_offset = f"regexp_matches({words}, {literal(OFFSET)})"
    zoned = f"CAST(TRY_CAST({words} AS TIMESTAMPTZ) AS TIMESTAMP)::VARCHAR"
    return f"CASE WHEN {has_offset} THEN coalesce({zoned}, {words}) ELSE {words} END"


def _given(name: str) -> str:
    return quoted(f"__given {name.strip(chr(34))}")
