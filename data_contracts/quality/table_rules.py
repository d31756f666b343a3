"""What a stored table must satisfy, rule by rule, and the one query that counts the failures.

Here belong the rules of a contract as SQL conditions for DuckDB. The counting runs wherever the
table lives; who judges the counts is ``expectations``. ``record_checks`` holds the same rules for
records that have not been stored yet.
"""

from dataclasses import dataclass

import polars as pl

from data_contracts.contract import Column, Contract

COLUMNS, REQUIRED, RANGE, VALID_VALUES, PATTERN, UNIQUE_KEY = (
    "columns",
    "required",
    "range",
    "valid_values",
    "pattern",
    "unique_key",
)


@dataclass(frozen=True, slots=True)
class TableRule:
    """One rule of a stored table.

    Attributes:
        rule: ``required``, ``range``, ``valid_values``, ``pattern``, ``unique_key``, or the name
            of a condition between columns.
        columns: Columns the rule looks at.
        condition: SQL that is true where a row breaks the rule; empty for the unique key, which
            no row breaks alone.
        description: What holds where the rule is kept.
    """

    rule: str
    columns: tuple[str, ...]
    condition: str
    description: str

    @property
    def column_name(self) -> str:
        """The columns as one text, as ``evidence.contract_results`` has them."""
        return ", ".join(self.columns)

    @property
    def label(self) -> str:
        """A name no other rule of the same table has."""
        return f"{self.rule}: {self.column_name}"


def table_rules(contract: Contract) -> list[TableRule]:
    """Return every rule of a table but the presence and order of its columns."""
    rules = [rule for column in contract.columns for rule in _column_rules(column)]
    if unique := contract.unique_columns:
        words = f"no two rows share {', '.join(unique)}"
        rules.append(TableRule(UNIQUE_KEY, unique, "", words))
    for rule in contract.rules:
        columns = tuple(dict.fromkeys(pl.sql_expr(rule.expression).meta.root_names()))
        broken = f"NOT ({rule.expression})"
        rules.append(TableRule(rule.name, columns, broken, rule.description))
    return rules


def counting_sql(contract: Contract) -> str:
    """Return the query that counts, in one pass, the rows each rule checks and finds broken.

    Its one row has a column ``<rule>: <columns>|checked`` and one ``...|failed`` per rule. Of a
    key that several rows share, all of them count as failed.
    """
    counts = ",\n    ".join(
        part for rule in table_rules(contract) for part in _counts(rule, contract)
    )
    return f"SELECT\n    {counts}\nFROM {contract.name}"


def _column_rules(column: Column) -> list[TableRule]:
    name, named, rules = f'"{column.name}"', (column.name,), []
    if column.is_required:
        rules.append(TableRule(REQUIRED, named, f"{name} IS NULL", f"{column.name} is given"))
    bounds = [
        f"{name} {sign} {bound!r}"
        for sign, bound in (("<", column.minimum), (">", column.maximum))
        if bound is not None
    ]
    if bounds:
        words = f"{column.name} is {bounds_in_words(column)}"
        rules.append(TableRule(RANGE, named, " OR ".join(bounds), words))
    if column.valid_values:
        allowed = ", ".join(map(_literal, column.valid_values))
        words = f"{column.name} is one of {', '.join(map(str, column.valid_values))}"
        rules.append(TableRule(VALID_VALUES, named, f"{name} NOT IN ({allowed})", words))
    if column.pattern is not None:
        condition = f"NOT regexp_full_match({name}, {_literal(column.pattern)})"
        words = f"{column.name} has the form {column.pattern}"
        rules.append(TableRule(PATTERN, named, condition, words))
    return rules


def _counts(rule: TableRule, contract: Contract) -> tuple[str, str]:
    checked, failed = f'"{rule.label}|checked"', f'"{rule.label}|failed"'
    if rule.rule == UNIQUE_KEY:
        key = ", ".join(f'"{name}"' for name in rule.columns)
        groups = f"SELECT count(*) AS n FROM {contract.name} GROUP BY {key}"
        shared = f"(SELECT coalesce(sum(n), 0)::BIGINT FROM ({groups}) WHERE n > 1)"
        return f"count(*) AS {checked}", f"{shared} AS {failed}"
    if rule.rule in (RANGE, VALID_VALUES, PATTERN):
        rows = f'count("{rule.columns[0]}")'
    else:
        rows = "count(*)"
    return f"{rows} AS {checked}", f"count(*) FILTER ({rule.condition}) AS {failed}"


def bounds_in_words(column: Column) -> str:
    """Say what a number may be, as after "is": ``between 1 and 7``, ``at least 0``.

    Args:
        column: One with a smallest or a largest value.
    """
    if column.maximum is None:
        return f"at least {column.minimum:g}"
    if column.minimum is None:
        return f"at most {column.maximum:g}"
    return f"between {column.minimum:g} and {column.maximum:g}"


def _literal(value: str | int) -> str:
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"
