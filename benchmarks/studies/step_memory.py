"""Runs one command of ``lotwise`` and writes, as JSON lines, what each step took at its most.

Linux keeps the peak of a process's memory and lets it be set back; it is set back at each start of
a step, so a step's peak is exact and nothing is sampled. Steps run one after another.

    python -m benchmarks.studies.step_memory steps.jsonl 2 run --source plant.yaml --home var
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from pipelines.process.processor_threads import keep_threads_to_ourselves
from pipelines.process.returned_memory import share_one_heap

MB = 1e6


def peak_mb() -> float:
    """Largest resident memory since it was last set back, in MB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    kept = next(line for line in lines if line.startswith("VmHWM"))
    return int(kept.split()[1]) * 1024 / MB


def set_back() -> None:
    """Begin a new peak at what is held now."""
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def processor_s() -> float:
    """Processor seconds of this process and its children that have ended."""
    return sum(os.times()[:4])


class StepRecord:
    """Writes a line as each step ends.

    Args:
        file: JSON lines: step, what was held as it began and at most, processor seconds.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._begun_s = self._held_mb = 0.0

    def take(self, event: Any) -> None:
        """Take one of Dagster's events."""
        from pipelines.terminal.progress import FINISHED, spoken

        if event.event_type_value == "STEP_START":
            set_back()
            self._begun_s, self._held_mb = processor_s(), peak_mb()
        elif event.event_type_value in FINISHED:
            row = {
                "step": spoken(event.step_key),
                "held_mb": round(self._held_mb, 1),
                "peak_mb": round(peak_mb(), 1),
                "processor_s": round(processor_s() - self._begun_s, 2),
            }
            with self._file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(row) + "\n")


def main() -> None:
    """Run the command line with a progress line that measures."""
    file, threads = Path(sys.argv.pop(1)), int(sys.argv.pop(1))
    keep_threads_to_ourselves()
    share_one_heap()
    os.environ["POLARS_MAX_THREADS"] = str(threads)
    os.cpu_count = lambda: threads  # what every pool of the product asks
    # Numeric libraries read their number of threads as they are loaded, which is from here on.
    from pipelines import command_line
    from pipelines.terminal.progress import RunProgress

    steps, emit = StepRecord(file), RunProgress.emit

    def measured(self: RunProgress, record: Any) -> None:
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None:
            steps.take(event)
        emit(self, record)

    RunProgress.emit = measured  # type: ignore[method-assign]
    command_line.main()


if __name__ == "__main__":
    main()
