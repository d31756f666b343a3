"""Runs Dagster's jobs in process for the command line, with progress and plain errors.

This is not a second pipeline: it runs the very job Dagster's UI and schedules run, with another
logger. An error of ours comes back as itself; anything else is a defect and keeps its traceback.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console

from data_contracts.errors import ContractError, LotwiseError
from pipelines.build import build_definitions
from pipelines.jobs import MAIN_JOB
from pipelines.progress import LOGGER_KEY, RunProgress, StepTimes, progress_logger
from warehouse.paths import Home


@dataclass(frozen=True)
class RunRequest:
    """What the command line was asked to run; empty fields take the resources' defaults."""

    home: Path
    source: str
    data: Path | None = None
    assumptions: Path | None = None
    as_of: str | None = None
    is_quick: bool = False
    seed: int = 1

    def run_config(self) -> dict[str, Any]:
        """Return the request as Dagster run configuration."""
        settings: dict[str, Any] = {
            "source": self.source,
            "quick": self.is_quick,
            "seed": self.seed,
            "data": str(self.data) if self.data else None,
            "assumptions": str(self.assumptions) if self.assumptions else None,
            "as_of": self.as_of,
        }
        return {
            "loggers": {LOGGER_KEY: {}},
            "resources": {
                "home": {"config": {"path": str(self.home)}},
                "run_settings": {
                    "config": {name: v for name, v in settings.items() if v is not None}
                },
            },
        }


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Walk an exception and what it was raised from."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _refused_contracts(result: dg.ExecuteInProcessResult) -> list[str]:
    """Return the tables whose blocking contract check did not pass, with the rules broken."""
    refused = []
    for evaluation in result.get_asset_check_evaluations():
        if not evaluation.passed:
            rules = evaluation.metadata["failed"].value if "failed" in evaluation.metadata else ""
            refused.append(f"{'.'.join(evaluation.asset_key.path)} ({rules})")
    return refused


def run_main_job(request: RunRequest, console: Console) -> None:
    """Run the main job to the end: sources to published warehouse and reports.

    Raises:
        LotwiseError: The source, a record count, a contract or the lock refused the run; the
            published warehouse is then still the one before.
    """
    home = Home(request.home)
    handlers: list[RunProgress] = []
    definitions = build_definitions(loggers={LOGGER_KEY: progress_logger(lambda: handlers[0])})
    job = definitions.resolve_job_def(MAIN_JOB)
    steps = [node.name for node in job.nodes]
    with RunProgress(console, steps, StepTimes(home.dagster_dir / "step_seconds.json")) as shown:
        handlers.append(shown)
        try:
            result = job.execute_in_process(
                run_config=request.run_config(), raise_on_error=True, tags={"lotwise": "run"}
            )
        except Exception as error:
            ours = next((e for e in _causes(error) if isinstance(e, LotwiseError)), None)
            if ours is None:
                raise
            raise ours from None
    refused = _refused_contracts(result)
    if refused:
        raise ContractError(
            "The contract of " + "; ".join(refused) + " is not met, so nothing was published. "
            "See evidence.contract_results in the working warehouse."
        )
