"""The demo by an earlier commit and by this one, in one run: what has been gained since.

The earlier commit is checked out beside this one and runs in the same environment on the same
exports, so that a busy machine slows both.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.speed.figures import Row

ROOT = Path(__file__).parents[2]
BEFORE = "ad40b6b"  # readings placed by joins of rows, golden distances set by set
RUN = ("-m", "pipelines.command_line")
# Features of all months as if for the first time, by the code it is run in.
FEATURES = """
import shutil, sys, time
from pathlib import Path
from assets.sensor_features.executors import chosen_executor
from assets.sensor_features.month_tables import ENVELOPES, TABLE, update_months
from warehouse.paths import Home
from warehouse.store import Warehouse

home = Home(Path(sys.argv[1]))
(work,) = (home.root / "work").iterdir()
warehouse = Warehouse(home, work.name)
shutil.rmtree(home.kept_dir(work.name, "phase_features"))
with warehouse.connection():
    with warehouse.parts("month") as parts:
        for table in (TABLE, ENVELOPES):
            for month in parts.versions(table):
                parts.remove(table, month)
    began = time.process_time()
    update_months(warehouse, chosen_executor())
    print(time.process_time() - began)
"""


def demo_rows(batches: int = 1000, years: float = 5) -> list[Row]:
    """Compare a first run from exports to the published reports, and its step of features.

    Args:
        batches: Of the plant; by default the demo's.
        years: Over which they are made; by default the demo's.
    """
    with TemporaryDirectory(prefix="lotwise-before-") as name, earlier(Path(name)) as other:
        folder = Path(name)
        size = ("--batches", str(batches), "--years", str(years))
        processor_s(ROOT, *RUN, "simulate", "--out", str(folder / "exports"), *size)
        source = ("--source", "virtual_plant", "--data", str(folder / "exports"))
        run_s, features_s = [], []
        for number, code in enumerate((other, ROOT)):
            home = str(folder / f"home{number}")
            run_s.append(processor_s(code, *RUN, "run", *source, "--home", home))
            features_s.append(float(said(code, "-c", FEATURES, home).split()[-1]))
    return [
        ("demo received to published, processor time", run_s[1], "s"),
        (f"demo received to published beside {BEFORE}", run_s[1] / run_s[0], "of its time"),
        (
            f"sensor_phase_features of the demo beside {BEFORE}",
            features_s[1] / features_s[0],
            "of its time",
        ),
    ]


@contextmanager
def earlier(folder: Path, commit: str = BEFORE) -> Iterator[Path]:
    """Check an earlier commit out under a folder, and forget it afterwards."""
    place = folder / "earlier"
    git = ("git", "-C", str(ROOT), "worktree")
    subprocess.run([*git, "add", "--quiet", "--detach", str(place), commit], check=True)
    try:
        said(place, "-m", "pipelines.kernels")
        yield place
    finally:
        subprocess.run([*git, "remove", "--force", str(place)], check=True)


def said(code: Path, *words: str) -> str:
    """Run a program of the rooms that lie somewhere, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=code,
        env=os.environ | {"PYTHONPATH": str(code)},
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    return done.stdout


def processor_s(code: Path, *words: str) -> float:
    """Processor seconds of such a program and of what it started."""
    before = os.times()
    said(code, *words)
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])
