"""Instants that cannot be: after the delivery they came with, or far from all others of their kind.

One of them would move whatever is counted in time. The default as-of date leaves instants after
their delivery out (``assets.core.known_versions``).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SourceFinding, counted
from data_contracts.catalogue import contract

CLOCKS = timedelta(days=1)  # the clocks of two systems, and local time taken for UTC
FAR = timedelta(days=366)
FEWEST = 20


def instant_findings(
    source: JudgedSource, delivered_at: Mapping[str, datetime], hours: pl.DataFrame
) -> Iterator[SourceFinding]:
    """Look at every instant of every table.

    Args:
        source: The source.
        delivered_at: Instant of delivery by file, UTC.
        hours: Readings per hour, from ``reading_hours_sql``.

    Yields:
        A warning per column with instants after their delivery, or far before or after the rest.
    """
    for table, admission in source.admissions.items():
        described, frame = contract(table), admission.accepted
        for column in described.columns:
            is_instant = column.physical_type == "TIMESTAMP" and not column.is_provenance
            if is_instant and not column.is_planned and frame[column.name].count():
                yield from _of_column(source, table, column.name, frame, delivered_at)
    latest, last = hours["hour"].max(), max(delivered_at.values(), default=None)
    if isinstance(latest, datetime) and last is not None and latest > last + CLOCKS:
        late = hours.filter(pl.col("hour") > last + CLOCKS)
        yield SourceFinding(
            "instant_after_delivery",
            is_error=False,
            problem=f"{late['readings'].sum():,} readings after the delivery ({last:%Y-%m-%d})",
            column="recorded_at",
            value=str(latest),
            count=int(late["readings"].sum()),
        )


def _of_column(
    source: JudgedSource,
    table: str,
    name: str,
    frame: pl.DataFrame,
    delivered_at: Mapping[str, datetime],
) -> Iterator[SourceFinding]:
    given = frame.select("source_file", "source_row", at=pl.col(name)).drop_nulls("at")
    received = pl.col("source_file").replace_strict(
        dict(delivered_at), default=None, return_dtype=pl.Datetime("us")
    )
    given = given.with_columns(is_late=(pl.col("at") > received + CLOCKS).fill_null(value=False))
    late = given.filter("is_late").sort("at", descending=True)
    if late.height:
        yield _finding(
            source,
            (table, name),
            late,
            "instant_after_delivery",
            "after the delivery they came with; unless a tenth of all instants are so, the default "
            "as-of date leaves them out",
        )
    rest = given.filter(~pl.col("is_late"))
    far = _far(rest)
    if far.height:
        yield _finding(
            source,
            (table, name),
            far,
            "instant_far_outside",
            "more than a year, and more than the span of all others, away from them; correct "
            "the record, or read it as blank under 'missing:'",
        )


def _far(given: pl.DataFrame) -> pl.DataFrame:
    """Instants far from the central 90 % of their column."""
    if given.height < FEWEST:
        return given.clear()
    central = given["at"].sort()
    low, high = central[given.height // 20], central[-1 - given.height // 20]
    away = max(FAR, high - low)
    before, after = pl.lit(low) - pl.col("at"), pl.col("at") - pl.lit(high)
    return given.filter((before > away) | (after > away)).sort("at")


def _finding(
    source: JudgedSource, column: tuple[str, str], found: pl.DataFrame, code: str, what: str
) -> SourceFinding:
    table, name = column
    first = found.row(0, named=True)
    return SourceFinding(
        code,
        is_error=False,
        problem=f"{counted(found.height, 'instant')} of {table.removeprefix('raw.')}.{name} {what}",
        file=first["source_file"],
        line=first["source_row"],
        column=source.delivered_column(table.removeprefix("raw."), name),
        value=str(first["at"]),
        count=found.height,
    )
