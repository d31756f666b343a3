"""The value of one target column for every row of a delivered file, as its profile says.

Everything stays text: what a text means is judged by the contract afterwards, so that a cell that
cannot be read reaches the quarantine as it was delivered.
"""

from collections.abc import Mapping

import polars as pl

from assets.sources.mapping.cleaning import as_numbers, as_text
from assets.sources.mapping.clock_values import LONGEST_US, clock_values
from assets.sources.mapping.value_maps import meaning
from data_contracts.expressions import columns_of, evaluate, numbers_of
from data_contracts.profile_schema.cells import Cell, Lookup
from data_contracts.profile_schema.clocks import EPOCHS
from data_contracts.quality.strict_types import INSTANT_FORMATS

ISO_INSTANT = "%Y-%m-%d %H:%M:%S%.f"

_HAS_DAY = ("%d", "%e", "%j", "%F", "%D", "%x")


def cell_values(
    cell: Cell,
    frame: pl.DataFrame,
    others: Mapping[str, pl.DataFrame],
    whole: pl.DataFrame | None = None,
) -> pl.Series:
    """Compute a cell for every row.

    Args:
        cell: How the target column is filled.
        frame: The rows of the cleaned file that are records, in the order delivered.
        others: Every cleaned file by name, for look-ups.
        whole: All rows of the cleaned file, where ``frame`` has not all of them.

    Returns:
        One text per row, named as the target column.

    Raises:
        ProfileError: An expression does not fit the delivered columns.
    """
    if cell.clock is not None:
        text = clock_values(
            cell,
            cell.clock,
            frame,
            frame if whole is None else whole,
            lambda since: cell_values(since, frame, others),
        )
        return text.alias(cell.target)
    text = _source_text(cell, frame, others)
    if cell.values is not None:
        text = meaning(text, cell.values, cell.other)
    if cell.epoch is not None:
        text = _counted(text, EPOCHS[cell.epoch])
    if cell.format is not None or cell.timezone is not None:
        text = _instants(text, cell)
    return text.alias(cell.target)


def _source_text(cell: Cell, frame: pl.DataFrame, others: Mapping[str, pl.DataFrame]) -> pl.Series:
    if cell.is_row_number:
        return pl.int_range(1, frame.height + 1, eager=True).cast(pl.String)
    if cell.expression is not None:
        numbers = as_numbers(frame, columns_of(cell.expression, cell.where))
        return as_text(evaluate(numbers, cell.expression, cell.where))
    if cell.lookup is not None and cell.column is not None:
        return _looked_up(cell.column, cell.lookup, frame, others)
    if cell.column is not None and cell.column in frame.columns:
        return frame[cell.column]
    return pl.Series([cell.constant], dtype=pl.String).new_from_index(0, frame.height)


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


def _counted(text: pl.Series, unit_us: float) -> pl.Series:
    """Read counts since 1970 as ISO instants; what is no such count stays as delivered."""
    us = (numbers_of(text) * unit_us).round(0, mode="half_away_from_zero")
    us = us.set((us.abs() >= LONGEST_US).fill_null(value=False), None)
    iso = us.cast(pl.Int64).cast(pl.Datetime("us")).dt.to_string(ISO_INSTANT)
    return iso.zip_with(us.is_not_null(), text)


def _instants(text: pl.Series, cell: Cell) -> pl.Series:
    """Rewrite delivered dates as ISO instants in UTC; what does not fit stays as delivered."""
    forms: tuple[str, ...] = (cell.format,) if cell.format else INSTANT_FORMATS
    readable = text
    if cell.months:
        forms = tuple(form.replace("%b", "%m") for form in forms)
        names = {name: f"{number:02d}" for number, name in enumerate(cell.months, start=1)}
        readable = readable.str.to_lowercase().str.replace_many(
            [name.lower() for name in names], list(names.values())
        )
    instants = _first_read(readable, forms)
    if cell.timezone is not None:
        instants = (
            instants.dt.replace_time_zone(cell.timezone, ambiguous="earliest", non_existent="null")
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
    iso = instants.dt.to_string(ISO_INSTANT)
    return iso.zip_with(instants.is_not_null(), text)


def _first_read(text: pl.Series, forms: tuple[str, ...]) -> pl.Series:
    """Read each text by the first form that fits; a form without a day means the first."""
    read = pl.Series(text.name, [None], dtype=pl.Datetime("us")).new_from_index(0, text.len())
    for form in forms:
        whole, padded = form, text
        if not any(part in form for part in _HAS_DAY):
            whole, padded = f"%d {form}", "01 " + text
        found = padded.str.strptime(pl.Datetime("us"), whole, strict=False)
        read = read.zip_with(read.is_not_null(), found)
        if read.null_count() == text.null_count():
            break
    return read
