"""A real standalone Spark cluster on this machine: a master and two workers, each its own process.

Run as a program, it computes a month on the cluster and on this machine and compares the two:
``python -m tests.sensor_features.loopback_cluster MONTH.parquet``.
"""

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

import numpy as np
import polars as pl

from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.series_description import DescribedMonth
from assets.sensor_features.spark_executor import features_on_cluster
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
    "spark.sql.shuffle.partitions": "2",
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


def main() -> None:
    """Print how far the two executors are apart."""
    months = []
    for name in sys.argv[1:]:
        file = Path(name)
        series = pl.read_parquet(file.with_name(file.name.replace(".parquet", ".series.parquet")))
        months.append(DescribedMonth(StoredMonth(date(2024, 1, 1), file, ""), series))
    local = [rows for _, rows in features_of_months(months)]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    with cluster() as address:
        spark = [rows for _, rows in features_on_cluster(address, SETTINGS)(months)]
    for here, there in zip(local, spark, strict=True):
        np.testing.assert_array_equal(np.isnan(here), np.isnan(there))
        np.testing.assert_allclose(there, here, rtol=1e-12, atol=0)
    print(f"agree on {sum(rows.size for rows in local)} figures of {len(months)} months")


if __name__ == "__main__":
    main()
