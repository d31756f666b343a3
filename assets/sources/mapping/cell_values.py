"""The value of one target column for every row of a delivered file, as its profile says.

Everything stays text: what a text means is judged by the contract afterwards, so that a cell that
cannot be read reaches the quarantine as it was delivered.
"""

from collections.abc import Mapping

import polars as pl

from assets.sources.mapping.cleaning import as_numbers
from assets.sources.mapping.value_maps import meaning
from data_contracts.expressions import columns_of, evaluate
from data_contracts.profile_schema.cells import Cell, Lookup

ISO_INSTANT = "%Y-%m-%d %H:%M:%S%.f"
_HAS_DAY = ("%d", "%e", "%j", "%F", "%D", "%x")


def cell_values(cell: Cell, frame: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> pl.Series:
    """Compute a cell for every row.

    Args:
        cell: How the target column is filled.
        frame: The cleaned file, in the order delivered.
        others: Every cleaned file by name, for look-ups.

    Returns:
        One text per row, named as the target column.

    Raises:
        ProfileError: An expression does not fit the delivered columns.
    """
    text = _source_text(cell, frame, others)
    if cell.values is not None:
        text = meaning(text, cell.values, cell.other)
    if cell.format is not None or cell.timezone is not None:
        text = _instants(text, cell)
    return text.alias(cell.target)


def _source_text(cell: Cell, frame: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> pl.Series:
    if cell.is_row_number:
        return pl.int_range(1, frame.height + 1, eager=True).cast(pl.String)
    if cell.expression is not None:
        numbers = as_numbers(frame, columns_of(cell.expression, cell.where))
        return _text(evaluate(numbers, cell.expression, cell.where))
    if cell.lookup is not None and cell.column is not None:
        return _looked_up(cell.column, cell.lookup, frame, others)
    if cell.column is not None and cell.column in frame.columns:
        return frame[cell.column]
    return pl.Series([cell.constant], dtype=pl.String).new_from_index(0, frame.height)


def _text(values: pl.Series) -> pl.Series:
    """A whole number reads as one: an expression over ids must not turn 7 into 7.0."""
    text = values.cast(pl.String)
    return text.str.replace(r"^(-?\d+)\.0$", "$1") if values.dtype.is_float() else text


def _looked_up(
    column: str, lookup: Lookup, frame: pl.DataFrame, others: Mapping[str, pl.DataFrame]
) -> pl.Series:
    """The first value the other file gives for each key; null where it has none."""
    other = others[lookup.file].select(
        pl.col(lookup.other).alias("key"), pl.col(column).alias("value")
    )
    known = other.drop_nulls().unique("key", keep="first", maintain_order=True)
    keys = frame.select(pl.col(lookup.own).alias("key"))
    return keys.join(known, on="key", how="left", maintain_order="left")["value"]


def _instants(text: pl.Series, cell: Cell) -> pl.Series:
    """Rewrite delivered dates as ISO instants in UTC; what does not fit stays as delivered."""
    form = cell.format or "%Y-%m-%d %H:%M:%S"
    readable = text
    if cell.months:
        form = form.replace("%b", "%m")
        names = {name: f"{number:02d}" for number, name in enumerate(cell.months, start=1)}
        readable = readable.str.to_lowercase().str.replace_many(
            [name.lower() for name in names], list(names.values())
        )
    if not any(part in form for part in _HAS_DAY):
        form, readable = f"%d {form}", "01 " + readable
    instants = readable.str.strptime(pl.Datetime("us"), form, strict=False)
    if cell.timezone is not None:
        instants = (
            instants.dt.replace_time_zone(cell.timezone, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
    iso = instants.dt.to_string(ISO_INSTANT)
    return iso.zip_with(instants.is_not_null(), text)
