"""Runs one command of ``lotwise`` and prints, as JSON lines, what each step took at its most.

Linux keeps the peak of a process's memory and lets it be set back; it is set back at each start of
a step, so a step's peak is exact and nothing is sampled. Steps run one after another.

    python -m benchmarks.studies.step_memory STEPS_FILE run --source ... --home ...
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from pipelines.terminal import progress

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


def measured_steps(file: Path) -> type[progress.RunProgress]:
    """The progress line, which also writes step, peak and processor seconds as each step ends."""

    class MeasuredSteps(progress.RunProgress):
        def emit(self, record: Any) -> None:
            event = getattr(record, "dagster_meta", {}).get("dagster_event")
            kind = event.event_type_value if event is not None else ""
            if kind == "STEP_START":
                set_back()
                self.begun_s, self.held_mb = processor_s(), peak_mb()
            elif kind in progress.FINISHED:
                row = {
                    "step": progress.spoken(event.step_key),
                    "held_mb": round(self.held_mb, 1),
                    "peak_mb": round(peak_mb(), 1),
                    "processor_s": round(processor_s() - self.begun_s, 2),
                }
                with file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(row) + "\n")
            super().emit(record)

    return MeasuredSteps


def main() -> None:
    """Run the command line with a progress line that measures."""
    from pipelines import command_line, runner

    file = Path(sys.argv.pop(1))
    runner.RunProgress = measured_steps(file)  # type: ignore[misc]
    command_line.main()


if __name__ == "__main__":
    main()
