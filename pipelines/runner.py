"""Runs Dagster's jobs in process for the command line, with progress and plain errors.

This is not a second pipeline: it runs the very job Dagster's UI and schedules run, with another
logger. An error of ours comes back as itself; anything else is a defect and keeps its traceback.
"""

import gc
import shlex
import sys
from pathlib import Path

from dagster import DagsterExecutionInterruptedError
from dagster._core.errors import DagsterAssetCheckFailedError
from rich.console import Console
from sqlalchemy.exc import DatabaseError

from data_contracts.errors import ContractError, LotwiseError, RunInterruptedError
from pipelines.build import build_definitions
from pipelines.history.instance import COMMAND_TAG, SOURCE_TAG, run_history
from pipelines.interruption import insistent_interrupts
from pipelines.site.run_request import RunRequest
from pipelines.terminal.progress import LOGGER_KEY, RunProgress, StepTimes, progress_logger
from pipelines.terminal.system_errors import SYSTEM_ERRORS, spoken_by_system
from warehouse.paths import Home
from warehouse.store import Warehouse
from warehouse.usable_home import last_worked_source_key, require_usable

USUAL_COLLECTION = (700, 10, 10)  # Python's own
_BROKEN_RULES = """
SELECT table_name, rule, column_name, detail FROM evidence.contract_results
WHERE NOT is_passed ORDER BY ALL
"""


def own_error(error: BaseException) -> LotwiseError | None:
    """Return the error of ours behind what a job raised, or None where it is a defect.

    An interrupt counts wherever it fell: DuckDB turns one that falls into a query into an error of
    its own.
    """
    causes = _causes(error)
    if any(isinstance(each, DagsterExecutionInterruptedError) for each in causes):
        return RunInterruptedError(
            "The run was interrupted. The published warehouse and the reports are as they were "
            "before; run the same command again to start over."
        )
    ours = next((each for each in causes if isinstance(each, LotwiseError)), None)
    system = next((each for each in causes if isinstance(each, SYSTEM_ERRORS)), None)
    if ours is None and system is not None:
        return LotwiseError(spoken_by_system(system))
    history = next((each for each in causes if isinstance(each, DatabaseError)), None)
    if ours is None and history is not None:
        return LotwiseError(
            f"The run history of the home cannot be read or written ({history.orig}). What was "
            "published is as it was; make room on the disk, see that the home may be written, and "
            "run again."
        )
    return ours


def _causes(error: BaseException) -> list[BaseException]:
    """Return an exception and all it was raised from or during; the chain may close on itself."""
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and not any(link is known for known in chain):
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _broken_contracts(home: Home) -> str:
    """Say which rules of which tables the last run broke, from its working warehouse."""
    source_key = last_worked_source_key(home)
    broken = Warehouse(home, source_key).query(_BROKEN_RULES)
    rules = [
        f"{row['table_name']}, {row['column_name']}: {row['detail'] or row['rule']}"
        for row in broken.iter_rows(named=True)
    ]
    return (
        "A table does not keep its contract, so nothing was published and the reports are as they "
        "were:\n  " + "\n  ".join(rules) + "\nThe rules are in data_contracts/, the judgements in "
        f"evidence.contract_results of {home.working_file(source_key)}, examples in "
        f"{home.refused_docs_dir(source_key) / 'index.html'}."
    )


def _pass_over_what_stays() -> None:
    """Let no search for garbage look through the program itself, which lives to the end.

    Once a process: what a second job finds here may be garbage of the first.
    """
    if not gc.get_freeze_count():
        gc.freeze()
    gc.set_threshold(*USUAL_COLLECTION)


def run_job(name: str, request: RunRequest, console: Console, partition: str | None = None) -> None:
    """Run a job to its end.

    Args:
        name: The main job, from sources to published warehouse and reports, or the self-test.
        request: What it runs on.
        console: Where progress is shown.
        partition: Of a job that has partitions; None for one that has none.

    Raises:
        LotwiseError: The source, a record count, a contract or the lock refused the run; the
            published warehouse is then still the one before.
        RunInterruptedError: The run was stopped from outside; likewise.
    """
    home = Home(request.home)
    require_usable(home, request.data)
    handlers: list[RunProgress] = []
    definitions = build_definitions(loggers={LOGGER_KEY: progress_logger(lambda: handlers[0])})
    job = definitions.resolve_job_def(name)
    steps = [node.name for node in job.nodes]
    times = StepTimes(home.dagster_dir / "step_seconds.json")
    _pass_over_what_stays()
    with run_history(home) as history, RunProgress(console, steps, times) as shown:
        handlers.append(shown)
        try:
            with insistent_interrupts():
                job.execute_in_process(
                    run_config={**request.run_config(), "loggers": {LOGGER_KEY: {}}},
                    instance=history,
                    partition_key=partition,
                    raise_on_error=True,
                    tags={
                        SOURCE_TAG: Path(request.source).stem,
                        "lotwise/started_by": "command",
                        COMMAND_TAG: shlex.join(["lotwise", *sys.argv[1:]]),
                    },
                )
        except DagsterAssetCheckFailedError as error:
            raise ContractError(_broken_contracts(home)) from error
        except (Exception, DagsterExecutionInterruptedError) as error:
            ours = own_error(error)
            if ours is None:
                raise
            raise ours from None
