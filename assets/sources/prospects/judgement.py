"""Everything looked for in a source before a run, in the order in which it is told."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

import polars as pl

from assets.sources.prospects.identifiers import identifier_findings
from assets.sources.prospects.instants import instant_findings
from assets.sources.prospects.joined_records import (
    joined_findings,
    reading_hours_sql,
    shared_tags,
)
from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.prospects.label_values import label_findings
from assets.sources.prospects.magnitudes import magnitude_findings
from assets.sources.prospects.outcome_counts import count_findings, outcome_counts
from assets.sources.prospects.result_copies import copy_findings
from assets.sources.prospects.row_order import order_findings
from assets.sources.prospects.unit_findings import unit_findings
from assets.sources.queries import Query
from assets.sources.reporting.source_findings import Prospects, SourceFinding, with_acceptances
from data_contracts.profile_schema.outcomes import Outcome
from data_contracts.untrusted.calendar_dates import in_calendar

Decide = Callable[[Sequence[Outcome], Mapping[str, pl.DataFrame]], pl.DataFrame]
"""Decides outcomes over accepted records by ``raw.<table>``; returns ``core.outcomes``."""


def prospects(
    source: JudgedSource,
    readings: Sequence[tuple[str, str]],
    delivered_at: Mapping[str, datetime],
    query: Query,
    changes: Iterable[SourceFinding] = (),
) -> Prospects:
    """Say what a run would make of a source.

    Args:
        source: The source, read and judged.
        readings: SELECTs in the columns of ``raw.sensor_readings``, which together give all that
            were delivered, each with what stands for the content of its files.
        delivered_at: Instant of delivery by file, UTC.
        query: Runs SQL in DuckDB.
        changes: What changed since earlier deliveries, from ``change_findings``.

    Returns:
        Counts per outcome and everything found.
    """
    counts = outcome_counts(source)
    tags = shared_tags(source)
    of_pieces = [query.kept(reading_hours_sql(sql, tags), content) for sql, content in readings]
    hours = pl.concat(of_pieces).group_by("equipment_id", "batch_id", "hour").sum()
    # DuckDB leaves the filter by years out where a file's own statistics, which may lie, allow it.
    hours = hours.filter(in_calendar(hours["hour"]))
    findings = (
        *label_findings(source),
        *count_findings(source, counts),
        *order_findings(source),
        *joined_findings(source, hours),
        *unit_findings(source),
        *magnitude_findings(source),
        *copy_findings(source),
        *identifier_findings(source),
        *instant_findings(source, delivered_at, hours),
        *changes,
    )
    return Prospects(counts, with_acceptances(findings, source.profile.accepted))
