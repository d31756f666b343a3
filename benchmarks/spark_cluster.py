"""From what size does a cluster pay: the kernel on this machine, and on two Spark workers of it.

A standalone cluster (master and two workers of a core each, every one its own process) computes
stored months that this machine computes too, in one session and side by side. The workers have no
core this machine has not, so what the cluster costs besides is seen whole: the start of a session,
and what a reading costs more there. From the two follows from what size some cores elsewhere pay.

    python benchmarks/spark_cluster.py --months 1 12 48
"""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.spark.executor import features_on_cluster
from benchmarks.sensor_features import made
from benchmarks.speed.figures import Row, shown
from benchmarks.studies.made_months import stored
from tests.sensor_features.loopback_cluster import SETTINGS, apart, cluster

# A cluster that lives for minutes is let compile; what is read once is read from memory by both.
OWN = {key: value for key, value in SETTINGS.items() if "extraJavaOptions" not in key}
OWN["spark.ui.showConsoleProgress"] = "false"
CORES_ELSEWHERE = 32
TICKS = os.sysconf("SC_CLK_TCK")


class Family:
    """Processor seconds of this process and of all it has started, those that ended since included.

    A worker that ends hands its seconds to nobody where its parent went first; so what was seen of
    each is kept.
    """

    def __init__(self) -> None:
        self._used: dict[tuple[int, str], float] = {}

    def cpu_s(self) -> float:
        """Look at all of them and sum what has been seen."""
        parent: dict[int, int] = {}
        found: dict[int, tuple[str, float]] = {}
        for file in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = file.read_text().rpartition(")")[2].split()
            except OSError:  # ended meanwhile
                continue
            number = int(file.parent.name)
            parent[number] = int(words[1])
            found[number] = words[19], (int(words[11]) + int(words[12])) / TICKS
        ours = {os.getpid()}
        ours |= {one for one, (began, _) in found.items() if (one, began) in self._used}
        while more := {one for one, its in parent.items() if its in ours} - ours:
            ours |= more
        self._used |= {(one, found[one][0]): found[one][1] for one in ours if one in found}
        return sum(self._used.values())


FAMILY = Family()


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Wall clock and processor seconds of all processes, and what came of it."""
    wall, cpu = time.perf_counter(), FAMILY.cpu_s()
    found = work()
    return time.perf_counter() - wall, FAMILY.cpu_s() - cpu, found


@contextmanager
def session(address: str) -> Iterator[Any]:
    """A session on a cluster that is up, left to the executor as one that runs already."""
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = sys.executable
    builder = SparkSession.builder.master(address).appName("benchmark")
    for key, value in OWN.items():
        builder = builder.config(key, value)
    started = builder.getOrCreate()
    try:
        yield started
    finally:
        started.stop()


def spark_rows(months: tuple[int, ...] = (1, 12), repeats: int = 3) -> list[Row]:
    """Measure both at some sizes.

    Args:
        months: How many stored months of some 4.2 million readings are computed.
        repeats: The shortest of so many counts.

    Returns:
        Start of a session, both rates by size, and the size from which cores elsewhere pay.
    """
    files = made(max(months))
    rows: list[Row] = []
    largest = 0.0
    with cluster() as address:
        begun, before = time.perf_counter(), FAMILY.cpu_s()
        with session(address):
            list(features_on_cluster(address)([stored(files[0])]))
            start_s, start_cpu_s = time.perf_counter() - begun, FAMILY.cpu_s() - before
            for count in months:
                here_s, here_cpu_s, here = best(features_of_months, files[:count], repeats)
                there_s, there_cpu_s, there = best(
                    features_on_cluster(address), files[:count], repeats
                )
                largest = max(largest, apart(here, there))
                million = stored_millions(files[:count])
                size = f"Spark on this machine's cores over local, {million:.0f} million readings"
                rows.append((f"{size}, wall clock", there_s / here_s, "times"))
                rows.append((f"{size}, processor time", there_cpu_s / here_cpu_s, "times"))
    return [
        ("Spark and local apart", largest, "relative"),
        ("Spark: start of a session and first task, wall clock", start_s, "s"),
        ("Spark: start of a session and first task, processor time", start_cpu_s, "s"),
        *rows,
        (
            f"Spark: {CORES_ELSEWHERE} cores elsewhere pay from",
            # A start that waits for others on a busy machine takes longer than it works.
            pays_from(min(start_s, start_cpu_s), million / here_cpu_s, million / there_cpu_s),
            "million readings",
        ),
    ]


def best(executor: Any, files: list[Path], repeats: int) -> tuple[float, float, list[Any]]:
    """The shortest wall clock and processor time of some runs, and the figures of the last."""
    runs = [timed(lambda: computed(executor, files)) for _ in range(repeats)]
    return min(run[0] for run in runs), min(run[1] for run in runs), runs[-1][2]


def computed(executor: Any, files: list[Path]) -> list[Any]:
    """All figures of some months, described anew, as each executor finds them."""
    return [rows for _, rows in executor(map(stored, files))]


def stored_millions(files: list[Path]) -> float:
    """How many million readings some months hold."""
    return sum(int(stored(file).series["readings"].sum()) for file in files) / 1e6


def pays_from(start_s: float, here: float, there: float, cores: int = CORES_ELSEWHERE) -> float:
    """Millions of readings from which cores elsewhere are done before this machine's.

    Args:
        start_s: Seconds until a cluster computes.
        here: Millions of readings a processor second on this machine, all of whose cores work.
        there: Millions of readings a processor second of the cluster, driver included.
        cores: How many the cluster has, as quick as this machine's.
    """
    gained = 1 / (here * (os.cpu_count() or 1)) - 1 / (there * cores)
    return start_s / gained if gained > 0 else float("inf")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--months", type=int, nargs="+", default=[1, 12])
    parser.add_argument("--repeats", type=int, default=3)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for name, value, unit in spark_rows(tuple(asked.months), asked.repeats):
        print(f"{name:75s} {shown(value):>8s} {unit}")


if __name__ == "__main__":
    main()
