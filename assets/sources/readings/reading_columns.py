"""The columns of delivered readings as SQL: as text, as number, as an expression sees them.

Blanks, foreign decimal marks and false values are treated here as they are for records; what a
column holds (numbers or texts) has been counted before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assets.sources.readings.scans import column_sql
from assets.sources.readings.sql_text import literal, quoted
from data_contracts.expression_language.tree import Kind
from data_contracts.expressions import columns_of, kind_of, read_number_sql, sql_of
from data_contracts.profile_schema.files import MissingRule, SourceFile

COMMA_NUMBER = r"^[+-]?([0-9]{1,3}(\.[0-9]{3})+|[0-9]+)(,[0-9]+)?([eE][+-]?[0-9]+)?$"
"""A number with a decimal comma; 1.5 is none, and is not read as 15."""


@dataclass(frozen=True)
class ReadingColumns:
    """What is known of the columns of delivered readings.

    Attributes:
        described: What the profile says about the files.
        names: Every column some file has.
        numeric: Columns that are numbers in the files themselves.
        instants: Columns that are instants in the files themselves.
        as_delivered: Kind of the columns conditions on false values read.
        kinds: Kind of the columns expressions read, false values being blank.
    """

    described: SourceFile
    names: frozenset[str]
    numeric: frozenset[str] = frozenset()
    instants: frozenset[str] = frozenset()
    as_delivered: Mapping[str, Kind] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a cell as text, null where it is blank, missing by the profile, or not there."""
        if name in self.described.derived_names:
            return quoted(name)
        return self._without_false(name, self._delivered(name))

    def words(self, name: str) -> str:
        """Return a cell as a text even where a Parquet file holds something else."""
        is_typed = self.described.format == "parquet" and name not in self.described.derived_names
        return f"CAST({self.text(name)} AS VARCHAR)" if is_typed else self.text(name)

    def number(self, name: str) -> str:
        """Return a cell as the text of a number with a decimal point, or as the number it is."""
        if name in self.described.derived_names:
            return quoted(name)
        return self._without_false(name, self._pointed(name))

    def double(self, name: str) -> str:
        """Return a cell as a number, null where it is none."""
        return self._read(name, self.number(name))

    def delivered_double(self, name: str) -> str:
        """Return a cell as a number whether or not the profile calls it missing."""
        return self._read(name, self._pointed(name))

    def derived(self) -> Iterable[tuple[str, str]]:
        """Yield the name and the SQL of every derived column, in order; each is a text."""
        for column in self.described.derived:
            text = f"CAST({column.expression} AS VARCHAR)"
            yield column.name, self.expression(text, column.where, reads_text=column.reads_text)

    def expression(self, text: str, where: str, *, reads_text: bool = False) -> str:
        """Return an expression over cleaned columns as SQL."""
        columns = {}
        for name in columns_of(text, where):
            kind = "text" if reads_text else self.kind(name)
            columns[name] = kind, self.double(name) if kind == "number" else self.words(name)
        return sql_of(text, columns, where)

    def kind(self, name: str) -> Kind:
        """Return what a column holds; of a derived one, what its expression gives."""
        if name in self.kinds:
            return self.kinds[name]
        for column in self.described.derived:
            if column.name == name and not column.reads_text:
                reads = columns_of(column.expression, column.where)
                kinds: dict[str, Kind] = {each: self.kind(each) for each in reads}
                given = kind_of(column.expression, kinds, column.where)
                return given if given == "number" else "text"
        return "number" if name in self.numeric else "text"

    def delivered_words(self, name: str) -> str:
        """Return a cell as text whether or not the profile calls it missing."""
        return f"CAST({self._delivered(name)} AS VARCHAR)"

    def _delivered(self, name: str) -> str:
        return column_sql(name, self.described, self.numeric) if name in self.names else "NULL"

    def _pointed(self, name: str) -> str:
        text = self._delivered(name)
        if self.described.format == "csv" and self.described.decimal == ",":
            is_number = f"regexp_matches({text}, {literal(COMMA_NUMBER)})"
            point = f"replace(replace({text}, '.', ''), ',', '.')"
            text = f"CASE WHEN {is_number} THEN {point} ELSE {text} END"
        return text

    def _as_delivered(self, name: str, *, is_number: bool) -> str:
        return self.delivered_double(name) if is_number else self.delivered_words(name)

    def _read(self, name: str, text: str) -> str:
        is_typed = name in self.numeric
        return (
            f"CAST({text} AS DOUBLE)" if is_typed else read_number_sql(f"CAST({text} AS VARCHAR)")
        )

    def _without_false(self, name: str, value: str) -> str:
        for rule in self.described.missing:
            if name in rule.columns:
                value = f"CASE WHEN {self._is_false(rule, name)} THEN NULL ELSE {value} END"
        return value

    def _is_false(self, rule: MissingRule, name: str) -> str:
        conditions = []
        if rule.when is not None:
            columns = {}
            for each in columns_of(rule.when, rule.where):
                is_number = each in self.numeric or self.as_delivered.get(each) == "number"
                kind: Kind = "number" if is_number else "text"
                sql = self._as_delivered(each, is_number=is_number)
                columns[each] = kind, sql
            conditions.append(sql_of(f"({rule.when}) IS TRUE", columns, rule.where))
        if rule.equals:
            texts = ", ".join(literal(value) for value in rule.equals)
            numbers = ", ".join(f"TRY_CAST({literal(value)} AS DOUBLE)" for value in rule.equals)
            same = f"CAST({self._delivered(name)} AS VARCHAR) IN ({texts})"
            conditions.append(
                f"(coalesce({same}, false) OR "
                f"coalesce({self.delivered_double(name)} IN ({numbers}), false))"
            )
        return " AND ".join(conditions)
