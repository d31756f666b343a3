"""Polars schemas generated from contracts, and the gate every written frame passes.

Here belong the translation of types and ``conform``; judging values (ranges, keys, rules) is in
``record_rules`` for records as received and in ``expectations`` for stored tables.
"""

import polars as pl

from data_contracts.contract import Column, Contract
from data_contracts.errors import ContractError

POLARS_TYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "BIGINT": pl.Int64(),
    "DOUBLE": pl.Float64(),
    "BOOLEAN": pl.Boolean(),
    "TIMESTAMP": pl.Datetime("us"),
    "DATE": pl.Date(),
    "DECIMAL(18,2)": pl.Decimal(18, 2),
}


def polars_type(column: Column) -> pl.DataType:
    """Return the polars type of a column."""
    return POLARS_TYPES[column.physical_type]


def polars_schema(contract: Contract) -> dict[str, pl.DataType]:
    """Return the columns of a table with their polars types, in order."""
    return {column.name: polars_type(column) for column in contract.columns}


def empty(contract: Contract) -> pl.DataFrame:
    """Return a frame with a table's columns and no rows."""
    return pl.DataFrame(schema=polars_schema(contract))


def conform(frame: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """Return the frame in the contract's columns, order and types.

    Missing optional columns are added as nulls (or their default), numbers that are not a number
    become null, instants with a zone become UTC without one. Nothing is rounded or cut.

    Raises:
        ContractError: A column is unknown, a required column is missing or has nulls, or a value
            does not fit its type.
    """
    unknown = [name for name in frame.columns if name not in contract.column_names]
    if unknown:
        raise ContractError(
            f"{contract.name} has no column {', '.join(map(repr, unknown))}. "
            "Drop it from the frame or describe it in the contract."
        )
    return pl.DataFrame([_conformed(frame, column, contract.name) for column in contract.columns])


def _conformed(frame: pl.DataFrame, column: Column, table: str) -> pl.Series:
    where = f"{table}.{column.name}"
    if column.name not in frame.columns:
        if column.is_required and column.default is None:
            raise ContractError(f"{where} is required and missing from the frame: compute it.")
        return (
            pl.Series(column.name, [column.default], polars_type(column))
            .extend_constant(column.default, max(frame.height - 1, 0))
            .head(frame.height)
        )
    series = _cast(frame[column.name], column, where)
    if column.default is not None:
        series = series.fill_null(column.default)
    if column.is_required and series.has_nulls():
        raise ContractError(
            f"{where} is required and null in {series.null_count()} of {frame.height} rows: "
            "fill these rows or leave them out."
        )
    return series


def _cast(series: pl.Series, column: Column, where: str) -> pl.Series:
    target = polars_type(column)
    if series.dtype.is_float():
        series = series.fill_nan(None)
        _require_whole_numbers(series, target, where)
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone is not None:
        series = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if series.dtype.is_nested():
        raise ContractError(f"{where} is {column.physical_type}, not {series.dtype}: cast it.")
    try:
        return series.cast(target)
    except pl.exceptions.PolarsError as error:
        reason = str(error).partition("\n")[0]
        raise ContractError(
            f"{where} is {column.physical_type} and cannot hold these {series.dtype} values: "
            f"{reason}. Cast the column or correct the contract."
        ) from error


def _require_whole_numbers(series: pl.Series, target: pl.DataType, where: str) -> None:
    if target.is_integer():
        fractions = series.filter(series != series.round())
        if fractions.len():
            raise ContractError(
                f"{where} holds whole numbers and was given {fractions[0]}: round it knowingly."
            )
