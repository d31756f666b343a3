"""Sensor readings as delivered: their files checked, their readings counted where they lie.

No reading passes through a frame here, except those that are refused.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assets.sources.admission import empty_quarantine
from assets.sources.files.csv_rows import read_csv_header
from assets.sources.files.delivered_files import require_header, require_parquet
from assets.sources.readings import (
    Headers,
    counting_sql,
    delivered_readings_sql,
    readings_sql,
    refused_sql,
)
from assets.sources.reporting.source_report import EXAMPLES, TableReport
from data_contracts.catalogue import contract
from data_contracts.errors import SourceError, WarehouseError
from data_contracts.profile import Profile
from data_contracts.profile_schema.files import SourceFile
from data_contracts.profile_schema.mapping import READINGS
from data_contracts.profile_schema.mapping import Mapping as ProfileMapping


@dataclass(frozen=True)
class DeliveredReadings:
    """The sensor readings of a source.

    Attributes:
        sql: A SELECT in the columns of ``raw.sensor_readings`` over the delivered files.
        paths: The files, absolute.
        quarantined: Refused readings in the columns of ``quarantine.records``, provenance apart.
        report: Their account.
    """

    sql: str
    paths: tuple[Path, ...]
    quarantined: pl.DataFrame
    report: TableReport


def judge_readings(
    profile: Profile,
    paths: Mapping[str, tuple[Path, ...]],
    data_dir: Path,
    query: Callable[[str], pl.DataFrame],
) -> DeliveredReadings:
    """Check the files of sensor readings and count what they hold.

    Args:
        profile: How the files feed ``raw.sensor_readings``.
        paths: Delivered files by name.
        data_dir: Folder of the delivered files.
        query: Runs SQL in DuckDB.

    Raises:
        SourceError: A file is empty, damaged, or lacks a column the profile reads.
    """
    feeding = [
        (m, profile.files[m.file], _headers(profile, profile.files[m.file], paths[m.file]))
        for m in profile.readings
        if paths[m.file]
    ]
    parts = [delivered_readings_sql(*each) for each in feeding]
    received, refused = _counts(parts, query) if parts else (0, 0)
    allowed = contract(READINGS).max_quarantine_share
    is_within = allowed is None or refused <= allowed * received
    quarantined = _quarantined(feeding, data_dir, query) if refused and is_within else None
    if refused and quarantined is None:
        quarantined = _quarantined(feeding, data_dir, query, limit=EXAMPLES)
    found = empty_quarantine() if quarantined is None else quarantined
    report = TableReport(
        READINGS, received, received - refused, refused, 0, allowed, is_within, found.head(EXAMPLES)
    )
    every = tuple(path for _, _, headers in feeding for path in headers)
    return DeliveredReadings(readings_sql(parts, is_clean=refused == 0), every, found, report)


def _headers(profile: Profile, described: SourceFile, files: Sequence[Path]) -> Headers:
    """Return the columns of every file, having checked that each has what is read of it."""
    reads, headers = profile.read_columns(described.name), {}
    for path in files:
        is_parquet = described.format == "parquet"
        header = require_parquet(path) if is_parquet else read_csv_header(path, described)
        require_header(path, header, reads)
        headers[path] = header
    return headers


def _counts(parts: Sequence[str], query: Callable[[str], pl.DataFrame]) -> tuple[int, int]:
    row = _run(counting_sql(parts), query).row(0)
    return int(row[0] or 0), int(row[1] or 0)


def _quarantined(
    feeding: Sequence[tuple[ProfileMapping, SourceFile, Headers]],
    data_dir: Path,
    query: Callable[[str], pl.DataFrame],
    limit: int | None = None,
) -> pl.DataFrame:
    first = "" if limit is None else f" LIMIT {limit}"
    found = [
        _run(f"{refused_sql(delivered_readings_sql(*each, with_rows=True))}{first}", query)
        for each in feeding
    ]
    inside = pl.col("source_file").str.strip_prefix(f"{data_dir}/")
    return pl.concat(
        [frame.with_columns(inside).cast(empty_quarantine().schema) for frame in found]
    )


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
