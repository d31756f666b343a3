"""``lotwise report``: draw the reports again from the published warehouse."""

from pipelines.commands.options import HomeOption
from pipelines.terminal.console import say


def command(home: HomeOption = None) -> None:
    """Draw the reports again from the published warehouse; nothing is recomputed."""
    from data_contracts.errors import UsageError, WarehouseError
    from pipelines.site.asked import home_of
    from reports.protocol.folder import FOLDER, write_protocols
    from reports.report import write_report
    from reports.summary.document import write_summary
    from reports.verification_page.page import write_verification_page
    from reports.what_if.page import write_what_if
    from warehouse.paths import Home
    from warehouse.published_copy.published import open_published
    from warehouse.published_copy.release import released

    where = Home(home_of(home))
    # One release from beginning to end: a run may put the next in place meanwhile.
    release = released(where)
    with open_published(release) as published:
        try:
            report = write_report(published, release.reports_dir, release.data_docs_dir)
            summary = write_summary(published, release.reports_dir)
            what_if = write_what_if(published, release.reports_dir)
            charts = write_verification_page(published, release.reports_dir)
            protocols = write_protocols(published, release.reports_dir)
        except WarehouseError as error:
            detail = str(error).partition("\n")[0]
            raise UsageError(
                f"The copy in {where.root} was published by another version and cannot be drawn "
                f"by this one: run its source again. What is missing: {detail}"
            ) from error
    say(f"Report: {(where.reports_dir / report.name).absolute()}")
    say(f"Summary: {(where.reports_dir / summary.name).absolute()}")
    say(f"What if: {(where.reports_dir / what_if.name).absolute()}")
    say(f"Process verification: {(where.reports_dir / charts.name).absolute()}")
    if protocols.is_file():
        say(f"Protocols: {(where.reports_dir / FOLDER / protocols.name).absolute()}")
