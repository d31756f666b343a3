"""Where a record came from and when: the columns outside every comparison of contents."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from assets.sources.files.record_places import files_of


def delivered_at(path: Path) -> datetime:
    """Return when a file was delivered: its time of last change, UTC.

    The instant belongs to the file, not to the run that reads it, so that reading it again adds
    nothing to its history.
    """
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)


def with_delivery(
    records: pl.DataFrame,
    received_at: Mapping[str, datetime],
    default: datetime,
    run_id: str,
    now: datetime,
) -> pl.DataFrame:
    """Add the provenance of a delivery to accepted records.

    Args:
        records: Records with ``source_file``.
        received_at: Instant of delivery by source file, UTC.
        default: Instant for records that stand in no delivered file but in the profile.
        run_id: The run that reads them.
        now: Instant at which it reads them, UTC.

    Returns:
        The records with ``received_at``, ``ingested_at`` and ``run_id``.
    """
    instant = pl.Datetime("us")
    known = dict(received_at)
    own = records["source_file"].replace_strict(known, default=None, return_dtype=instant)
    book = files_of(records["source_file"])
    received = own.zip_with(
        own.is_not_null(), book.replace_strict(known, default=default, return_dtype=instant)
    )
    return records.with_columns(
        received.alias("received_at"),
        pl.lit(now, dtype=instant).alias("ingested_at"),
        pl.lit(run_id).alias("run_id"),
    )
