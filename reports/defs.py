"""Dagster assets of the reports: the claims, and the report drawn from the published warehouse."""

import dagster as dg
import polars as pl

from assets.defs import table_asset


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
    deps=[dg.AssetKey(["published", "warehouse"]), dg.AssetKey(["report", "data_docs"])],
    group_name="reports",
    required_resource_keys={"home"},
    description="The report for executives and scientists: one HTML file, drawn from the "
    "published warehouse.",
)
def executive_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Draw the report."""
    from reports.report import write_report
    from warehouse.published_copy.published import open_published

    home = context.resources.home
    with open_published(home) as published:
        file = write_report(published, home.reports_dir, home.data_docs_dir)
    return dg.MaterializeResult(
        metadata={"file": dg.MetadataValue.path(str(file)), "bytes": file.stat().st_size}
    )


@dg.asset(
    key=["report", "summary"],
    deps=[dg.AssetKey(["published", "warehouse"])],
    group_name="reports",
    required_resource_keys={"home"},
    description="Two pages for executives as a PDF, drawn from the published warehouse.",
)
def executive_summary(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Draw the summary."""
    from reports.summary.document import write_summary
    from warehouse.published_copy.published import open_published

    home = context.resources.home
    with open_published(home) as published:
        file = write_summary(published, home.reports_dir)
    return dg.MaterializeResult(metadata={"file": dg.MetadataValue.path(str(file))})


@dg.asset(
    key=["report", "workbook"],
    deps=[dg.AssetKey(["published", "warehouse"])],
    group_name="reports",
    required_resource_keys={"home", "run_settings"},
    description="The business case as a workbook of live formulas.",
)
def business_case_workbook(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write the workbook."""
    from reports.workbook.run_workbook import write_run_workbook
    from warehouse.published_copy.published import open_published

    home, settings = context.resources.home, context.resources.run_settings
    with open_published(home) as published:
        file = write_run_workbook(published, settings.assumptions(), home.reports_dir)
    return dg.MaterializeResult(metadata={"file": dg.MetadataValue.path(str(file))})
