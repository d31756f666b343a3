"""``lotwise report``: draw the reports again from the published warehouse."""

import typer

from pipelines.commands.options import HomeOption


def command(home: HomeOption = None) -> None:
    """Draw the reports again from the published warehouse; nothing is recomputed."""
    from pipelines.site.asked import home_of
    from reports.report import write_report
    from reports.summary.document import write_summary
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published

    where = Home(home_of(home))
    published = open_published(where)
    report = write_report(published, where.reports_dir, where.data_docs_dir)
    typer.echo(f"Report: {report.resolve()}")
    typer.echo(f"Summary: {write_summary(published, where.reports_dir).resolve()}")
