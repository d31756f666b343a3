"""How much memory and processor time a run takes at its most, step by step.

The built-in plant, plants of other sizes, and wide tables of any size are run as a user would run
them, each in a process of its own; the peak of every step is exact (``step_memory``). Wanted: the
demo under 2 GB; ten thousand batches under 5 GB in at most 11 times the time of a thousand; wide
tables of 50,000 rows of 50 columns and 1,000 of 1,000 under 4 GB; beside 20 busy processes at most
1.3 times the processor seconds alone; the same tables whatever the number of threads.

    nice -n 2 python benchmarks/memory.py --table 50000x50 --table 1000x1000
    nice -n 2 python benchmarks/memory.py --demo --busy 20
    nice -n 2 python benchmarks/memory.py --table 300x20 --threads 1 --threads 2 --threads 4
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from benchmarks.studies.made_tables import write_wide_table
from benchmarks.studies.record import StudyRecord
from benchmarks.unbroken.comparison import table_hashes

Row = tuple[str, float, str]
SHOWN_STEPS = 8


@dataclass(frozen=True)
class Measured:
    """One run.

    Attributes:
        steps: ``step``, ``held_mb`` as it began, ``peak_mb`` and ``processor_s``, one row a step.
        processor_s: Of the whole process, loading included.
        tables: Content hash of every published table.
    """

    steps: pl.DataFrame
    processor_s: float
    tables: dict[str, str]

    @property
    def peak_mb(self) -> float:
        """Of the step that took most."""
        return float(self.steps["peak_mb"].max())  # type: ignore[arg-type]


def measured_run(words: Sequence[str], threads: int, busy: int = 0) -> Measured:
    """Run ``lotwise run`` with some words, beside so many processes that do nothing but work."""
    with TemporaryDirectory(prefix="lotwise-memory-") as folder, _busy(busy):
        home, steps = Path(folder) / "home", Path(folder) / "steps.jsonl"
        command = [sys.executable, "-m", "benchmarks.studies.step_memory", str(steps), str(threads)]
        before = os.times()
        subprocess.run(
            [*command, "run", "--home", str(home), *words],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=Path(__file__).parents[1],
        )
        after = os.times()
        spent = after.children_user + after.children_system
        spent -= before.children_user + before.children_system
        return Measured(pl.read_ndjson(steps), spent, table_hashes(home))


@contextmanager
def _busy(number: int) -> Iterator[None]:
    working = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(number)]
    try:
        yield
    finally:
        for one in working:
            one.kill()
            one.wait()


def rows(name: str, measured: Measured) -> list[Row]:
    """What a table of speeds shows of a run: name, value and unit."""
    return [
        (f"{name}, peak", round(measured.peak_mb), "MB"),
        (f"{name}, processor time", round(measured.processor_s, 1), "s"),
    ]


def bench_rows(threads: int = os.cpu_count() or 1) -> list[Row]:
    """The demo, and a wide table of 2,000 rows of 50 columns."""
    with TemporaryDirectory(prefix="lotwise-table-") as folder:
        table = measured_run(_of_table(Path(folder), 2000, 50), threads)
    return [*rows("demo", measured_run([], threads)), *rows("wide table 2000 x 50", table)]


def _of_table(folder: Path, height: int, width: int) -> list[str]:
    profile = write_wide_table(folder, height, width)
    return ["--source", str(profile), "--data", str(folder)]


def _of_plant(folder: Path, batches: int) -> list[str]:
    made = [sys.executable, "-m", "pipelines.command_line", "simulate", "--out", str(folder)]
    made += ["--batches", str(batches), "--years", str(batches / 200)]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return ["--source", "virtual_plant", "--data", str(folder)]


def main() -> None:
    """Measure what is asked, print the steps that took most, and keep a row a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="the built-in plant, as make demo")
    parser.add_argument("--quick", action="store_true", help="a fifth of it")
    parser.add_argument("--batches", type=int, action="append", default=[], help="a plant of them")
    parser.add_argument("--table", action="append", default=[], help="a wide table, ROWSxCOLUMNS")
    parser.add_argument("--threads", type=int, action="append", help="default: one a core")
    parser.add_argument("--busy", type=int, action="append", help="busy processes beside it")
    asked = parser.parse_args()
    with TemporaryDirectory(prefix="lotwise-made-") as made:
        works: dict[str, list[str]] = {"demo": []} if asked.demo else {}
        works |= {"quick": ["--quick"]} if asked.quick else {}
        for batches in asked.batches:
            works[f"plant {batches}"] = _of_plant(Path(made) / str(batches), batches)
        for size in asked.table:
            height, width = map(int, size.split("x"))
            works[f"table {size}"] = _of_table(Path(made) / size, height, width)
        for name, words in works.items():
            _study(name, words, asked.threads or [os.cpu_count() or 1], asked.busy or [0])


def _study(name: str, words: list[str], threads: list[int], busy: list[int]) -> None:
    record, tables = StudyRecord("memory", key=("run", "threads", "busy")), []
    for number in threads:
        for beside in busy:
            found = measured_run(words, number, beside)
            tables.append(found.tables)
            print(f"{name}, {number} threads, beside {beside} busy processes")
            print(found.steps.sort("peak_mb", descending=True).head(SHOWN_STEPS))
            for each in rows(name, found):
                print(*each)
            differing = [table for table in tables[0] if found.tables[table] != tables[0][table]]
            print("tables that differ from the first run:", ", ".join(differing) or "none")
            record.append(
                {
                    "run": name,
                    "threads": number,
                    "busy": beside,
                    "peak_mb": round(found.peak_mb),
                    "at_step": found.steps.sort("peak_mb")["step"][-1],
                    "processor_s": round(found.processor_s, 1),
                    "differing_tables": len(differing),
                }
            )


if __name__ == "__main__":
    main()
