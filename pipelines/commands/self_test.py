"""``lotwise self-test``: what the last run's study would have found, planted and counted."""

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
    trials: Annotated[
        int,
        typer.Option(
            "--trials", min=5, max=MOST_TRIALS, help="Causes planted per outcome and worth."
        ),
    ] = 40,
    quick: QuickOption = False,
    seed: SeedOption = None,
) -> None:
    """Plant causes of a known worth into a run's own records and count how many are found.

    Give the options of the run it is about. Reports are drawn again with what was measured.
    """
    from data_contracts.profile import load_profile
    from pipelines.site.asked import asked

    request = asked(
        source, data=data, home=home, assumptions=assumptions, seed=seed, is_quick=quick
    )
    load_profile(request.source)

    from pipelines.jobs import SELF_TEST_JOB, self_test_config
    from pipelines.run_summary import power_lines
    from pipelines.runner import run_job

    console = terminal()
    run_job(SELF_TEST_JOB, request.with_config(self_test_config(trials)), console)
    for line in power_lines(request.home):
        console.print(line, markup=False, highlight=False)
