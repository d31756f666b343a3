"""DuckDB statements generated from contracts, as text.

Here belong strings only; the connection they run on is the warehouse's. Keys are not declared to
DuckDB: its indexes cost memory on every write, and uniqueness is judged by the contract checks.
"""

from data_contracts.contract import Column, Contract


def create_table_sql(contract: Contract, name: str | None = None) -> str:
    """Return the statement that creates an empty table.

    Args:
        contract: What the table holds.
        name: Name to create it under, the contract's by default.
    """
    columns = ",\n".join(f"    {_column_sql(column)}" for column in contract.columns)
    return f"CREATE TABLE {name or contract.name} (\n{columns}\n)"


def comment_sql(contract: Contract) -> list[str]:
    """Return the statements that put the contract's descriptions into DuckDB's catalogue.

    A reader of the file then finds them in ``duckdb_tables()`` and ``duckdb_columns()``.
    """
    target = "TABLE" if contract.is_table else "VIEW"
    statements = [f"COMMENT ON {target} {contract.name} IS {_quoted(contract.description)}"]
    for column in contract.columns:
        unit = f" Unit: {column.unit}." if column.unit else ""
        text = _quoted(column.description + unit)
        statements.append(f'COMMENT ON COLUMN {contract.name}."{column.name}" IS {text}')
    return statements


def _column_sql(column: Column) -> str:
    null = " NOT NULL" if column.is_required else ""
    return f'"{column.name}" {column.physical_type}{null}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
