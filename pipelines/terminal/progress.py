"""What a person sees while a run goes on: the stage, how far it is, and the time left.

Progress is fed by Dagster's own events through a Dagster logger, so it shows the job that really
runs. Time left comes from how long each step took the last time in this home.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

LOGGER_KEY = "progress"
TYPICAL_STEP_S = 0.3  # an asset that only moves a small table
# What a first run has to go by: the long steps on the built-in plant, two cores.
LONG_STEPS_S = {
    "source__exports": 9.0,
    "source": 5.0,
    "placed_readings": 28.0,
    "gate_features": 5.0,
    "event_precursors": 5.0,
    "deviation_intelligence": 2.0,
    "failure_study": 72.0,
    "evidence__claims": 4.0,
}
AS_BEFORE = "as before"  # in a materialisation: the step had nothing to do
FINISHED = ("STEP_SUCCESS", "STEP_FAILURE", "STEP_SKIPPED")


class StepTimes:
    """Seconds each step took in the last run of a home, kept as a small JSON file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._expected: dict[str, float] = {}
        self._measured: dict[str, float] = {}
        try:
            kept = json.loads(file.read_text(encoding="utf-8"))
            self._expected = {step: float(seconds) for step, seconds in kept.items()}
        except (OSError, ValueError, TypeError, AttributeError, RecursionError):
            self._expected = {}  # none yet, or spoilt: only estimates are lost

    def expected_s(self, step: str) -> float:
        """Seconds the step is expected to take."""
        return self._expected.get(step, LONG_STEPS_S.get(step, TYPICAL_STEP_S))

    def measured(self, step: str, seconds: float) -> None:
        """Note how long a step took."""
        self._measured[step] = round(seconds, 3)

    def save(self) -> None:
        """Keep this run's times for the next run's estimate."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text(
            json.dumps(self._expected | self._measured, indent=1, sort_keys=True), encoding="utf-8"
        )


def spoken(step: str) -> str:
    """Return a step key as a person would read it: ``core__batches`` is ``core.batches``."""
    return step.replace("__", ".")


def duration(seconds: float) -> str:
    """Return a duration as minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


class RunProgress(logging.Handler):
    """Draws a progress line from the events of one Dagster run.

    Args:
        console: Where to draw; nothing is drawn when it is not a terminal, except one plain line
            per step that took longer than a second.
        steps: Every step of the run, in any order.
        times: What each step took before.
    """

    def __init__(self, console: Console, steps: Iterable[str], times: StepTimes) -> None:
        super().__init__(level=logging.DEBUG)  # Dagster logs step events as debug
        self._console, self._times = console, times
        self._left = set(steps)
        self._as_before: set[str] = set()
        self._total = len(self._left)
        self._started: dict[str, float] = {}
        self._progress = Progress(
            TextColumn("{task.description:<44.44}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("starting", total=self._total, left="")

    def __enter__(self) -> "RunProgress":
        self._progress.start()
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        self._progress.stop()
        if failure is None:  # a refused run leaves nothing behind
            self._times.save()
            if self._as_before:
                self._console.print(
                    f"{len(self._as_before)} of {self._total} steps as before: what they read, "
                    "their settings and the code are unchanged.",
                    highlight=False,
                    markup=False,
                )

    def emit(self, record: logging.LogRecord) -> None:
        """Take one Dagster log record: a step event moves the bar, a message names the work."""
        meta = getattr(record, "dagster_meta", {})
        event = meta.get("dagster_event")
        if event is None:
            if record.levelno == logging.INFO and meta.get("step_key"):
                self._show(f"{spoken(meta['step_key'])}: {meta.get('orig_message', '')}")
        elif event.event_type_value == "STEP_START":
            self._started[event.step_key] = time.monotonic()
            self._show(spoken(event.step_key))
        elif event.event_type_value == "ASSET_MATERIALIZATION":
            if AS_BEFORE in event.step_materialization_data.materialization.metadata:
                self._as_before.add(event.step_key)
        elif event.event_type_value in FINISHED:
            self._finish(event.step_key)

    def _show(self, text: str) -> None:
        left = sum(self._times.expected_s(step) for step in self._left)
        self._progress.update(self._task, description=text, left=f"about {duration(left)} left")

    def _finish(self, step: str) -> None:
        seconds = time.monotonic() - self._started.get(step, time.monotonic())
        self._times.measured(step, seconds)
        self._left.discard(step)
        self._progress.update(self._task, completed=self._total - len(self._left))
        if not self._console.is_terminal and seconds >= 1:
            done = self._total - len(self._left)
            left = sum(self._times.expected_s(other) for other in self._left)
            self._console.print(
                f"[{done}/{self._total}] {spoken(step)} {seconds:.1f} s, {duration(left)} left",
                highlight=False,
                markup=False,
            )


def progress_logger(handler: Callable[[], logging.Handler]) -> dg.LoggerDefinition:
    """Build the Dagster logger that feeds a handler, in place of Dagster's console log."""

    def build(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("lotwise.progress", level=logging.DEBUG)
        logger.addHandler(handler())
        return logger

    return dg.LoggerDefinition(build, description="Feeds the command line's progress display.")
