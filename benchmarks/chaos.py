"""Does anything break it? Accidents, the next run after each, and readers who never stop asking.

    make chaos                                        # until 300 kills are on record
    nice -n 2 python benchmarks/chaos.py --minutes 20 # as far as it comes; goes on where it stopped
    python benchmarks/chaos.py --kind disk_full --trials 9

A small table from elsewhere is run once undisturbed; then accidents happen to homes with the same
request. After each one the published tables must still be those of an undisturbed run, the next run
must finish, its tables must be the same, and received must be accepted plus quarantined. Rows are
kept in ``benchmarks/results/chaos.csv``, with what readers of the published file counted meanwhile.
Needs root for the disks (a file system of its own) and for the client that writes where it may not.
"""

import argparse
import random
import re
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from benchmarks.studies.record import RESULTS, StudyRecord
from benchmarks.unbroken import warm_runs
from benchmarks.unbroken.accidents import OF_DISKS, OF_PUBLICATION, OF_RUNS, Plant, published, ran
from benchmarks.unbroken.comparison import differing, is_balanced, table_hashes
from benchmarks.unbroken.readers import HELD, Readers

TARGET_KILLS, BATCHES, DISK_MB = 300, 160, 256
# Of each round: how often each kind happens. Publications are cheap and where most can go wrong.
ROUND = {
    "killed_in_publication": 24,
    "killed_while_publishing": 12,
    "held_and_killed": 2,
    "killed_at_a_boundary": 4,
    "killed_at_random": 4,
    "killed_in_the_first_load": 1,
    "killed_at_each_boundary": 1,
    "two_at_once": 1,
    "clock_set_back": 1,
    "disk_full": 2,
    "read_only": 1,
}
OF_FIRST_RUNS = ("killed_in_the_first_load", "killed_at_each_boundary")
BOUNDARIES = re.compile(r"(\d+) boundaries in turn: killed")
STEPS = 172  # of the main job; a boundary beyond the last is a run that is not killed


def accident(kind: str, trial: int, plant: Plant, readers: Readers) -> dict[str, Any]:
    """Let one accident happen and the next run follow; returns what the record keeps of it."""
    before, began = readers.counts(), time.monotonic()
    came = {**OF_PUBLICATION, **OF_RUNS, **OF_DISKS}[kind](plant, _place(kind, trial))
    is_first = kind in OF_FIRST_RUNS
    is_there = (plant.home / "published" / "warehouse.duckdb").is_file()
    harmed = _differing(plant) if is_there else []
    following = published(plant) if kind in OF_PUBLICATION else ran(plant)
    wrong = _differing(plant) if following.code == 0 else ["not run"]
    counted = readers.counts() - before
    return {
        "kind": kind,
        "trial": trial,
        "came": came,
        "is_killed": "killed" in came or kind in ("held_and_killed", "two_at_once"),
        "published_after_it": "nothing yet" if is_first and not is_there else str(not harmed),
        "next_run_code": following.code,
        "next_run_said": "" if following.code == 0 else following.said[-200:],
        "tables_that_differ": " ".join([*harmed, *wrong]),
        "is_balanced": warm_runs.told(lambda: is_balanced(plant.home), plant.said),
        "reader_queries": counted["queries"],
        "reader_errors": counted["errors"],
        "partial_sets": counted["partial"],
        "held_by_a_writer": counted[HELD],
        "seconds": round(time.monotonic() - began, 1),
    }


def _differing(plant: Plant) -> list[str]:
    return list(warm_runs.told(lambda: differing(plant.home, plant.undisturbed), plant.said) or [])


def is_unbroken(row: dict[str, Any]) -> bool:
    """Tell whether everything held that must."""
    words = ("TRACEBACK", "NOT REFUSED", "NOT DONE")
    return (
        row["next_run_code"] == 0
        and not row["tables_that_differ"]
        and bool(row["is_balanced"])
        and not row["reader_errors"]
        and not row["partial_sets"]
        and not any(word in row["came"] for word in words)
    )


def _place(kind: str, trial: int) -> int:
    """Spread the boundaries over the run, so that few trials are not all at its beginning."""
    if kind != "killed_at_a_boundary":
        return trial
    return random.Random(trial // STEPS).sample(range(STEPS), STEPS)[trial % STEPS]


def prepared(folder: Path) -> Plant:
    """Write the records and run them once undisturbed."""
    from pipelines.site.run_request import RunRequest

    data = folder / "data"
    table, said = foreign_table("exact_rule", 1), folder / "said.txt"
    profile = Path(warm_runs.told(lambda: str(write_source(table, data)), said))
    lines = (data / "batches.csv").read_text().splitlines(keepends=True)
    (data / "batches.csv").write_text("".join(lines[: BATCHES + 1]))
    home = folder / "home"
    plant = Plant(home, RunRequest(home, str(profile), data, is_quick=True), {}, 0.0, 0.0)
    for _ in range(2):  # the first is slower: what follows is cut within the second's time
        first = ran(plant)
        if first.code:
            raise SystemExit(f"An undisturbed run failed: {first.said}")
        plant = replace(plant, run_s=first.seconds)
    hashes = warm_runs.told(lambda: table_hashes(home), said)
    return replace(plant, undisturbed=hashes, publish_s=published(plant).seconds)


def found(home: Path, folder: Path) -> Plant:
    """Take a home that has been run in, as it is."""
    from pipelines.site.run_request import RunRequest

    hashes = warm_runs.told(lambda: table_hashes(home), folder / "said.txt")
    plant = Plant(home, RunRequest(home, ""), hashes, 0.0, 0.0)
    return replace(plant, publish_s=published(plant).seconds)


def elsewhere(plant: Plant, home: Path) -> Plant:
    """Return a plant of the same records in another home."""
    return replace(plant, home=home, request=replace(plant.request, home=home))


@contextmanager
def small_disk(plant: Plant, folder: Path) -> Iterator[Plant]:
    """Mount a file system of its own with a home that has been run in."""
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)], check=True
    )
    try:
        there = elsewhere(plant, folder / "home")
        done = ran(there)
        if done.code:
            raise SystemExit(f"An undisturbed run on a small disk failed: {done.said}")
        yield there
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def keys(kinds: list[str], trials: int | None) -> list[tuple[str, int]]:
    """Return kinds and trials, round by round."""
    if trials is not None:
        return [(kind, trial) for kind in kinds for trial in range(trials)]
    rounds = range(TARGET_KILLS // 40 + 1)
    return [
        (kind, number * ROUND[kind] + trial)
        for number in rounds
        for kind in kinds
        for trial in range(ROUND[kind])
    ]


def main() -> None:
    """Let the accidents happen that are missing, then say what held."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(ROUND), action="append")
    parser.add_argument("--trials", type=int, help="of each kind, from the first")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--home", type=Path, help="one that has been run in; for publications")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the rows")
    asked = parser.parse_args()
    if asked.home and not set(asked.kind or ROUND) <= set(OF_PUBLICATION):
        parser.error("--home goes with kinds of accidents to publications only")
    until = time.monotonic() + 60 * asked.minutes
    record = StudyRecord("chaos", key=("kind", "trial"), folder=asked.results)
    wanted = keys(asked.kind or list(ROUND), asked.trials)
    warm_runs.warm_up()
    with TemporaryDirectory(prefix="lotwise-chaos-") as name:
        folder = Path(name)
        missing = warm_runs.told(lambda: list(record.missing(wanted)), folder / "said.txt")
        plant = found(asked.home, folder) if asked.home else prepared(folder)
        fresh, broken = elsewhere(plant, folder / "fresh"), 0
        with Readers(plant.home, folder / "readers") as readers:
            for kind, trial in missing:
                if time.monotonic() > until:
                    break
                if kind in OF_DISKS:
                    with small_disk(plant, folder / "disk") as hit:
                        row = accident(kind, trial, hit, readers)
                    (folder / "disk").rmdir()
                else:
                    hit = fresh if kind in OF_FIRST_RUNS else plant
                    hit.draws.seed(f"{kind} {trial}")
                    row = accident(kind, trial, hit, readers)
                record.append(row)
                broken += not is_unbroken(row)
                shown = "held" if is_unbroken(row) else f"BROKEN: {row}"
                print(kind, trial, row["came"], shown, f"{row['seconds']} s", flush=True)
        shutil.rmtree(folder / "disk", ignore_errors=True)
    _conclude(record)
    if broken:
        raise SystemExit(f"{broken} accidents broke something.")


def _conclude(record: StudyRecord) -> None:
    total: Counter[str] = Counter()
    for row in record.rows().fill_null("").iter_rows(named=True):
        total["accidents"] += 1
        in_turn = BOUNDARIES.match(row["came"])
        total["kills"] += int(in_turn[1]) if in_turn else bool(row["is_killed"])
        total["held"] += is_unbroken(row)
        for name in ("reader_queries", "reader_errors", "partial_sets", "held_by_a_writer"):
            total[name] += row[name]
    print(", ".join(f"{name} {number:,}" for name, number in total.items()))


if __name__ == "__main__":
    main()
