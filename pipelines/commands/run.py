"""``lotwise run``: the main job, from sources to published warehouse and reports."""

import json
from typing import Annotated

import typer

from pipelines.commands.options import (
    AssumptionsOption,
    DataOption,
    HomeOption,
    JsonOption,
    QuickOption,
    SeedOption,
    SetOption,
    SourceOption,
)
from pipelines.terminal.console import terminal


def command(
    source: SourceOption = None,
    data: DataOption = None,
    home: HomeOption = None,
    assumptions: AssumptionsOption = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Take records as known on this date.")
    ] = None,
    quick: QuickOption = False,
    seed: SeedOption = None,
    settings: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Run the main job: read a source, find what precedes failures, price it, publish, report."""
    from assets.run_settings import assumptions_in_force, parse_instant
    from data_contracts.profile import load_profile
    from pipelines.site.asked import asked

    request = asked(
        source,
        data=data,
        home=home,
        assumptions=assumptions,
        seed=seed,
        is_quick=quick,
        as_of=as_of,
        price_changes=settings,
    )
    # What cannot be run is refused before the seconds it takes to set the job up.
    profile = load_profile(request.source)
    assumptions_in_force(profile, request.assumptions, request.price_changes)
    if as_of is not None:
        parse_instant(as_of)

    from pipelines.jobs import MAIN_JOB
    from pipelines.run_summary import print_summary, summary
    from pipelines.runner import run_job

    console = terminal(is_stderr=as_json)
    run_job(MAIN_JOB, request, console)
    done = summary(request.home)
    if as_json:
        typer.echo(json.dumps(done, indent=2, default=str))
    else:
        print_summary(done, console)
