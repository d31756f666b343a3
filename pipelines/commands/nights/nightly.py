"""``lotwise nightly``: what a scheduled night does, by hand or from cron."""

from typing import TYPE_CHECKING

import typer

from data_contracts.errors import DATA_OR_CHECKS_FAILED, LotwiseError
from pipelines.commands.options import HomeOption, SourceOption
from pipelines.terminal.console import print_error, say, terminal

if TYPE_CHECKING:
    from pipelines.site.run_request import RunRequest


def command(source: SourceOption = None, home: HomeOption = None) -> None:
    """Take in what is new, score it by the kept models, count, price, publish and report.

    Runs every source of the site file, or whatever was run in the home before, with the same
    settings; verdicts stay as last refitted. A source that was never run gets its first full run.
    """
    from pipelines.site.asked import find_site, nights
    from pipelines.site.nothing_new import NOTHING_NEW

    requests, site = nights(source, home), find_site(home)
    due = {name: each for name, each in requests.items() if not _is_nothing_new(each)}
    for name in requests.keys() - due.keys():
        say(f"{name}: {NOTHING_NEW}")
    if not due:
        return

    from pipelines.history.alerts import RunFailure, tell
    from pipelines.jobs import MAIN_JOB, NIGHTLY_JOB
    from pipelines.run_summary import print_summary, summary
    from pipelines.runner import run_job
    from pipelines.site.last_requests import key_of
    from warehouse.paths import Home

    console, failed = terminal(), 0
    for name, request in due.items():
        job = MAIN_JOB if key_of(Home(request.home), request) is None else NIGHTLY_JOB
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


def _is_nothing_new(request: "RunRequest") -> bool:
    """Tell whether the last run over a source has seen all there is; a broken source has not."""
    from pipelines.site.last_requests import key_of
    from pipelines.site.nothing_new import is_nothing_new
    from warehouse.paths import Home

    home = Home(request.home)
    try:
        key = key_of(home, request)
        return key is not None and is_nothing_new(home, key, request)
    except LotwiseError:
        return False  # the run says what is wrong, and alerts are sent
