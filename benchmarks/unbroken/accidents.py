"""The accidents: each does one kind of harm to a home and says what came of it.

An accident returns what the process it hit said or how it ended; what must hold afterwards is asked
by whoever had it happen. All are real: SIGKILL, a full file system, one mounted read-only, a clock
set back, a client that holds the published file for writing and dies.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.studies.record import ROOT
from benchmarks.unbroken.warm_runs import (
    DEFECT,
    KILLED,
    PUBLICATION,
    Ended,
    ended,
    publish,
    run,
    start,
)

POINTS = [(*place, moment) for place in PUBLICATION for moment in ("before", "after")]
SCRATCH = re.compile(r"[\w./-]*/lotwise-chaos-\w+")  # a folder of this machine, said by nobody else
FREE_MB = (8, 1, 24, 2, 16, 0.2, 12, 4, 32)  # left on the disk when the run begins
MOST_STEPS = 500  # of a run; more means that one never ends
LONG_AGO = "2019-01-01 12:00:00"
HOLDER = """
import sys, time, duckdb
while True:
    try:
        con = duckdb.connect(sys.argv[1])
        break
    except duckdb.IOException:
        time.sleep(0.005)
for sql in ("CREATE TABLE core.mine (a INT)", "DELETE FROM core.batches", "FORCE CHECKPOINT"):
    try:
        con.execute(sql)
    except duckdb.Error:
        pass
print("held", flush=True)
time.sleep(600)
"""


@dataclass
class Plant:
    """A home, what is run in it, and what is known of undisturbed runs.

    Attributes:
        home: Runtime home.
        request: What every run is asked.
        undisturbed: Content hash by table.
        run_s: Seconds of an undisturbed run.
        publish_s: Seconds of an undisturbed publication.
        draws: Where accidents take their instants from.
    """

    home: Path
    request: Any
    undisturbed: dict[str, str]
    run_s: float
    publish_s: float
    draws: random.Random = field(default_factory=lambda: random.Random(1))

    @property
    def said(self) -> Path:
        """File that takes what processes say."""
        return self.home.with_name(f"{self.home.name}-said.txt")


def ran(
    plant: Plant, kill_after_s: float | None = None, dies_after_step: int | None = None
) -> Ended:
    """Run the main job in a process of its own."""
    child = start(lambda: run(plant.request, "main", dies_after_step), plant.said)
    return ended(child, plant.said, kill_after_s)


def published(plant: Plant, kill_after_s: float | None = None) -> Ended:
    """Publish again in a process of its own."""
    child = start(lambda: publish(plant.home), plant.said)
    return ended(child, plant.said, kill_after_s)


def killed_in_publication(plant: Plant, trial: int) -> str:
    """Kill a publication before or after one of its steps."""
    point = POINTS[trial % len(POINTS)]
    died = ended(start(lambda: publish(plant.home, point), plant.said), plant.said)
    return f"{' '.join(point)}: {_how(died)}"


def killed_while_publishing(plant: Plant, _: int) -> str:
    """Kill a publication at a random instant."""
    after = plant.draws.uniform(0, plant.publish_s)
    return f"{after:.2f} s: {_how(published(plant, after))}"


def killed_at_a_boundary(plant: Plant, trial: int) -> str:
    """Kill a run after its n-th step."""
    died = ran(plant, dies_after_step=trial + 1)
    return f"step {trial + 1}: {died.said.rsplit(chr(10), 1)[-1]}: {_how(died)}"


def killed_at_random(plant: Plant, _: int) -> str:
    """Kill a run at a random instant."""
    after = plant.draws.uniform(0, plant.run_s)
    return f"{after:.1f} s: {_how(ran(plant, after))}"


def killed_in_the_first_load(plant: Plant, trial: int) -> str:
    """Kill the first run of a home at a random instant."""
    shutil.rmtree(plant.home, ignore_errors=True)
    return killed_at_random(plant, trial)


def killed_at_each_boundary(plant: Plant, _: int) -> str:
    """Kill the first run of a home after its first step, the next after its second, and so on."""
    shutil.rmtree(plant.home, ignore_errors=True)
    for step in range(1, MOST_STEPS):
        died = ran(plant, dies_after_step=step)
        if died.code != KILLED:
            return f"{step - 1} boundaries in turn: killed; beyond the last: {_how(died)}"
    return f"NOT DONE after {MOST_STEPS} steps"


def disk_full(plant: Plant, trial: int) -> str:
    """Let the disk be full in the middle of a run."""
    ballast = plant.home.with_name("ballast")
    free = int(FREE_MB[trial % len(FREE_MB)] * 2**20)
    left = shutil.disk_usage(plant.home).free - free
    with ballast.open("wb") as out:
        for _ in range(max(0, left) // 2**20):
            out.write(b"\0" * 2**20)
    # What the run says is kept on another disk: on this one there is no room for a sentence.
    elsewhere = Path(f"{plant.home.parent}-said.txt")
    try:
        child = start(lambda: run(plant.request, "main"), elsewhere)
        return f"{free / 2**20:.1f} MB free: {_how(ended(child, elsewhere))}"
    finally:
        ballast.unlink()


def read_only(plant: Plant, _: int) -> str:
    """Let the home be mounted read-only."""
    mount = str(plant.home.parent)
    elsewhere = Path(f"{mount}-said.txt")
    subprocess.run(["mount", "-o", "remount,ro", mount], check=True)
    try:
        child = start(lambda: run(plant.request, "main"), elsewhere)
        return _how(ended(child, elsewhere))
    finally:
        subprocess.run(["mount", "-o", "remount,rw", mount], check=True)


def clock_set_back(plant: Plant, _: int) -> str:
    """Run the command with the clock set back by years, and kill it or let it end."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        return "skipped: libfaketime is not installed"
    asked = plant.request
    words = ["run", "--quick", "--source", asked.source, "--data", asked.data, "--home", plant.home]
    with plant.said.open("w") as out:
        begun = subprocess.Popen(
            [sys.executable, "-m", "pipelines.command_line", *map(str, words)],
            cwd=ROOT, stdout=out, stderr=out,
            env={**os.environ, "LD_PRELOAD": str(library), "FAKETIME": f"@{LONG_AGO}",
                 "NO_FAKE_STAT": "1"},
        )  # fmt: skip
    died = ended(begun.pid, plant.said, plant.draws.choice([None, plant.run_s / 2]))
    begun.returncode = died.code
    return _how(died)


def held_and_killed(plant: Plant, _: int) -> str:
    """Let a client hold the published file for writing while it is published over, then kill it."""
    with _holder(plant) as holder:
        done = published(plant)
        holder.send_signal(signal.SIGKILL)
    return f"publication beside the holder: {_how(done)}"


def two_at_once(plant: Plant, _: int) -> str:
    """Start a second run while one is at work, and kill the first."""
    first = start(lambda: run(plant.request, "main"), plant.said)
    lock = plant.home / "run.lock"
    for _wait in range(1000):
        if lock.exists() and lock.stat().st_size:
            break
        time.sleep(0.01)
    other = plant.home.with_name("second-said.txt")
    second = ended(start(lambda: run(plant.request, "main"), other), other)
    os.kill(first, signal.SIGKILL)
    os.waitpid(first, 0)
    return _how(second) if "in use" in second.said else f"NOT REFUSED: {_how(second)}"


@contextmanager
def _holder(plant: Plant) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(plant.home / "published" / "warehouse.duckdb")],
        stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        holder.stdout.readline()
        yield holder


def _how(end: Ended) -> str:
    """Say how a process ended: killed, done, refused with its sentence, or with a traceback."""
    last = SCRATCH.sub("FOLDER", " ".join(end.said.split()))[-200:]
    if end.code in (0, KILLED):
        return "finished" if end.code == 0 else "killed"
    is_defect = end.code == DEFECT or "Traceback" in end.said
    return f"{'TRACEBACK' if is_defect else 'refused'}: {last}"


# Whether an accident happens to a publication (recovered by another) or to a run.
OF_PUBLICATION: dict[str, Callable[[Plant, int], str]] = {
    "killed_in_publication": killed_in_publication,
    "killed_while_publishing": killed_while_publishing,
    "held_and_killed": held_and_killed,
}
OF_RUNS: dict[str, Callable[[Plant, int], str]] = {
    "killed_at_a_boundary": killed_at_a_boundary,
    "killed_at_random": killed_at_random,
    "killed_in_the_first_load": killed_in_the_first_load,
    "killed_at_each_boundary": killed_at_each_boundary,
    "clock_set_back": clock_set_back,
    "two_at_once": two_at_once,
}
OF_DISKS: dict[str, Callable[[Plant, int], str]] = {"disk_full": disk_full, "read_only": read_only}
