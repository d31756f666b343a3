"""The session in which a cluster is asked: ours for the time of the work, or somebody else's.

A program that has a Spark session already, such as a notebook, keeps it: it is used as it is and
left running. Otherwise one is started on the master asked for and stopped afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from data_contracts.errors import LotwiseError, UsageError

QUIET = {"spark.ui.showConsoleProgress": "false"}
LOCAL_AGAIN = "or unset LOTWISE_SPARK_MASTER to compute on this machine: the figures are the same."


@contextmanager
def session_on(master: str, settings: dict[str, str]) -> Iterator[Any]:
    """Give the running session, or one of ours that ends with the block.

    Args:
        master: Address of the master; not looked at where a session runs already.
        settings: Spark's own settings, over the cluster's defaults; of our session only.

    Raises:
        UsageError: pyspark is not installed.
        LotwiseError: The master cannot be reached, or Java is missing.
    """
    running = _running(master)
    if running is not None:
        yield running
        return
    session = _started(master, settings)
    try:
        yield session
    finally:
        session.stop()


def _running(master: str) -> Any:
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError as missing:
        raise UsageError(
            f"LOTWISE_SPARK_MASTER is {master}, but pyspark is not installed here ({missing}). "
            f"Install requirements-spark.lock, {LOCAL_AGAIN}"
        ) from missing
    try:
        session = SparkSession.active()
    except PySparkRuntimeError:
        return None
    # A session outlives its context where that was stopped by itself.
    return None if session.sparkContext._jsc is None else session


def _started(master: str, settings: dict[str, str]) -> Any:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(master).appName("lotwise sensor features")
    for key, value in (QUIET | settings).items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except (PySparkException, Py4JError, ValueError) as refused:
        # Java's own words follow a line about the call.
        said = [
            line.lstrip(": ") for line in str(refused).splitlines() if "while calling" not in line
        ]
        raise LotwiseError(
            f"No Spark session on {master}: {said[0] if said else type(refused).__name__} "
            f"See that a Java runtime is there and the master answers, {LOCAL_AGAIN}"
        ) from refused
