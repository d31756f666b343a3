"""The last steps of a run: what made this warehouse, and the copy analysts read.

``evidence.table_hashes`` says what the records were,
``evidence.contract_results`` closes the account of the contract checks, ``draft.warehouse`` makes a
complete copy, from which the reports are drawn, and ``published.warehouse`` puts copy and reports
in place together.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import dagster as dg
import polars as pl

from assets.defs import asset_key, table_asset
from data_contracts.catalogue import contract, contract_names
from data_contracts.tables import table
from pipelines.checks import CONTRACT_RESULTS
from pipelines.data_docs import DATA_DOCS_KEY
from pipelines.history.kept_runs import forget_runs
from pipelines.incremental.kept_work import KEPT_WORK, KeptWork
from pipelines.site.last_requests import remember
from pipelines.site.nothing_new import remember_seen
from reports.defs import DRAFT_KEY
from warehouse.noted.score_heads import note_head
from warehouse.store import Warehouse

RECORDS = tuple(
    name
    for name in contract_names()
    if name.startswith(("raw.", "core."))
    if contract(name).is_table
)
CONTRACT_RESULTS_KEY = asset_key(CONTRACT_RESULTS)
_READ = "SELECT file, sha256 FROM evidence.inputs WHERE used_as = 'delivered'"
PUBLISHED_KEY = dg.AssetKey(["published", "warehouse"])
DRAWN_KEYS = [
    DATA_DOCS_KEY,
    *(
        dg.AssetKey(["report", name])
        for name in ("executive", "protocols", "summary", "verification", "what_if", "workbook")
    ),
]


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
    retention = context.resources.run_settings.retention
    file = warehouse.release(retention)
    note_head(warehouse, context.resources.run_settings.run_id)
    forget_runs(context.instance, warehouse.home, context.run.run_id, retention.runs)
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
