"""Instants from clocks that count from a start: elapsed time, or row order at a stated interval.

What cannot be read stays as delivered, so that the contract refuses it with its place.
``readings.reading_cells`` says the same in SQL.
"""

from collections.abc import Callable

import polars as pl

from data_contracts.catalogue import contract
from data_contracts.expressions import numbers_of
from data_contracts.profile_schema.cells import Cell
from data_contracts.profile_schema.clocks import MADE_GAP_S, MADE_START, Clock
from data_contracts.profile_schema.mapping import READINGS
from data_contracts.quality.strict_types import read_as

ISO_INSTANT = "%Y-%m-%d %H:%M:%S%.6f"
LONGEST_US = 1e16
NO_START = " after no known start"
_FIRST, _LAST = "first_us", "last_us"


def clock_values(
    cell: Cell,
    clock: Clock,
    frame: pl.DataFrame,
    whole: pl.DataFrame,
    since: Callable[[Cell], pl.Series],
) -> pl.Series:
    """Compute the instants a clock gives for every row.

    Args:
        cell: The cell the clock fills.
        clock: The clock.
        frame: The rows that are records, in the order delivered.
        whole: All rows of the cleaned file: where no start is known, every mapping of the file has
            the same made ones, whatever rows its condition leaves.
        since: Computes the start of every row.

    Returns:
        One ISO instant per row, or what was delivered where there is none.
    """
    elapsed, delivered = _elapsed(cell, clock, frame)
    if cell.since is not None:
        start = instants_of(since(cell.since))
    elif cell.column is not None:
        start = _made(clock, frame, whole, _elapsed(cell, clock, whole)[0])
    else:
        start = _made(clock, frame, frame, elapsed)
    instants = (start.cast(pl.Int64) + elapsed.cast(pl.Int64)).cast(pl.Datetime("us"))
    text = instants.dt.to_string(ISO_INSTANT)
    unknown = delivered.zip_with(elapsed.is_null(), delivered + NO_START)
    return text.zip_with(instants.is_not_null(), unknown)


def _elapsed(cell: Cell, clock: Clock, frame: pl.DataFrame) -> tuple[pl.Series, pl.Series]:
    """Return elapsed microseconds, null where there are none, and what was delivered."""
    if cell.column is not None:
        delivered, count = frame[cell.column], numbers_of(frame[cell.column])
    else:
        rows = pl.int_range(pl.len())
        numbered = frame.select((rows.over(clock.of) if clock.of else rows).cast(pl.Float64))
        count = numbered.to_series()
        delivered = count.cast(pl.Int64).cast(pl.String)
    elapsed = (count * (clock.seconds * 1e6)).round(0, mode="half_away_from_zero")
    elapsed = elapsed.set((elapsed.abs() >= LONGEST_US).fill_null(value=False), None)
    return elapsed, delivered


def instants_of(text: pl.Series) -> pl.Series:
    """Read texts as the contract reads an instant, null where one is none."""
    return read_as(text, contract(READINGS).column("recorded_at"))[0]


def made_starts(series: pl.DataFrame) -> pl.DataFrame:
    """Lay series of elapsed time one after the other, for want of any known start.

    Args:
        series: One row per series in the order of their first rows, with ``first_us`` and
            ``last_us``: the least and the greatest elapsed time, microseconds.

    Returns:
        The series with ``start``, the instant at which the series' clock stood at 0.
    """
    first, last = (pl.col(name).fill_null(0.0) for name in (_FIRST, _LAST))
    before = pl.min_horizontal(first, 0.0)
    span = pl.max_horizontal(last, 0.0) - before + MADE_GAP_S * 1e6
    begun = (span.cum_sum() - span - before).cast(pl.Int64)
    zero = pl.lit(MADE_START).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    return series.with_columns(start=(zero.cast(pl.Int64) + begun).cast(pl.Datetime("us")))


def _made(
    clock: Clock, frame: pl.DataFrame, counted: pl.DataFrame, elapsed: pl.Series
) -> pl.Series:
    """Return the made start of every row of a frame, of series counted over perhaps more rows."""
    keys = {f"key{place}": pl.col(name) for place, name in enumerate(clock.of)}
    ends = pl.col("us").min().alias(_FIRST), pl.col("us").max().alias(_LAST)
    rows = counted.select(elapsed.alias("us"), **keys)
    if not keys:
        return made_starts(rows.select(ends))["start"].new_from_index(0, frame.height)
    starts = made_starts(rows.group_by(list(keys), maintain_order=True).agg(ends))
    own = frame.select(**keys)
    return own.join(starts, on=list(keys), how="left", nulls_equal=True, maintain_order="left")[
        "start"
    ]
