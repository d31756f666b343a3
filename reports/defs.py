"""Dagster assets of the reports: the claims, and the report drawn from what is to be published.

Reports are drawn from the draft of the published copy and into it, so that readers get both in one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import polars as pl

from assets.defs import table_asset
from data_contracts.assumption_schema.recorded import RECORDED_PRICES
from data_contracts.assumptions import with_recorded
from data_contracts.tables import table

if TYPE_CHECKING:
    from warehouse.published_copy.published import PublishedWarehouse

DRAFT_KEY = dg.AssetKey(["draft", "warehouse"])


@table_asset(
    "evidence.claims",
    deps=["evidence.contract_results"],
    group="evidence",
    resources={"warehouse"},
)
def claims(context: dg.AssetExecutionContext) -> pl.DataFrame:
    """Evaluate every claim on the working warehouse, once all other tables are in place."""
    from reports.claims import evaluate

    with context.resources.warehouse.querying() as query:
        return evaluate(query)


@dg.asset(
    key=["report", "executive"],
    deps=[DRAFT_KEY, dg.AssetKey(["report", "data_docs"])],
    group_name="reports",
    required_resource_keys={"warehouse"},
    description="The report: a page for executives and one a question for scientists, drawn from "
    "the copy that is published with it.",
)
def executive_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Draw the report."""
    from reports.report import write_report
    from warehouse.published_copy.published import open_published
    from warehouse.published_copy.release import released

    warehouse = context.resources.warehouse
    release, before = warehouse.release_in_hand(), released(warehouse.home).reports_dir
    with open_published(release) as published:
        file = write_report(published, release.reports_dir, release.data_docs_dir, before)
    return _drawn(context, file)


@dg.asset(
    key=["report", "summary"],
    deps=[DRAFT_KEY],
    group_name="reports",
    required_resource_keys={"warehouse"},
    description="Two pages for executives as a PDF, drawn from the copy published with it.",
)
def executive_summary(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Draw the summary."""
    from reports.summary.document import write_summary

    return _draw(context, write_summary)


@dg.asset(
    key=["report", "workbook"],
    deps=[DRAFT_KEY],
    group_name="reports",
    required_resource_keys={"run_settings", "warehouse"},
    description="The business case as a workbook of live formulas.",
)
def business_case_workbook(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the workbook."""
    from reports.workbook.run_workbook import write_run_workbook
    from warehouse.published_copy.published import open_published

    release = context.resources.warehouse.release_in_hand()
    declared = context.resources.run_settings.assumptions()
    with open_published(release) as published:
        is_kept = RECORDED_PRICES in published.tables()  # copies of earlier versions lack it
        recorded = published.query(f"FROM {RECORDED_PRICES}") if is_kept else table(RECORDED_PRICES)
        priced = with_recorded(declared, recorded)
        file = write_run_workbook(published, priced, release.reports_dir)
    return _drawn(context, file)


@dg.asset(
    key=["report", "what_if"],
    deps=[DRAFT_KEY],
    group_name="reports",
    required_resource_keys={"warehouse"},
    description="The live page: a reader moves prices, rates and effects, and the money follows.",
)
def live_page(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the live page."""
    from reports.what_if.page import write_what_if

    return _draw(context, write_what_if)


@dg.asset(
    key=["report", "verification"],
    deps=[DRAFT_KEY],
    group_name="reports",
    required_resource_keys={"warehouse"},
    description="The page of continued process verification: every chart, the worst first.",
)
def verification_page(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Draw the charts."""
    from reports.verification_page.page import write_verification_page

    return _draw(context, write_verification_page)


@dg.asset(
    key=["report", "protocols"],
    deps=[DRAFT_KEY],
    group_name="reports",
    required_resource_keys={"warehouse"},
    description="Protocols of evidence, their reports and the traceability matrix, as pages and "
    "PDF with places for signatures.",
)
def protocol_folder(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Draw protocols, reports and the matrix."""
    from reports.protocol.folder import write_protocols

    return _draw(context, write_protocols)


def _draw(
    context: dg.AssetExecutionContext, write: Callable[["PublishedWarehouse", Path], Path]
) -> dg.MaterializeResult[None]:
    """Write a file from the draft beside the others of the same run."""
    from warehouse.published_copy.published import open_published

    release = context.resources.warehouse.release_in_hand()
    with open_published(release) as published:
        file = write(published, release.reports_dir)
    return _drawn(context, file)


def _drawn(context: dg.AssetExecutionContext, file: Path) -> dg.MaterializeResult[None]:
    """Name a file by where readers find it once it is published."""
    place = context.resources.warehouse.home.reports_dir / file.name
    return dg.MaterializeResult(
        metadata={"file": dg.MetadataValue.path(str(place)), "bytes": file.stat().st_size}
    )
