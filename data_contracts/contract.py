"""What a table means, as frozen values: its columns, its rules and its grain.

Here belong the shapes every other part of the room is generated from. Reading them from files is
in ``odcs``, finding them by name in ``catalogue``; nothing here knows YAML, polars or DuckDB.
"""

from dataclasses import dataclass
from typing import Any

from data_contracts.errors import ContractError

NUMERIC_TYPES = frozenset({"BIGINT", "DOUBLE", "DECIMAL(18,2)"})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes:
        name: snake_case, with the unit as suffix where the unit is fixed.
        logical_type: ODCS logical type (string, integer, number, boolean, timestamp, date).
        physical_type: DuckDB type; instants are UTC without a zone.
        description: One sentence for an analyst.
        is_required: Whether a null breaks the contract.
        is_key: Whether the column is part of the record's key.
        unit: Unit of a number; ``as in <column>`` where each record states its own.
        minimum: Smallest allowed value, inclusive.
        maximum: Largest allowed value, inclusive.
        valid_values: The only allowed values; empty when any value is allowed.
        pattern: Regular expression the whole text must match.
        default: Value that stands in when the source is silent.
        available_at_stage: First of the seven stages at which the value can be known.
        stage_column: Column holding the record's own stage, which can only make the value later.
        known_at: Column holding the instant at which the value became known.
        needs_instant: Whether a null in that column means that the value is not known yet, rather
            than that nobody noted when.
        is_planned: Whether the instant may lie in the future, as a plan, and so is no news.
        is_provenance: Whether the column is outside every comparison of contents.
        defines_outcome: Outcome this column decides, to which it may never be a feature.
        codes: Name under which ``data_contracts.codes`` holds the allowed values, where code
            speaks of them.
        joins: Columns of other tables this one refers to, each ``schema.table.column``.
    """

    name: str
    logical_type: str
    physical_type: str
    description: str
    is_required: bool = False
    is_key: bool = False
    unit: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    valid_values: tuple[str | int, ...] = ()
    pattern: str | None = None
    default: Any = None
    available_at_stage: int | None = None
    stage_column: str | None = None
    known_at: str | None = None
    needs_instant: bool = False
    is_planned: bool = False
    is_provenance: bool = False
    defines_outcome: str | None = None
    codes: str | None = None
    joins: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether the column holds numbers and therefore needs a unit."""
        return self.physical_type in NUMERIC_TYPES


@dataclass(frozen=True, slots=True)
class RowRule:
    """A condition between columns of one record.

    Attributes:
        name: snake_case name reported when the rule is broken.
        expression: SQL boolean expression, valid in DuckDB and in polars; a record breaks the
            rule only where the expression is false, so a null never does.
        description: The condition in words.
    """

    name: str
    expression: str
    description: str


@dataclass(frozen=True, slots=True)
class Contract:
    """One table, view or file under contract.

    Attributes:
        name: ``schema.table``.
        description: What the table is for, in a sentence or two.
        grain: What one row is.
        columns: All columns in order, provenance last.
        rules: Conditions between columns of one record.
        max_quarantine_share: Share of received records that may be refused before a run stops;
            None where records are computed rather than received.
        kind: ``table``, ``view`` or ``file``.
        inherits: Name of the contract whose columns, provenance apart, come before its own.
        codes_module: Module of ``data_contracts.codes`` that holds its codes; None for the one of
            its schema.
    """

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    rules: tuple[RowRule, ...] = ()
    max_quarantine_share: float | None = None
    kind: str = "table"
    inherits: str | None = None
    codes_module: str | None = None

    def column(self, name: str) -> Column:
        """Return one column.

        Raises:
            ContractError: The table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        known = ", ".join(self.column_names)
        raise ContractError(f"{self.name} has no column '{name}'. Its columns are: {known}.")

    @property
    def schema(self) -> str:
        """Warehouse schema, the first part of the name."""
        return self.name.partition(".")[0]

    @property
    def table(self) -> str:
        """Table name without its schema."""
        return self.name.partition(".")[2]

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns in order."""
        return tuple(column.name for column in self.columns)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that identify a record."""
        return tuple(column.name for column in self.columns if column.is_key)

    @property
    def unique_columns(self) -> tuple[str, ...]:
        """Names of the columns no two stored rows may share.

        The key; for tables that keep every delivered version of a record, the key with the
        version's content and the instant it was received.
        """
        version = ("content_hash", "received_at")
        keeps_versions = set(version) <= set(self.column_names)
        return self.key + version if self.key and keeps_versions else self.key

    @property
    def compared_columns(self) -> tuple[str, ...]:
        """Names of the columns that decide whether two tables are the same."""
        return tuple(column.name for column in self.columns if not column.is_provenance)

    @property
    def is_view(self) -> bool:
        """Whether the name stands for a view over files rather than a stored table."""
        return self.kind == "view"

    @property
    def is_table(self) -> bool:
        """Whether the name stands for a table stored in the warehouse."""
        return self.kind == "table"
