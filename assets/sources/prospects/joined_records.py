"""Whether records meet: results and their batch, batches and their phases, readings and a phase."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from assets.sources.prospects.judged_source import JudgedSource
from assets.sources.reporting.source_findings import SHOWN, SourceFinding

READINGS = "sensor_readings"
HOUR = timedelta(hours=1)


def joined_findings(source: JudgedSource, hours: pl.DataFrame) -> Iterator[SourceFinding]:
    """Look for records that meet nothing.

    Args:
        source: The source.
        hours: Readings delivered per equipment, named batch and hour, from ``reading_hours_sql``.

    Yields:
        Records of no delivered batch (an error where that is every record of a table), batches
        without phases, readings that would find no batch.
    """
    batches = source.accepted("batches")
    for table, admission in source.admissions.items():
        frame = admission.accepted
        if table != "raw.batches" and "batch_id" in frame.columns and frame.height:
            yield from _of_no_batch(source, table.removeprefix("raw."), frame, batches)
    yield from _without_phases(source, batches)
    yield from _unplaced_readings(source, hours, batches)


def reading_hours_sql(readings_sql: str, shared_tags: list[str]) -> str:
    """Return a query that counts readings by equipment, named batch and hour.

    Args:
        readings_sql: A SELECT in the columns of ``raw.sensor_readings``.
        shared_tags: Tags of a shared area, which belong to every batch in it and are left out.
    """
    listed = ", ".join("'" + tag.replace("'", "''") + "'" for tag in shared_tags)
    # What lies in no year a calendar has is in no phase either, and no clock here can hold it.
    where = " WHERE recorded_at BETWEEN '0001-01-02'::TIMESTAMP AND '9999-12-30'::TIMESTAMP"
    where += f" AND tag NOT IN ({listed})" if shared_tags else ""
    return (
        "SELECT equipment_id, batch_id, date_trunc('hour', recorded_at)::TIMESTAMP AS hour, "
        f"count(*)::BIGINT AS readings FROM ({readings_sql}){where} GROUP BY ALL"
    )


def shared_tags(source: JudgedSource) -> list[str]:
    """Return the tags that are measured in a shared area."""
    tags = source.accepted("sensor_tags")
    return sorted(tags.filter(pl.col("is_shared_area").fill_null(value=False))["tag"].unique())


def _of_no_batch(
    source: JudgedSource, table: str, frame: pl.DataFrame, batches: pl.DataFrame
) -> Iterator[SourceFinding]:
    strays = frame.drop_nulls("batch_id").join(batches, on="batch_id", how="anti")
    if strays.is_empty():
        return
    first, column = strays.row(0, named=True), source.delivered_column(table, "batch_id")
    stray = first["batch_id"]
    alike = batches.filter(_plain(pl.col("batch_id")) == _plain(pl.lit(stray)))["batch_id"]
    hint = f"; did they mean '{alike[0]}'?" if alike.len() else ""
    is_all = strays.height == frame.height
    of = f"{frame.height:,} records of {table}"
    said = (
        f"none of {of} names a delivered batch"
        if is_all
        else f"of {of}, {strays.height:,} without a delivered batch"
    )
    spelt = (
        f" Ids of batches are written like '{batches['batch_id'][0]}'." if batches.height else ""
    )
    yield SourceFinding(
        "records_of_no_batch",
        is_error=is_all,
        problem=f"{said}{hint}; they would be left out.{spelt}",
        file=first["source_file"],
        line=first["source_row"],
        column=column,
        value=stray,
        count=strays.height,
    )


def _plain(text: pl.Expr) -> pl.Expr:
    """An id without case, blanks, signs between its parts and leading zeros."""
    return text.str.to_lowercase().str.replace_all(r"[\s_\-./]", "").str.replace(r"^0+(.)", "$1")


def _without_phases(source: JudgedSource, batches: pl.DataFrame) -> Iterator[SourceFinding]:
    phases = source.accepted("phases")
    missing = batches.join(phases, on="batch_id", how="anti")
    if phases.is_empty() or missing.is_empty():
        return
    first = missing.row(0, named=True)
    yield SourceFinding(
        "batches_without_phases",
        is_error=False,
        problem=f"{missing.height} of {batches.height} batches have no phase; their gates have no "
        "instants, and readings of equipment find them only by naming them",
        file=first["source_file"],
        line=first["source_row"],
        column=source.delivered_column("batches", "batch_id"),
        value=first["batch_id"],
        count=missing.height,
    )


def _unplaced_readings(
    source: JudgedSource, hours: pl.DataFrame, batches: pl.DataFrame
) -> Iterator[SourceFinding]:
    """Readings that name no delivered batch and lie, to the hour, in no phase on the equipment."""
    named = hours.filter(pl.col("batch_id").is_not_null())
    strange = named.join(batches, on="batch_id", how="anti")
    if strange.height:
        count = int(strange["readings"].sum())
        yield SourceFinding(
            "readings_of_no_batch",
            is_error=False,
            problem=f"{count:,} readings name a batch that is not delivered",
            file=_reading_file(source),
            column="batch_id",
            value=strange["batch_id"].sort()[0],
            count=count,
        )
    unnamed = hours.join(
        named.join(batches, on="batch_id", how="semi"), on=hours.columns, how="anti"
    )
    stays = source.accepted("phases").drop_nulls(["equipment_id", "started_at"])
    stays = stays.select(
        "equipment_id", "started_at", left_at=pl.coalesce("ended_at", "started_at")
    )
    known = set(stays["equipment_id"])
    for equipment in unnamed["equipment_id"].unique().sort():
        own = unnamed.filter(equipment_id=equipment)
        if equipment not in known:
            why = "is in no phase, so its readings find no batch"
            lost = own
        else:
            why = "was in no phase then"
            lost = _outside(own, stays.filter(equipment_id=equipment))
        if lost.is_empty():
            continue
        count, of = int(lost["readings"].sum()), int(own["readings"].sum())
        yield SourceFinding(
            "readings_of_no_batch",
            is_error=False,
            problem=f"at least {count:,} of {of:,} readings would find no batch: the equipment "
            f"{why} (first in the hour from {lost['hour'].sort()[0]})",
            file=_reading_file(source),
            column="equipment_id",
            value=equipment,
            count=count,
        )


def _outside(hours: pl.DataFrame, stays: pl.DataFrame) -> pl.DataFrame:
    """Hours no stay on the equipment touches."""
    begun = stays.sort("started_at").with_columns(last_at=pl.col("left_at").cum_max())
    ends = hours.with_columns(end=pl.col("hour") + HOUR).sort("end")
    placed = ends.join_asof(begun, left_on="end", right_on="started_at", strategy="backward")
    untouched = placed.filter((pl.col("last_at") < pl.col("hour")).fill_null(value=True))
    return untouched.select(hours.columns)


def _reading_file(source: JudgedSource) -> str:
    return ", ".join(source.profile.files[m.file].pattern for m in source.profile.readings[:SHOWN])
