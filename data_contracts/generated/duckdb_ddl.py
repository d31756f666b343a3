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


def comment_sql(contract: Contract, name: str | None = None, kind: str = "") -> list[str]:
    """Return the statements that put the contract's descriptions into DuckDB's catalogue.

    A reader of the file then finds them in ``duckdb_tables()`` and ``duckdb_columns()``: what a row
    is and its key with the table; unit, allowed values and joins with the column.

    Args:
        contract: What the relation holds.
        name: Name it has in the database, the contract's by default.
        kind: ``TABLE`` or ``VIEW``, as it is in the database; by default as under contract.
    """
    target, called = kind or ("TABLE" if contract.is_table else "VIEW"), name or contract.name
    statements = [f"COMMENT ON {target} {called} IS {_quoted(_about_table(contract))}"]
    for column in contract.columns:
        text = _quoted(_about_column(column))
        statements.append(f'COMMENT ON COLUMN {called}."{column.name}" IS {text}')
    return statements


def _about_table(contract: Contract) -> str:
    key = f" Key: {', '.join(contract.key)}." if contract.key else ""
    return f"{contract.description} One row: {contract.grain}{key}"


def _about_column(column: Column) -> str:
    told = [column.description]
    if column.is_key:
        told.append("Part of the key.")
    if column.unit:
        told.append(f"Unit: {column.unit}.")
    if column.valid_values:
        told.append(f"Values: {', '.join(map(str, column.valid_values))}.")
    if column.minimum is not None:
        told.append(f"At least {column.minimum:g}.")
    if column.maximum is not None:
        told.append(f"At most {column.maximum:g}.")
    if column.joins:
        told.append(f"Joins {', '.join(column.joins)}.")
    return " ".join(told)


def _column_sql(column: Column) -> str:
    null = " NOT NULL" if column.is_required else ""
    return f'"{column.name}" {column.physical_type}{null}'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
