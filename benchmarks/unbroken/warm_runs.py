"""Runs in processes of their own that may be killed, forked from one that has imported everything.

Importing costs more than a small run computes. A forked process is as much a process as another: it
has its own identifier, locks and files, and SIGKILL ends it where it stands. A process that has
used polars or DuckDB has threads, and what is forked from it waits for ever for theirs: so the one
that forks only imports, and whatever must be looked up is asked of a process forked for it.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

DEFECT = 70  # exit code of a traceback
KILLED = -signal.SIGKILL
# Where a publication can be cut: module of the function as its caller sees it, and its name. The
# most delicate come first.
PUBLICATION = (
    ("release", "_turn"),
    ("publication", "put_in_place"),
    ("publication", "begin_draft"),
    ("publication", "_refresh_readings_view"),
    ("publication", "_build"),
    ("release", "_carry_over"),
    ("release", "_sync_all"),
    ("release", "_lead_through_latest"),
    ("release", "forget_unseen"),
    ("release", "note_run"),
    ("publication", "collect"),
    ("retention", "earlier_releases"),
    ("retention", "_is_read"),
    ("retention", "_reduce"),
    ("retention", "lead_to_reports"),
    ("retention", "_remove"),
)


@dataclass(frozen=True)
class Ended:
    """How a process ended: its exit code (negative: the signal), what it said, how long it took."""

    code: int
    said: str
    seconds: float


def warm_up() -> None:
    """Import what runs import, once, and compile nothing."""
    from importlib import import_module

    for name in (
        "great_expectations",
        "pipelines.runner",
        "plotly.offline",
        "matplotlib.pyplot",
        "typst",
        "xgboost",
        "sklearn.linear_model",
        "lifelines",
        "reports.report",
        "reports.workbook.run_workbook",
        "reports.summary.document",
    ):
        import_module(name)
    from pipelines.build import build_definitions

    build_definitions()


def start(work: Callable[[], None], said: Path) -> int:
    """Fork a process that does some work; returns its identifier.

    Args:
        work: What it does; an error of the product's ends it with 1, any other with 70.
        said: File that takes what it prints.
    """
    from data_contracts.errors import LotwiseError

    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    code = DEFECT
    try:
        target = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, 1)
        os.dup2(target, 2)
        work()
        code = 0
    except LotwiseError as error:
        print(error, flush=True)
        code = 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def told(work: Callable[[], Any], said: Path) -> Any:
    """Return what some work returns, done in a process of its own; it travels as JSON.

    Raises:
        RuntimeError: The work failed.
    """
    end = ended(start(lambda: print(json.dumps(work())), said), said)
    if end.code:
        raise RuntimeError(end.said)
    return json.loads(end.said.rsplit("\n", 1)[-1])


def ended(child: int, said: Path, kill_after_s: float | None = None) -> Ended:
    """Wait for a process, or kill it with SIGKILL after a while."""
    started, status = time.monotonic(), 0
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if kill_after_s is not None and time.monotonic() - started >= kill_after_s:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            break
        time.sleep(0.01)
    words = said.read_text(errors="replace").strip() if said.exists() else ""
    return Ended(os.waitstatus_to_exitcode(status), words, time.monotonic() - started)


def run(request: Any, job: str, dies_after_step: int | None = None) -> None:
    """Run a job as the command line does.

    Args:
        request: What it runs on.
        job: Name of the job.
        dies_after_step: Number of the step after which the process kills itself; None for none.
    """
    from rich.console import Console

    from pipelines import runner
    from pipelines.terminal.progress import RunProgress

    if dies_after_step is not None:
        steps = 0

        class Dying(RunProgress):
            def _finish(self, step: str) -> None:
                nonlocal steps
                steps += 1
                super()._finish(step)
                if steps == dies_after_step:
                    print(f"dies after {step}", flush=True)
                    os.kill(os.getpid(), signal.SIGKILL)

        vars(runner)["RunProgress"] = Dying
    runner.run_job(job, request, Console(file=sys.stdout, force_terminal=False))


def publish(home: Path, dies_at: tuple[str, str, str] | None = None) -> None:
    """Publish again what is published, as ``lotwise publish`` does.

    Args:
        home: Runtime home.
        dies_at: Module, function and ``before`` or ``after``: where the process kills itself.
    """
    from warehouse.lock import run_lock
    from warehouse.paths import Home
    from warehouse.published_copy.published import last_source_key
    from warehouse.store import Warehouse

    if dies_at is not None:
        _die_at(*dies_at)
    where = Home(home)
    with run_lock(where, holder="lotwise publish"):
        Warehouse(where, last_source_key(where)).publish_again()


def _die_at(module: str, name: str, moment: str) -> None:
    from warehouse.published_copy import publication, release, retention

    owner = {"publication": publication, "release": release, "retention": retention}[module]
    real = getattr(owner, name)

    @wraps(real)
    def dying(*given: Any, **named: Any) -> Any:
        if moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*given, **named)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, dying)
