"""The last steps of a run: what made this warehouse, and the copy analysts read.

``evidence.runs`` says which run this is, ``evidence.table_hashes`` what its records were,
``evidence.contract_results`` closes the account of the contract checks, ``draft.warehouse`` makes a
complete copy, from which the reports are drawn, and ``published.warehouse`` puts copy and reports
in place together.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import dagster as dg
import polars as pl

from assets.core.as_of import END_OF_TIME
from assets.core.defs import as_of_date
from assets.defs import asset_key, table_asset
from assets.run_settings import RunSettings
from data_contracts.catalogue import contract, contract_names
from data_contracts.tables import table
from pipelines.checks import CONTRACT_RESULTS
from pipelines.data_docs import DATA_DOCS_KEY
from pipelines.incremental.kept_work import KEPT_WORK, KeptWork
from pipelines.site.last_requests import remember
from pipelines.site.nothing_new import remember_seen
from reports.defs import DRAFT_KEY
from warehouse.store import Warehouse

RECORDS = tuple(
    name
    for name in contract_names()
    if name.startswith(("raw.", "core."))
    if contract(name).is_table
)
CONTRACT_RESULTS_KEY = asset_key(CONTRACT_RESULTS)
_READ = "SELECT file, sha256 FROM evidence.inputs"
PUBLISHED_KEY = dg.AssetKey(["published", "warehouse"])
DRAWN_KEYS = [
    DATA_DOCS_KEY,
    *(dg.AssetKey(["report", name]) for name in ("executive", "summary", "workbook")),
]


def run_record(
    settings: RunSettings, job: str, as_of: datetime | None, now: datetime
) -> pl.DataFrame:
    """Return the one row of ``evidence.runs`` for this run.

    Args:
        settings: The run's request.
        job: Name of the Dagster job.
        as_of: UTC instant up to which records counted as known; None where the data hold none.
        now: UTC instant of writing.
    """
    row = {
        "run_id": settings.run_id,
        "command": f"job {job} on source {settings.profile.name}",
        "source_profile": settings.profile.name,
        "source_key": settings.source_key,
        "as_of": as_of,
        "started_at": now,
        "status": "published",
        "version": version("lotwise"),
        "seed": settings.seed,
        "is_quick": settings.is_quick,
    }
    return pl.DataFrame([row], schema_overrides={"as_of": pl.Datetime("us")})


@table_asset(
    "evidence.runs",
    deps=["core.batches"],
    group="evidence",
    resources={"run_settings", "warehouse"},
)
def runs(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Record the run."""
    as_of = as_of_date(context)
    return run_record(
        context.resources.run_settings,
        context.run.job_name,
        None if as_of == END_OF_TIME else as_of,
        datetime.now(UTC).replace(tzinfo=None),
    )


@table_asset(
    "evidence.table_hashes",
    deps=RECORDS,
    group="evidence",
    resources={"run_settings", "warehouse"},
)
def table_hashes(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Hash every table of records, so that ``lotwise verify`` notices what changes afterwards."""
    warehouse: Warehouse = context.resources.warehouse
    run_id = context.resources.run_settings.run_id
    with warehouse.connection():
        held = {name: warehouse.holds(name) for name in RECORDS}
    return table(
        "evidence.table_hashes",
        [
            {
                "table_name": name,
                "row_count": each.rows,
                "content_hash": each.content_hash,
                "run_id": run_id,
            }
            for name, each in held.items()
        ],
    )


def contract_results_asset(judged: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Build the asset that closes the account of contract checks once every table is judged."""
    tables = sorted(".".join(key.path) for key in judged)

    # Asked for through the warehouse, so that the account is closed in every run.
    @table_asset(
        CONTRACT_RESULTS, deps=tables, group="evidence", resources={"warehouse", KEPT_WORK}
    )
    def contract_results(context: dg.AssetExecutionContext) -> pl.DataFrame:
        kept: KeptWork = context.resources.kept_work
        return kept.account.closed(tables)

    return contract_results


def draft_asset(tables: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """Build the asset that copies the warehouse once every table is in place."""

    @dg.asset(
        key=DRAFT_KEY,
        deps=sorted(tables, key=str),
        group_name="published",
        required_resource_keys={"warehouse"},
        description="A complete copy of the warehouse, which readers see once its reports are "
        "drawn.",
    )
    def draft_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        file = context.resources.warehouse.draft().published_file
        return dg.MaterializeResult(metadata={"bytes": file.stat().st_size})

    return draft_warehouse


@dg.asset(
    key=PUBLISHED_KEY,
    deps=[DRAFT_KEY, *DRAWN_KEYS],
    group_name="published",
    required_resource_keys={"run_settings", "warehouse"},
    description="The read-only copy of the warehouse and its reports, put in place by one rename.",
)
def published_warehouse(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Let readers see the draft and what was drawn from it."""
    warehouse: Warehouse = context.resources.warehouse
    file = warehouse.release()
    if context.resources.run_settings.as_of is None:  # a look back is nothing to do every night
        config: Mapping[str, Any] = context.run.run_config
        said = config.get("resources", {}).get("run_settings", {}).get("config", {})
        request = remember(warehouse.home, warehouse.source_key, said)
        read = dict(warehouse.query(_READ).iter_rows())
        began = context.instance.get_run_record_by_id(context.run.run_id)
        began_ns = int((began.start_time if began and began.start_time else 0.0) * 1e9)
        remember_seen(warehouse.home, warehouse.source_key, request, read, began_ns)
    return dg.MaterializeResult(
        metadata={"file": dg.MetadataValue.path(str(file)), "bytes": file.stat().st_size}
    )
