"""``lotwise self-test``: what the last run's study would have found, planted and counted."""

from pathlib import Path
from typing import Annotated

import typer

from data_contracts.untrusted.limits import MOST_TRIALS
from pipelines.commands.options import (
    DEFAULT_HOME,
    AssumptionsOption,
    DataOption,
    HomeOption,
    QuickOption,
    SeedOption,
    SourceOption,
)
from pipelines.terminal.console import terminal


def command(
    source: SourceOption = "virtual_plant",
    data: DataOption = None,
    home: HomeOption = DEFAULT_HOME,
    assumptions: AssumptionsOption = None,
    trials: Annotated[
        int,
        typer.Option(
            "--trials", min=5, max=MOST_TRIALS, help="Causes planted per outcome and worth."
        ),
    ] = 40,
    quick: QuickOption = False,
    seed: SeedOption = 1,
) -> None:
    """Plant causes of a known worth into a run's own records and count how many are found.

    Give the options of the run it is about. Reports are drawn again with what was measured.
    """
    from data_contracts.profile import load_profile

    load_profile(source)

    from pipelines.jobs import SELF_TEST_JOB, self_test_config
    from pipelines.run_summary import power_lines
    from pipelines.runner import RunRequest, run_job

    console = terminal()
    request = RunRequest(
        home=home,
        source=source,
        data=data,
        assumptions=assumptions,
        is_quick=quick,
        seed=seed,
        config=self_test_config(trials),
    )
    run_job(SELF_TEST_JOB, request, console)
    for line in power_lines(Path(home)):
        console.print(line, markup=False, highlight=False)
