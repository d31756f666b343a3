"""Sensor readings as delivered: their files checked, their readings counted where they lie.

No reading passes through a frame here, except those that are refused.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from assets.sources.admission import empty_quarantine
from assets.sources.files.bounds.parquet_bounds import column_types
from assets.sources.files.kept_files import KeptFiles
from assets.sources.inputs import delivered_name, hash_file
from assets.sources.queries import Query
from assets.sources.reading_preparation import Preparation
from assets.sources.readings.reading_sql import (
    Feeding,
    counting_sql,
    delivered_readings_sql,
    readings_sql,
    refused_sql,
)
from assets.sources.readings.scans import Scans
from assets.sources.reporting.source_report import EXAMPLES, TableReport
from data_contracts.catalogue import contract
from data_contracts.errors import SourceError, WarehouseError
from data_contracts.profile import Profile
from data_contracts.profile_schema.mapping import READINGS

MOST_PIECES = 1000


@dataclass(frozen=True)
class DeliveredReadings:
    """The sensor readings of a source.

    Attributes:
        sql: A SELECT in the columns of ``raw.sensor_readings`` over the delivered files.
        pieces: The same in pieces that can be read apart, each with what stands for its files.
        files: Names of the files, as accounts name them.
        quarantined: Refused readings in the columns of ``quarantine.records``, provenance apart.
        report: Their account.
        kept: The small files the SQL reads beside the delivered ones.
        notes: What a reader should know of the files, one sentence each.
    """

    sql: str
    pieces: tuple[tuple[str, str], ...]
    files: tuple[str, ...]
    quarantined: pl.DataFrame
    report: TableReport
    kept: KeptFiles
    notes: tuple[str, ...] = ()

    def settled(self, sql: str, folder: Path) -> str:
        """Move the small files the readings need to where they stay; return SQL that finds them."""
        return self.kept.move(sql, folder)


def judge_readings(
    profile: Profile,
    paths: Mapping[str, tuple[Path, ...]],
    data_dir: Path,
    cleaned: Mapping[str, pl.DataFrame],
    query: Query,
    kept: KeptFiles,
) -> DeliveredReadings:
    """Check the files of sensor readings and count what they hold.

    Args:
        profile: How the files feed ``raw.sensor_readings``.
        paths: Delivered files by name.
        data_dir: Folder of the delivered files.
        cleaned: Files that are frames, by name, for look-ups.
        query: Runs SQL in DuckDB; what it counted of a file before is not counted again.
        kept: Where small files are made that the readings are joined to.

    Raises:
        SourceError: A file is empty, damaged, or lacks a column the profile reads.
        ProfileError: An expression does not fit the delivered columns.
    """
    prepared = Preparation(profile, cleaned, lambda sql: _run(sql, query), kept)
    scans = [
        (m, prepared.scans(profile.files[m.file], paths[m.file], data_dir))
        for m in profile.readings
        if paths[m.file]
    ]
    feeding = [prepared.quick_feeding(m, files, query) for m, files in scans]
    parts = [delivered_readings_sql(each) for each in feeding]
    apart = [(each, _content(each.scans)) for whole in feeding for each in _apart(whole)]
    counted = [_counts(each, content, query) for each, content in apart]
    received, refused = (sum(counts) for counts in zip((0, 0), *counted, strict=True))
    allowed = contract(READINGS).max_quarantine_share
    is_within = allowed is None or refused <= allowed * received
    found = empty_quarantine()
    if refused:
        as_delivered = [prepared.quick_feeding(m, f, query, is_typed=False) for m, f in scans]
        found = _quarantined(as_delivered, query, limit=None if is_within else EXAMPLES)
    report = TableReport(
        READINGS, received, received - refused, refused, 0, allowed, is_within, found.head(EXAMPLES)
    )
    every = tuple(delivered_name(path, data_dir) for each in feeding for path in each.scans)
    sql = readings_sql(parts, is_clean=refused == 0)
    pieces = tuple(
        (readings_sql([delivered_readings_sql(each)], is_clean=lost == 0), content)
        for (each, content), (_, lost) in zip(apart, counted, strict=True)
    )
    return DeliveredReadings(
        sql, pieces or ((sql, ""),), every, found, report, prepared.kept, tuple(prepared.notes)
    )


def _apart(feeding: Feeding) -> Iterator[Feeding]:
    """Cut the files of a mapping into pieces whose readings do not depend on one another's.

    Of files that are not alike, or whose rows are numbered through, each is read as part of all.
    """
    scans = [*feeding.scans.items()]
    is_typed = feeding.cells.columns.described.format == "parquet"
    types = [column_types(scan.kept or path) if is_typed else "" for path, scan in scans]
    kinds = {(*scan.header, kind) for (_, scan), kind in zip(scans, types, strict=True)}
    if feeding.cells.needs_numbers or len(kinds) > 1:
        yield feeding
        return
    # As many files in a piece that a thousand pieces hold them all, and a power of two, so that one
    # more file seldom moves the others.
    size = 1 << max(0, (len(scans) - 1) // MOST_PIECES).bit_length()
    for first in range(0, len(scans), size):
        yield replace(feeding, scans=dict(scans[first : first + size]))


def _content(scans: Scans) -> str:
    return " ".join(hash_file(path) for path in scans)


def _counts(feeding: Feeding, content: str, query: Query) -> tuple[int, int]:
    sql = counting_sql([delivered_readings_sql(feeding)])
    row = _asked(lambda: query.kept(sql, content)).row(0)
    return int(row[0] or 0), int(row[1] or 0)


def _quarantined(
    feeding: Sequence[Feeding],
    query: Query,
    limit: int | None = None,
) -> pl.DataFrame:
    first = "" if limit is None else f" LIMIT {limit}"
    found = [
        _run(f"{refused_sql(delivered_readings_sql(each, with_rows=True))}{first}", query)
        for each in feeding
    ]
    return pl.concat([frame.cast(empty_quarantine().schema) for frame in found])


def _run(sql: str, query: Query) -> pl.DataFrame:
    return _asked(lambda: query(sql))


def _asked(ask: Callable[[], pl.DataFrame]) -> pl.DataFrame:
    """Ask something of delivered files; what DuckDB cannot read is the source's fault."""
    try:
        return ask()
    except WarehouseError as error:
        reason = " ".join(str(error).split())
        raise SourceError(
            f"The files of sensor readings cannot be read: {reason}. Export the file again, or "
            "correct its description in the profile."
        ) from error
