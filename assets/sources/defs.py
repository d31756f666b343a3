"""Dagster assets of sources: reads what was delivered, judges all of it, then writes.

Nothing is written before the whole source has been read and judged, so a source that is not what
it claims to be leaves the warehouse as it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import polars as pl

from assets.defs import asset_key, written_result, written_specs
from assets.run_settings import RunSettings
from assets.sources.earlier_delivery import earlier_delivery
from assets.sources.importer import SourceRecords, read_source, require_acceptable
from assets.sources.inspection import scratch_query
from assets.sources.landing.kept_landings import KeptLandings
from assets.sources.landing.landing import land
from assets.sources.provenance import delivered_at, with_delivery
from data_contracts.catalogue import contract_names
from warehouse.paths import Home
from warehouse.store import Warehouse

GROUP = "sources"
EXPORTS = "source.exports"
RAW_TABLES = tuple(contract_names("raw"))
EVIDENCE = ("quarantine.records", "evidence.inputs", "evidence.ingestion")
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
        records = read_source(
            settings.profile,
            settings.data_dir,
            scratch_query(folder),
            context.resources.decide_outcomes,
            earlier,
            landed,
        )
        require_acceptable(records.report)
        readings_sql = records.readings.settled_sql(home.delivered_dir(key))
        readings_sql = landed.settle(readings_sql, home.landed_dir(key))
    found = (finding.sentence for finding in records.report.prospects.findings)
    for told in (*records.report.notes, *found):
        context.log.info(told)
    yield from _write_raw(warehouse, records, settings)
    warehouse.stage_readings(readings_sql)
    now = _now()
    run = {"ingested_at": pl.lit(now, pl.Datetime("us")), "run_id": pl.lit(settings.run_id)}
    frames = {
        "quarantine.records": records.quarantined().with_columns(**run),
        "evidence.inputs": records.inputs,
        "evidence.ingestion": records.report.ingestion(),
    }
    for table, frame in frames.items():
        yield written_result(table, warehouse.write(table, frame))


def _write_raw(
    warehouse: Warehouse, records: SourceRecords, settings: RunSettings
) -> Iterator[dg.MaterializeResult[None]]:
    """Append every raw table's new versions."""
    now = _now()
    profile_at = delivered_at(settings.profile.file)
    for table, admission in records.admissions.items():
        frame = with_delivery(
            admission.accepted, records.received, profile_at, settings.run_id, now
        )
        versions = warehouse.append_versions(table, frame)
        yield dg.MaterializeResult(
            asset_key=asset_key(table),
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
