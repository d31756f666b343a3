"""Dates that a calendar has, told from numbers that only look like dates."""

import polars as pl


def in_calendar(values: pl.Series) -> pl.Series:
    """Return which dates or instants lie in the years 1 to 9999; null where there is none.

    They are compared by the numbers behind them: polars ends a program that prints other years.
    """
    kind = values.dtype
    plain = pl.Datetime(kind.time_unit) if isinstance(kind, pl.Datetime) else kind
    ends = pl.Series(["0001-01-01", "9999-12-31"]).str.to_datetime().cast(plain, strict=False)
    low, high = ends.to_physical()
    if low is None or high is None:  # nanoseconds reach from 1677 to 2262 and no further
        return values.is_not_null()
    return values.to_physical().is_between(low, high)
