"""Months on a cluster: asked for ahead of time, given back one by one in order.

Nothing is shuffled. A task is a few series of one file, whose worker decodes them and runs the
kernel; its figures come back month by month. This machine holds the months being asked for and no
others, however many there are.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any

import numpy as np

from assets.sensor_features.kernel.compiled import Array
from assets.sensor_features.series_description import DescribedMonth
from assets.sensor_features.spark.series_tasks import SeriesTask, series_tasks, task_features
from assets.sensor_features.spark.session import LOCAL_AGAIN, session_on
from data_contracts.errors import LotwiseError

# What Spark schedules at once, worth its while; and how many of those are asked for per core, so
# that none waits for this machine. Each month is a job with a thread of its own here.
TASKS_IN_PARTITION = 4
PARTITIONS_PER_CORE = 2
MOST_MONTHS_AHEAD = 64

Asked = tuple[DescribedMonth, int, Future[Array]]


def features_on_cluster(
    master: str, settings: dict[str, str] | None = None
) -> Callable[[Iterable[DescribedMonth]], Iterator[tuple[DescribedMonth, Array]]]:
    """Return an executor that runs the kernel on a cluster.

    Args:
        master: Address, such as ``spark://host:7077``, ``yarn`` or ``local[2]``. Where this program
            has a Spark session already, that one is used, as it is, and is not stopped.
        settings: Spark's own settings, over the cluster's defaults.

    Returns:
        Takes months and yields each that has series with (series, columns) float64, in order.
    """

    def executor(months: Iterable[DescribedMonth]) -> Iterator[tuple[DescribedMonth, Array]]:
        wanted = (month for month in months if month.series.height)
        first = next(wanted, None)
        if first is None:
            return
        with session_on(master, settings or {}) as session:
            yield from _in_order(session.sparkContext, chain([first], wanted))

    return executor


def _in_order(
    context: Any, months: Iterator[DescribedMonth]
) -> Iterator[tuple[DescribedMonth, Array]]:
    """Keep the cores of the cluster busy with the next months, and yield the oldest."""
    ahead: deque[Asked] = deque()
    with ThreadPoolExecutor(MOST_MONTHS_AHEAD) as pool:
        try:
            for month in months:
                tasks = list(series_tasks(month))
                partitions = -(-len(tasks) // TASKS_IN_PARTITION)
                asked = pool.submit(_computed, context, tasks, partitions)
                ahead.append((month, partitions, asked))
                while _is_enough(ahead, context):
                    yield _oldest(ahead)
            while ahead:
                yield _oldest(ahead)
        finally:
            for _, _, asked in ahead:
                asked.cancel()


def _is_enough(ahead: deque[Asked], context: Any) -> bool:
    waiting = sum(partitions for _, partitions, _ in ahead)
    # Workers join while we ask, so the number of cores is asked for each time.
    has_work = waiting > PARTITIONS_PER_CORE * context.defaultParallelism
    return len(ahead) > 1 and (has_work or len(ahead) >= MOST_MONTHS_AHEAD)


def _oldest(ahead: deque[Asked]) -> tuple[DescribedMonth, Array]:
    month, _, asked = ahead.popleft()
    return month, asked.result()


def _computed(context: Any, tasks: list[SeriesTask], partitions: int) -> Array:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        parts = context.parallelize(tasks, partitions).map(task_features).collect()
    except (PySparkException, Py4JError) as failed:
        raise LotwiseError(_explained(str(failed), tasks)) from failed
    return np.concatenate(parts)


def _explained(said: str, tasks: list[SeriesTask]) -> str:
    """Say in a sentence what a worker said in a hundred lines."""
    if unseen := re.search(r"FileNotFoundError: (.+)", said):
        return (
            f"A worker of the Spark cluster does not see the readings: {unseen[1]}. Put the home "
            f"where every worker sees it under the same path, {LOCAL_AGAIN}"
        )
    if missing := re.search(r"ModuleNotFoundError: (.+)", said):
        return (
            f"The Python of a worker of the Spark cluster lacks what it needs: {missing[1]}. "
            f"Install lotwise with both lock files there and name that Python in PYSPARK_PYTHON, "
            f"{LOCAL_AGAIN}"
        )
    causes = re.findall(r"^(?:\w+\.)*\w*(?:Error|Exception): (.+)$", said, re.M)
    why = causes[-1] if causes else said.strip().partition("\n")[0]
    return (
        f"The Spark cluster did not compute the sensor features of {tasks[0].uri}: {why} "
        f"See the logs of its workers, {LOCAL_AGAIN}"
    )
