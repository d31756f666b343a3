"""What a night with one new batch costs, in processor seconds, by years of history.

Each plant is simulated, run in full without its last decided batch, and then given that batch:
`lotwise nightly` itself, in a process of its own. Copying the published file is stated apart; it is
timed by publishing the same warehouse again. Wanted: under 15 processor seconds, within 20% from 1
to 10 years of history; with nothing new under 5. Plants already in the CSV are not run again.

    python benchmarks/night_cost.py --years 1 2 5 10
"""

import argparse
import os
import resource
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.speed.figures import Row
from benchmarks.studies.one_new_batch import deliver
from benchmarks.studies.record import StudyRecord
from warehouse.paths import Home
from warehouse.published_copy.publication import draft
from warehouse.published_copy.release import discard_draft

BATCHES_A_YEAR = 200
MEMORY_LIMIT = "1.5GB"


def processor_s(*words: str) -> float:
    """Run the command line in its own process and return the processor seconds it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pipelines.command_line", *words]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def copying_s(home: Path) -> float:
    """Processor seconds of copying the working warehouse into what would be published."""
    where = Home(home)
    (work,) = (home / "work").iterdir()
    before = resource.getrusage(resource.RUSAGE_SELF)
    draft(where, work.name, MEMORY_LIMIT)
    after = resource.getrusage(resource.RUSAGE_SELF)
    discard_draft(where, work.name)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def night(years: int, seed: int, folder: Path) -> dict[str, Any]:
    """Make a plant, run it in full, and measure its nights."""
    plant, data, home = folder / "plant", folder / "data", folder / "home"
    size = ("--batches", str(BATCHES_A_YEAR * years), "--years", str(years))
    processor_s("simulate", "--out", str(plant), "--seed", str(seed), *size)
    deliver(plant, data, is_after=False)
    source = ("--source", "virtual_plant", "--data", str(data), "--home", str(home))
    full = processor_s("run", *source)
    nothing_new = processor_s("nightly", "--home", str(home))
    deliver(plant, data, is_after=True)
    one_batch = processor_s("nightly", "--home", str(home))
    copying = copying_s(home)
    return {
        "years": years,
        "seed": seed,
        "batches": BATCHES_A_YEAR * years,
        "full_run_s": round(full, 1),
        "nothing_new_s": round(nothing_new, 1),
        "one_new_batch_s": round(one_batch, 1),
        "copying_s": round(copying, 1),
        "without_copying_s": round(one_batch - copying, 1),
        "load_average": round(os.getloadavg()[1], 1),
    }


def night_rows() -> list[Row]:
    """Nights of a plant of one year, for the table of speed; ``main`` keeps longer histories."""
    with TemporaryDirectory() as folder:
        found = night(1, 1, Path(folder))
    return [
        ("one new batch in a night, processor time", found["without_copying_s"], "s"),
        ("nothing new in a night, processor time", found["nothing_new_s"], "s"),
        (
            "one new batch in a night over a full run",
            found["one_new_batch_s"] / found["full_run_s"],
            "of its time",
        ),
    ]


def main() -> None:
    """Run the plants that are missing from the CSV, then print all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--years", type=int, nargs="+", default=[1, 2, 5, 10])
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    record = StudyRecord("night_cost", ("years", "seed"))
    for years, seed in record.missing([(years, asked.seed) for years in asked.years]):
        with TemporaryDirectory() as folder:
            record.append(night(years, seed, Path(folder)))
        print(f"{years} years", flush=True)
    for row in record.rows().sort("years").iter_rows(named=True):
        print(
            f"{row['years']} years: {row['without_copying_s']} s and {row['copying_s']} s of "
            f"copying; nothing new {row['nothing_new_s']} s, a full run {row['full_run_s']} s"
        )


if __name__ == "__main__":
    main()
