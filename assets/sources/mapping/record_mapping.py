"""From cleaned files to records of the raw tables: columns filled, wide columns turned long.

Records are still text, in contract column names, with where each stood. Whether they are accepted
is decided by the contract in ``admission``.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from assets.sources.files.record_places import FILE_COLUMN, ROW_COLUMN
from assets.sources.files.wanted_columns import UNIT_NM, is_number
from assets.sources.mapping.cell_values import cell_values
from assets.sources.mapping.cleaning import as_numbers
from assets.sources.mapping.found_phases import found_phases
from data_contracts.catalogue import contract
from data_contracts.errors import ProfileError
from data_contracts.expressions import columns_of, holds
from data_contracts.profile import Profile
from data_contracts.profile_schema import mapping as profile_mapping
from data_contracts.profile_schema.mapping import NAME_COLUMN, UnpivotColumn
from data_contracts.profile_schema.readings import tag_records

PLACE = ("source_file", "source_row")
_CENSORED_TEXT = r"^\s*([<>])=?\s*(.+)$"
_LIMIT_SIDE = {"<": "left", ">": "right"}


@dataclass(frozen=True)
class Mapped:
    """Records of the raw tables, not judged yet.

    Attributes:
        records: Per fed raw table the records in the order delivered: text columns of the
            contract, with ``source_file`` and ``source_row``.
        conflicting_keys: Per table the number of keys whose repetitions say different things and
            of which the first was taken.
    """

    records: dict[str, pl.DataFrame]
    conflicting_keys: dict[str, int]


def map_tables(profile: Profile, files: Mapping[str, pl.DataFrame]) -> Mapped:
    """Turn cleaned files into records.

    Args:
        profile: How files feed tables.
        files: Cleaned files by name.

    Returns:
        The records of every table the profile feeds, from all files that feed it.

    Raises:
        ProfileError: An expression does not fit the delivered columns.
    """
    parts: dict[str, list[pl.DataFrame]] = {}
    conflicts: dict[str, int] = {}
    for mapping in profile.mappings:
        records = _records(mapping, files)
        if mapping.is_distinct:
            records, conflicting = _distinct(records, mapping.table)
            conflicts[mapping.table] = conflicts.get(mapping.table, 0) + conflicting
        parts.setdefault(mapping.table, []).append(records)
    for mapping in profile.readings:
        if declared := tag_records(mapping):
            frame = pl.DataFrame(declared).with_columns(
                pl.lit(profile.file.name).alias("source_file"),
                pl.int_range(1, len(declared) + 1, dtype=pl.Int64).alias("source_row"),
            )
            parts.setdefault("raw.sensor_tags", []).append(frame)
    joined = {table: pl.concat(frames, how="diagonal") for table, frames in parts.items()}
    return Mapped(joined, {table: keys for table, keys in conflicts.items() if keys})


def _records(mapping: profile_mapping.Mapping, files: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    frame = whole = files[mapping.file]
    if mapping.condition is not None:
        numbers = as_numbers(frame, columns_of(mapping.condition, mapping.where))
        frame = frame.filter(holds(numbers, mapping.condition, mapping.where))
    filled = pl.DataFrame([cell_values(cell, frame, files, whole) for cell in mapping.cells])
    place = frame.select(
        pl.col(FILE_COLUMN).alias("source_file"), pl.col(ROW_COLUMN).alias("source_row")
    )
    records = filled.hstack(place)
    if mapping.found_by is not None:
        return found_phases(mapping.found_by, records, frame)
    if mapping.spectrum is not None:
        records = _spectrum(mapping.spectrum, records, frame)
    if mapping.unpivot:
        records = _long(mapping, records, frame)
    if mapping.is_grouped:
        records = _grouped(mapping, records)
    return _with_censoring(records, mapping.table)


def _spectrum(unit: str, records: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
    """One record per row and column named by a number; a blank cell is no record."""
    names = [name for name in frame.columns if is_number(name)]
    nanometres = {name: str(UNIT_NM[unit](float(name))) for name in names}
    long = records.hstack(frame.select(names)).unpivot(
        names, index=records.columns, variable_name="wavelength_nm", value_name="absorbance"
    )
    return (
        long.filter(pl.col("absorbance").is_not_null())
        .with_columns(pl.col("wavelength_nm").replace_strict(nanometres, return_dtype=pl.String))
        .sort(PLACE, maintain_order=True)
    )


def _long(
    mapping: profile_mapping.Mapping, records: pl.DataFrame, frame: pl.DataFrame
) -> pl.DataFrame:
    """One record per row and wide column; a blank cell is no record."""
    parts = [
        _quantity(wide, NAME_COLUMN[mapping.table], records, frame[wide.column])
        for wide in mapping.unpivot
    ]
    return pl.concat(parts, how="diagonal").sort(PLACE, maintain_order=True)


def _quantity(
    wide: UnpivotColumn, name_column: str, records: pl.DataFrame, values: pl.Series
) -> pl.DataFrame:
    constants = {cell.target: pl.lit(cell.constant, dtype=pl.String) for cell in wide.constants}
    long = records.with_columns(
        pl.lit(wide.name).alias(name_column), values.alias(wide.value_column), **constants
    ).filter(pl.col(wide.value_column).is_not_null())
    return long if wide.reporting_limit is None else _with_reporting_limit(long, wide)


def _with_reporting_limit(long: pl.DataFrame, wide: UnpivotColumn) -> pl.DataFrame:
    """A result at its reporting limit, or below it, says only that the truth is not above it."""
    value, limit = pl.col(wide.value_column).cast(pl.Float64, strict=False), wide.reporting_limit
    below = (value < limit if wide.is_limit_measured else value <= limit).fill_null(value=False)
    return long.with_columns(
        pl.when(below)
        .then(pl.lit(str(limit)))
        .otherwise(wide.value_column)
        .alias(wide.value_column),
        pl.when(below).then(pl.lit("left")).otherwise(pl.lit("none")).alias("censoring"),
    )


def _with_censoring(records: pl.DataFrame, table: str) -> pl.DataFrame:
    """Read ``<0.05`` as a result censored at 0.05, and say of every other that it is not."""
    if "censoring" not in contract(table).column_names or "value" not in records.columns:
        return records
    side = pl.col("value").str.extract(_CENSORED_TEXT, 1).replace_strict(_LIMIT_SIDE, default=None)
    limit = pl.col("value").str.extract(_CENSORED_TEXT, 2)
    stated = pl.col("censoring") if "censoring" in records.columns else pl.lit(None, pl.String)
    return records.with_columns(
        pl.coalesce(limit, "value").alias("value"),
        pl.coalesce(side, stated, pl.lit("none")).alias("censoring"),
    )


def _grouped(mapping: profile_mapping.Mapping, records: pl.DataFrame) -> pl.DataFrame:
    """Rows that agree in all other cells become one record; it stands where the first stood."""
    aggregates = {cell.target: cell.aggregate for cell in mapping.cells if cell.aggregate}
    keys = [name for name in records.columns if name not in (*aggregates, *PLACE)]
    typed = records.with_columns(as_numbers(records, tuple(aggregates)))
    for name, how in aggregates.items():
        if how in ("sum", "mean") and typed.schema[name] == pl.String:
            found = typed[name].drop_nulls().first()
            raise ProfileError(
                f"{mapping.where}: the {how} of '{name}' needs numbers, but most of its cells are "
                f"texts such as {found!r}; aggregate another column, or take 'first'."
            )
    return typed.group_by(keys, maintain_order=True).agg(
        *(_aggregated(name, how) for name, how in aggregates.items()), *(pl.col(PLACE).first(),)
    )


def _aggregated(name: str, how: str) -> pl.Expr:
    value = pl.col(name)
    expressions = {
        "min": value.min(),
        "max": value.max(),
        "first": value.first(),
        "sum": value.sum(),
        "mean": value.mean(),
        "count": value.count(),
    }
    return expressions[how].cast(pl.String)


def _distinct(records: pl.DataFrame, table: str) -> tuple[pl.DataFrame, int]:
    """The first record of every key: what was known when the key first occurred.

    Returns:
        The records, and how many keys occur with more than one content.
    """
    key = [name for name in contract(table).key if name in records.columns]
    contents = records.select(pl.all().exclude(PLACE)).unique()
    conflicting = contents.group_by(key).len().filter(pl.col("len") > 1).height
    return records.unique(key, keep="first", maintain_order=True), conflicting
