"""Sensor readings as delivered: their files checked, their readings counted where they lie.

No reading passes through a frame here, except those that are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.sources.admission import empty_quarantine
from assets.sources.files.kept_files import KeptFiles
from assets.sources.inputs import delivered_name
from assets.sources.reading_preparation import Preparation
from assets.sources.readings.reading_sql import (
    Feeding,
    counting_sql,
    delivered_readings_sql,
    readings_sql,
    refused_sql,
)
from assets.sources.reporting.source_report import EXAMPLES, TableReport
from data_contracts.catalogue import contract
from data_contracts.errors import SourceError, WarehouseError
from data_contracts.profile import Profile
from data_contracts.profile_schema.mapping import READINGS


@dataclass(frozen=True)
class DeliveredReadings:
    """The sensor readings of a source.

    Attributes:
        sql: A SELECT in the columns of ``raw.sensor_readings`` over the delivered files.
        files: Names of the files, as accounts name them.
        quarantined: Refused readings in the columns of ``quarantine.records``, provenance apart.
        report: Their account.
        kept: The small files the SQL reads beside the delivered ones.
        notes: What a reader should know of the files, one sentence each.
    """

    sql: str
    files: tuple[str, ...]
    quarantined: pl.DataFrame
    report: TableReport
    kept: KeptFiles
    notes: tuple[str, ...] = ()

    def settled_sql(self, folder: Path) -> str:
        """Move the small files the readings need to where they stay; return SQL that finds them."""
        return self.kept.move(self.sql, folder)


def judge_readings(
    profile: Profile,
    paths: Mapping[str, tuple[Path, ...]],
    data_dir: Path,
    cleaned: Mapping[str, pl.DataFrame],
    query: Callable[[str], pl.DataFrame],
    kept: KeptFiles,
) -> DeliveredReadings:
    """Check the files of sensor readings and count what they hold.

    Args:
        profile: How the files feed ``raw.sensor_readings``.
        paths: Delivered files by name.
        data_dir: Folder of the delivered files.
        cleaned: Files that are frames, by name, for look-ups.
        query: Runs SQL in DuckDB.
        kept: Where small files are made that the readings are joined to.

    Raises:
        SourceError: A file is empty, damaged, or lacks a column the profile reads.
        ProfileError: An expression does not fit the delivered columns.
    """
    prepared = Preparation(profile, cleaned, lambda sql: _run(sql, query), kept)
    feeding = [
        prepared.feeding(m, prepared.scans(profile.files[m.file], paths[m.file], data_dir))
        for m in profile.readings
        if paths[m.file]
    ]
    parts = [delivered_readings_sql(each) for each in feeding]
    received, refused = _counts(parts, query) if parts else (0, 0)
    allowed = contract(READINGS).max_quarantine_share
    is_within = allowed is None or refused <= allowed * received
    quarantined = _quarantined(feeding, query) if refused and is_within else None
    if refused and quarantined is None:
        quarantined = _quarantined(feeding, query, limit=EXAMPLES)
    found = empty_quarantine() if quarantined is None else quarantined
    report = TableReport(
        READINGS, received, received - refused, refused, 0, allowed, is_within, found.head(EXAMPLES)
    )
    every = tuple(delivered_name(path, data_dir) for each in feeding for path in each.scans)
    sql = readings_sql(parts, is_clean=refused == 0)
    return DeliveredReadings(sql, every, found, report, prepared.kept, tuple(prepared.notes))


def _counts(parts: Sequence[str], query: Callable[[str], pl.DataFrame]) -> tuple[int, int]:
    row = _run(counting_sql(parts), query).row(0)
    return int(row[0] or 0), int(row[1] or 0)


def _quarantined(
    feeding: Sequence[Feeding],
    query: Callable[[str], pl.DataFrame],
    limit: int | None = None,
) -> pl.DataFrame:
    first = "" if limit is None else f" LIMIT {limit}"
    found = [
        _run(f"{refused_sql(delivered_readings_sql(each, with_rows=True))}{first}", query)
        for each in feeding
    ]
    return pl.concat([frame.cast(empty_quarantine().schema) for frame in found])


def _run(sql: str, query: Callable[[str], pl.DataFrame]) -> pl.DataFrame:
    """Run SQL over delivered files; what DuckDB cannot read is the source's fault."""
    try:
        return query(sql)
    except WarehouseError as error:
        reason = " ".join(str(error).split())
        raise SourceError(
            f"The files of sensor readings cannot be read: {reason}. Export the file again, or "
            "correct its description in the profile."
        ) from error
