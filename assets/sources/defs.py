"""Dagster assets of sources: reads what was delivered, judges all of it, then writes.

Nothing is written before the whole source has been read and judged, so a source that is not what
it claims to be leaves the warehouse as it was.
"""

from collections.abc import Iterator
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
from assets.sources.provenance import delivered_at, with_delivery
from data_contracts.catalogue import contract_names
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
    with TemporaryDirectory(prefix="lotwise-source-") as folder:  # nothing in the home yet
        records = read_source(
            settings.profile,
            settings.data_dir,
            scratch_query(Path(folder)),
            context.resources.decide_outcomes,
            earlier_delivery(warehouse),
        )
        require_acceptable(records.report)
        delivered_dir = warehouse.home.delivered_dir(warehouse.source_key)
        readings_sql = records.readings.settled_sql(delivered_dir)
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
    now, data_dir = _now(), settings.data_dir.resolve()
    received_at = {name: delivered_at(data_dir / name) for name in records.inputs["file"]}
    profile_at = delivered_at(settings.profile.file)
    for table, admission in records.admissions.items():
        frame = with_delivery(admission.accepted, received_at, profile_at, settings.run_id, now)
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


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
