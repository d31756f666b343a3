"""Dagster assets of sources: reads what was delivered, judges all of it, then writes.

Nothing is written before the whole source has been read and judged, so a source that is not what
it claims to be leaves the warehouse as it was.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import polars as pl

from assets.defs import asset_key, written_result, written_specs
from assets.run_settings import RunSettings
from assets.sources.cross_checks.checks import NAME as CROSS_CHECKS
from assets.sources.cross_checks.checks import cross_check_table
from assets.sources.deliveries import (
    DELIVERIES,
    INSTANT,
    DeliveredFile,
    deliveries,
    first_delivery,
    first_receipt_of_last,
    latest_sql,
    received,
)
from assets.sources.earlier_delivery import earlier_delivery
from assets.sources.importer import SourceRecords, read_source, require_acceptable
from assets.sources.inputs import hash_file, setting_hashes
from assets.sources.inspection import scratch_query
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landing import land
from assets.sources.missing_records import MISSING, missing_records
from assets.sources.provenance import delivered_at, with_delivery
from data_contracts.catalogue import contract_names
from data_contracts.tables import table
from warehouse.account_history import known_account
from warehouse.content_hash import digest
from warehouse.paths import Home
from warehouse.reading_files import HISTORY
from warehouse.sensor_readings.delivered_months import ReadingDelivery, keep_readings
from warehouse.sensor_readings.reading_days import ReadingPiece
from warehouse.sensor_readings.reading_history import reading_history, stage_known_readings
from warehouse.store import Warehouse

GROUP = "sources"
EXPORTS = "source.exports"
RAW_TABLES = tuple(contract_names("raw"))
EVIDENCE = (
    "quarantine.records",
    "evidence.inputs",
    "evidence.ingestion",
    DELIVERIES,
    HISTORY,
    MISSING,
    CROSS_CHECKS,
)
ACCOUNTS = ("quarantine.records", "evidence.ingestion", CROSS_CHECKS)  # claims are made of them
_BETWEEN = "\x1e"  # in no SQL and in no name of a file
SPECS = written_specs(*RAW_TABLES, *EVIDENCE, deps=[EXPORTS], group=GROUP)


@dg.multi_asset(
    name="source",
    specs=SPECS,
    required_resource_keys={"run_settings", "warehouse", "decide_outcomes"},
)
def source(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    """Read and judge the source whole, then append what is new to the raw history."""
    settings: RunSettings = context.resources.run_settings
    warehouse: Warehouse = context.resources.warehouse
    context.log.info("reading the delivered files")
    home, key = warehouse.home, warehouse.source_key
    with _scratch_folder(settings, home) as folder:  # nothing in the home yet
        earlier = earlier_delivery(warehouse)
        inputs = None if earlier is None else earlier.inputs
        kept = KeptLandings(home.landed_dir(key), inputs)
        landed = land(settings.profile, settings.data_dir, folder, kept)
        query = scratch_query(folder, home.kept_dir(key, "delivered_answers"))
        records = read_source(
            settings.profile,
            settings.data_dir,
            query,
            context.resources.decide_outcomes,
            earlier,
            landed,
        )
        require_acceptable(records.report)
        query.forget_others()
        selects = _BETWEEN.join(
            [records.readings.sql, *(sql for sql, _ in records.readings.pieces)]
        )
        selects = records.readings.settled(selects, home.delivered_dir(key))
        select, *parts = landed.settle(selects, home.landed_dir(key)).split(_BETWEEN)
        contents = [content for _, content in records.readings.pieces]
        pieces = tuple(map(ReadingPiece, parts, contents))
    found = (finding.sentence for finding in records.report.prospects.findings)
    for told in (*records.report.notes, *found):
        context.log.info(told)
    numbered, now = _numbered(warehouse, records, settings)
    yield written_result(DELIVERIES, warehouse.write(DELIVERIES, numbered))
    yield from _write_raw(warehouse, records, settings, received(numbered), now)
    delivery = _reading_delivery(warehouse, records, (select, pieces), received(numbered), now)
    yield written_result(HISTORY, keep_readings(warehouse, delivery))
    stage_known_readings(warehouse, settings.as_of)
    run = {"ingested_at": pl.lit(now, pl.Datetime("us")), "run_id": pl.lit(settings.run_id)}
    frames = {
        "quarantine.records": records.quarantined().with_columns(**run),
        "evidence.inputs": pl.concat(
            [records.inputs, setting_hashes(_settings_files(settings))], how="diagonal"
        ),
        "evidence.ingestion": records.report.ingestion(),
        CROSS_CHECKS: cross_check_table(records.cross_checks),
        MISSING: missing_records(warehouse, records.admissions, records.inputs["file"]),
    }
    delivered = first_receipt_of_last(numbered)
    for name, frame in frames.items():
        stood = frame
        if name in ACCOUNTS:
            stood = known_account(warehouse, name, frame, delivered, settings.as_of)
        yield written_result(name, warehouse.write(name, stood))


def _numbered(
    warehouse: Warehouse, records: SourceRecords, settings: RunSettings
) -> tuple[pl.DataFrame, datetime]:
    """Number what is new as a delivery; returns ``evidence.deliveries`` and the instant of reading.

    That instant, too, is later than every one before: a clock set back would make this run's
    records look older than those they correct.
    """
    profile = settings.profile
    files = {
        name: DeliveredFile(sha256, records.received[name])
        for name, sha256 in records.inputs.select("file", "sha256").iter_rows()
    }
    files[_profile_file(settings)] = DeliveredFile(
        hash_file(profile.file), delivered_at(profile.file)
    )
    kept = [name for name in RAW_TABLES if warehouse.exists(name)]
    latest = warehouse.query(latest_sql(kept)).row(0, named=True) if kept else {}
    if warehouse.exists(DELIVERIES):
        before = warehouse.read(DELIVERIES)
    elif warehouse.exists("evidence.inputs"):
        before = first_delivery(warehouse.read("evidence.inputs"), files)
    else:
        before = table(DELIVERIES)
    numbered = deliveries(before, files, latest.get("received_at"), settings.run_id)
    last = latest.get("ingested_at")
    return numbered, max(_now(), last + INSTANT) if last else _now()


def _reading_delivery(
    warehouse: Warehouse,
    records: SourceRecords,
    readings: tuple[str, tuple[ReadingPiece, ...]],
    received_at: Mapping[str, datetime],
    now: datetime,
) -> ReadingDelivery:
    """Say what is delivered of readings, and when: with the last of their files.

    Where their files are those of the last look, something else they are read with has changed. An
    instant is never before that of the readings kept last.
    """
    (select, pieces), files = readings, records.readings.files
    of_file = dict(records.inputs.select("file", "sha256").iter_rows())
    parts = (select, *(f"{name} {of_file[name]}" for name in files))
    last: datetime | None = reading_history(warehouse)["last_received_at"].max()  # type: ignore[assignment]
    instants = [received_at[name] for name in files]
    if last is None:
        return ReadingDelivery(select, pieces, digest(parts), max(instants, default=now))
    later = [max(instants, default=last), max(received_at.values()), now]
    at = next((each for each in later if each > last), last + INSTANT)
    return ReadingDelivery(select, pieces, digest(parts), at)


def _profile_file(settings: RunSettings) -> str:
    return f"profile {settings.profile.name}"


def _settings_files(settings: RunSettings) -> dict[str, Path]:
    """What the run reads besides deliveries, by role: the profile's own file bears its name."""
    own = settings.profile.file
    files = {f"profile {file.name}": file for file in settings.profile.written_in if file != own}
    priced = settings.assumptions_in_use()
    return files | {_profile_file(settings): own, f"assumptions {priced.name}": priced}


def _write_raw(
    warehouse: Warehouse,
    records: SourceRecords,
    settings: RunSettings,
    received_at: Mapping[str, datetime],
    now: datetime,
) -> Iterator[dg.MaterializeResult[None]]:
    """Append every raw table's new versions."""
    profile_at = received_at[_profile_file(settings)]
    for name, admission in records.admissions.items():
        frame = with_delivery(admission.accepted, received_at, profile_at, settings.run_id, now)
        versions = warehouse.append_versions(name, frame)
        yield dg.MaterializeResult(
            asset_key=asset_key(name),
            metadata={
                "received": admission.received,
                "accepted": admission.accepted.height,
                "quarantined": admission.quarantined.height,
                "new": versions.new,
                "changed": versions.changed,
                "already known": versions.identical,
            },
        )


@contextmanager
def _scratch_folder(settings: RunSettings, home: Home) -> Iterator[Path]:
    """A folder that is thrown away; beside the home's own files where much is fetched into it."""
    if not settings.profile.fetches:
        with TemporaryDirectory(prefix="lotwise-source-") as folder:
            yield Path(folder)
        return
    home.spill_dir.mkdir(parents=True, exist_ok=True)
    try:
        with TemporaryDirectory(prefix="source-", dir=home.spill_dir) as folder:
            yield Path(folder)
    finally:
        with suppress(OSError):  # others may spill there too
            home.spill_dir.rmdir()


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
