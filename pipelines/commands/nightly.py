"""``lotwise nightly``: what a scheduled night does, by hand or from cron."""

import typer

from data_contracts.errors import DATA_OR_CHECKS_FAILED, LotwiseError
from pipelines.commands.options import HomeOption, SourceOption
from pipelines.terminal.console import print_error, terminal


def command(source: SourceOption = None, home: HomeOption = None) -> None:
    """Take in what is new, score it by the kept models, count, price, publish and report.

    Runs every source of the site file, or whatever was run in the home before, with the same
    settings; verdicts stay as last refitted. A source that was never run gets its first full run.
    """
    from pipelines.site.asked import find_site, nights

    requests, site = nights(source, home), find_site(home)

    from pipelines.history.alerts import RunFailure, tell
    from pipelines.jobs import MAIN_JOB, NIGHTLY_JOB
    from pipelines.run_summary import print_summary, summary
    from pipelines.runner import run_job
    from pipelines.site.last_requests import was_run
    from warehouse.paths import Home

    console, failed = terminal(), 0
    for name, request in requests.items():
        job = NIGHTLY_JOB if was_run(Home(request.home), request) else MAIN_JOB
        console.print(f"{name}: {job} job in {request.home}", markup=False, highlight=False)
        try:
            run_job(job, request, console)
        except LotwiseError as error:
            failed += 1
            print_error(f"{name}: {error}")
            if site is not None:
                failure = RunFailure(job, name, str(request.home), "", str(error))
                for problem in tell(site.alerts, failure):
                    print_error(problem)
            continue
        print_summary(summary(request.home), console)
    if failed:
        raise typer.Exit(DATA_OR_CHECKS_FAILED)
