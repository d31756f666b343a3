"""``lotwise excursions``: how large an excursion must be for the last run's detector to see it."""

from typing import Annotated

import typer

from data_contracts.untrusted.limits import MOST_TRIALS
from pipelines.commands.options import (
    AssumptionsOption,
    DataOption,
    HomeOption,
    QuickOption,
    SeedOption,
    SourceOption,
)
from pipelines.terminal.console import terminal


def command(
    source: SourceOption = None,
    data: DataOption = None,
    home: HomeOption = None,
    assumptions: AssumptionsOption = None,
    batches: Annotated[
        int,
        typer.Option(
            "--batches",
            min=5,
            max=MOST_TRIALS,
            help="Good batches changed for each parameter; 29 of 29 seen show 90% at 95%.",
        ),
    ] = 29,
    quick: QuickOption = False,
    seed: SeedOption = None,
) -> None:
    """Inject excursions into held-out good batches and count which the frozen detector sees.

    Give the options of the run it is about. Reports are drawn again with what was measured; what is
    done when interrupted is kept, and the same command goes on from there.
    """
    from data_contracts.profile import load_profile
    from pipelines.site.asked import asked

    request = asked(
        source, data=data, home=home, assumptions=assumptions, seed=seed, is_quick=quick
    )
    load_profile(request.source)

    from pipelines.jobs import EXCURSIONS_JOB, excursions_config
    from pipelines.runner import run_job
    from pipelines.terminal.excursion_lines import excursion_lines

    console = terminal()
    run_job(EXCURSIONS_JOB, request.with_config(excursions_config(batches)), console)
    for line in excursion_lines(request.home):
        console.print(line, markup=False, highlight=False)
