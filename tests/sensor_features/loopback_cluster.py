"""A real standalone Spark cluster on this machine: a master and two workers, each its own process.

Its default file system is an HDFS that nobody serves, so that a path without a scheme is not found.
Run as a program, it computes months on the cluster and on this machine and prints as JSON how far
they are apart and what became of the session:
``python -m tests.sensor_features.loopback_cluster MONTH.parquet ...``.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.series_description import DescribedMonth
from assets.sensor_features.spark.executor import features_on_cluster
from data_contracts.errors import LotwiseError
from warehouse.sensor_readings.stored_readings import StoredMonth

ROOT = Path(__file__).parents[2]
# A cluster that lives for seconds gains nothing from an optimising compiler of its own, nor from
# verifying the bytecode of a release whose hash pip has checked.
JAVA = " ".join(
    (
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:+UnlockDiagnosticVMOptions",
        "-XX:-BytecodeVerificationRemote",
    )
)
SETTINGS = {
    "spark.driver.extraJavaOptions": JAVA,
    "spark.executor.extraJavaOptions": JAVA,
    "spark.executor.cores": "1",
    "spark.cores.max": "2",
    "spark.executor.memory": "512m",
    "spark.driver.memory": "512m",
    "spark.hadoop.fs.defaultFS": "hdfs://127.0.0.1:9",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.executorEnv.PYTHONPATH": str(ROOT),
}


@contextmanager
def cluster() -> Iterator[str]:
    """Start the cluster, yield its address, stop it."""
    with TemporaryDirectory() as folder:
        started = []
        try:
            master = _start("master.Master", ["--port", "0"], Path(folder))
            started.append(master)
            address = _said(Path(folder) / "master.Master.log", r"spark://127\.0\.0\.1:\d+")
            for number in (1, 2):
                name = Path(folder) / f"worker{number}"
                name.mkdir()
                options = [address, "-c", "1", "-m", "600M", "-d", str(name)]
                started.append(_start("worker.Worker", options, name))
            for number in (1, 2):
                log = Path(folder) / f"worker{number}" / "worker.Worker.log"
                _said(log, "Successfully registered with master")
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
            for process in started:
                process.wait(timeout=20)


def _start(name: str, options: list[str], folder: Path) -> subprocess.Popen[bytes]:
    import pyspark

    command = [
        str(Path(pyspark.__file__).parent / "bin" / "spark-class"),
        f"org.apache.spark.deploy.{name}",
        *("--host", "127.0.0.1", "--webui-port", "0"),
        *options,
    ]
    local = os.environ | {
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": JAVA,
        "PYSPARK_PYTHON": sys.executable,
    }
    with (folder / f"{name}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=local)


def _said(log: Path, pattern: str, seconds: float = 120) -> str:
    """Wait until a process has said something, and return it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := re.search(pattern, log.read_text(encoding="utf-8")):
            return found[0]
        time.sleep(0.2)
    raise TimeoutError(f"{log.name} never said {pattern!r}: {log.read_text(encoding='utf-8')}")


def stored(file: Path) -> DescribedMonth:
    """A month on disk, its series beside it."""
    series = pl.read_parquet(file.with_name(file.name.replace(".parquet", ".series.parquet")))
    return DescribedMonth(StoredMonth(date(2024, 1, 1), file, ""), series)


def apart(here: list[Any], there: list[Any]) -> float:
    """The largest relative difference; infinite where one has a number and the other has none."""
    largest = 0.0
    for mine, its in zip(here, there, strict=True):
        if mine.shape != its.shape or not np.array_equal(np.isnan(mine), np.isnan(its)):
            return float("inf")
        both = ~np.isnan(mine)
        scale = np.maximum(np.abs(mine[both]), np.finfo(float).tiny)
        largest = max(largest, float(np.max(np.abs(its[both] - mine[both]) / scale, initial=0.0)))
    return largest


def in_a_session_of_ours(address: str, months: list[DescribedMonth]) -> dict[str, Any]:
    """Compute all months; note how many are asked for before the first has come back."""
    from pyspark import SparkContext

    here = [rows for _, rows in features_of_months(months)]
    asked: list[DescribedMonth] = []

    def noted() -> Iterator[DescribedMonth]:
        for month in months:
            asked.append(month)
            yield month

    there: list[Any] = []
    ahead: list[int] = []
    for month, rows in features_on_cluster(address, SETTINGS)(noted()):
        ahead.append(len(asked) - len(there))
        assert month is months[len(there)], "months come back in order"
        there.append(rows)
    return {
        "apart": apart(here, there),
        "figures": sum(rows.size for rows in there),
        "most months held": max(ahead),
        "still running": SparkContext._active_spark_context is not None,
    }


def in_a_session_of_somebody(address: str, months: list[DescribedMonth]) -> dict[str, Any]:
    """Compute where a session runs already, and where a file vanishes under the workers."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(address).appName("somebody else's")
    for key, value in (SETTINGS | {"spark.cores.max": "1"}).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    before = dict(session.sparkContext.getConf().getAll())
    here = [rows for _, rows in features_of_months(months)]
    there = [rows for _, rows in features_on_cluster("spark://not-asked:1")(months)]
    bare = session.sparkContext._jvm.org.apache.hadoop.fs.Path(str(months[0].stored.file))
    found = {
        "apart": apart(here, there),
        "still running": session.sparkContext.parallelize([1, 2], 1).sum() == 3,
        "same settings": dict(session.sparkContext.getConf().getAll()) == before,
        "a bare path would mean": str(
            bare.getFileSystem(session.sparkContext._jsc.hadoopConfiguration()).getUri()
        ),
        "unseen file": unseen(months[0]),
    }
    session.stop()
    return found


def unseen(month: DescribedMonth) -> str:
    """What is said of a file that this machine sees and a worker does not."""

    def vanishing() -> Iterator[DescribedMonth]:
        yield DescribedMonth(Vanishing(month.stored.month, month.stored.file, ""), month.series)

    try:
        list(features_on_cluster("spark://not-asked:1")(vanishing()))
    except LotwiseError as error:
        return str(error)
    return "nothing"


class Vanishing(StoredMonth):
    """A month whose file is gone once this machine has looked at its row groups."""

    def stretches(self, readings: int | None = None) -> Iterator[Any]:
        yield from list(super().stretches(readings))
        self.file.unlink()


def main() -> None:
    """Print what was found."""
    months = [stored(Path(name)) for name in sys.argv[1:]]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with cluster() as address:
        found = {
            "ours": in_a_session_of_ours(address, months),
            "somebody's": in_a_session_of_somebody(address, months[:2]),
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
