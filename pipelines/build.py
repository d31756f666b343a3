"""Assembles Dagster's definitions from the topics' assets.

Definitions are built by a function, so that a test or a deployment can replace a part (a resource,
an executor, a logger) instead of patching it.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import dagster as dg

from data_contracts.catalogue import contract_names
from pipelines.checks import delivery_check
from pipelines.data_docs import data_docs, data_docs_resource
from pipelines.history.run_record import runs
from pipelines.incremental.kept_work import KEPT_WORK, kept_work_resource
from pipelines.incremental.steps import incremental
from pipelines.io_managers import table_of, warehouse_io
from pipelines.jobs import jobs
from pipelines.published import (
    CONTRACT_RESULTS_KEY,
    contract_results_asset,
    draft_asset,
    published_warehouse,
    table_hashes,
)
from pipelines.replay.excursions.runs_asset import excursion_runs
from pipelines.resources import (
    decide_outcomes_resource,
    resources_of_runs,
    warehouse_resource,
)
from pipelines.schedules import schedules, sensors
from pipelines.site.run_request import RunRequest
from pipelines.site.site_file import Site

TOPIC_DEFS = (
    "assets.virtual_plant.defs",
    "assets.sources.defs",
    "assets.core.defs",
    "assets.sensor_features.defs",
    "assets.gate_features.defs",
    "assets.leak_questions.defs",
    "assets.failure_models.defs",
    "assets.rules.defs",
    "assets.precursors.defs",
    "assets.deviations.defs",
    "assets.time_to_failure.defs",
    "assets.savings.defs",
    "assets.history.defs",
    "assets.marts.defs",
    "assets.similarity.defs",
    "assets.stages.defs",
    "assets.process_verification.defs",
    "assets.tier_evidence.defs",
    "reports.defs",
)
# Claims are evaluated on every other table, the contract account included.
CLAIMS_KEY = dg.AssetKey(["evidence", "claims"])
KEPT_CLAIMS_KEY = dg.AssetKey(["history", "claims"])


def topic_assets() -> list[dg.AssetsDefinition]:
    """Load the assets of every topic, each from its one ``defs.py``."""
    modules = [import_module(name) for name in TOPIC_DEFS]
    loaded = dg.load_assets_from_modules(modules)
    return [asset for asset in loaded if isinstance(asset, dg.AssetsDefinition)]


def table_keys(assets: list[dg.AssetsDefinition]) -> set[dg.AssetKey]:
    """Return the keys that are tables under contract, views and files apart."""
    under_contract = set(contract_names())
    return {key for asset in assets for key in asset.keys if table_of(key) in under_contract}


def build_definitions(
    site: Site | None = None,
    *,
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, dg.LoggerDefinition] | None = None,
) -> dg.Definitions:
    """Build everything Dagster needs to run the product.

    Args:
        site: Whose schedules and sensors run by themselves; None for none.
        resources: Replacements by key for ``home``, ``run_settings``, ``warehouse``,
            ``data_docs`` and ``warehouse_io``.
        loggers: Loggers by key, in place of Dagster's console log.

    Returns:
        Assets, contract checks, jobs and schedules over the in-process executor: DuckDB
        has one writer, and a step costs 40 ms in process against 2 s out of it.
    """
    topics, every_job = [*topic_assets(), excursion_runs, runs, table_hashes], jobs()
    tables = table_keys(topics)
    judged = tables - {CLAIMS_KEY, KEPT_CLAIMS_KEY}
    closing = [
        contract_results_asset(judged),
        draft_asset(tables | {CONTRACT_RESULTS_KEY}),
        data_docs,
        published_warehouse,
    ]
    return dg.Definitions(
        assets=[incremental(asset) for asset in (*topics, *closing)],
        asset_checks=[delivery_check()],
        jobs=every_job,
        schedules=schedules(site) if site is not None else [],
        sensors=sensors(site, every_job) if site is not None else [],
        executor=dg.in_process_executor,
        loggers=loggers,
        resources={
            **resources_of_runs(_first_request(site) if site is not None else None),
            "decide_outcomes": decide_outcomes_resource,
            "warehouse": warehouse_resource,
            "data_docs": data_docs_resource,
            KEPT_WORK: kept_work_resource,
            "warehouse_io": warehouse_io,
            "io_manager": warehouse_io,  # tables built by SQL are loaded the same way
            **(resources or {}),
        },
    )


def _first_request(site: Site) -> RunRequest:
    """What a run started from Dagster's UI is about where nothing else is said."""
    source = next(iter(site.sources.values()))
    return RunRequest.of_source(site, source)
