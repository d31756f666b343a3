"""What a worker of a cluster is told and does: some series of one file, whole.

A task names a file by its address and says which row groups to decode and where its series begin.
Nothing else crosses the wire: no reading, and no name of a batch, a phase or a tag. Figures come
back in the order of the series, and names are joined on this machine.
"""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from assets.sensor_features.kernel.compiled import Array
from assets.sensor_features.series_description import DescribedMonth
from warehouse.sensor_readings.stored_readings import Stretch

# So few that their columns are still warm when the kernel comes to them.
TASK_READINGS = 1_000_000


@dataclass(frozen=True)
class SeriesTask:
    """Neighbouring series of one file.

    Attributes:
        uri: Address of the file with its scheme, such as ``file:///shared/home/...``. A bare path
            would mean a file of whatever file system the cluster takes as its default.
        stretch: The row groups that hold the series; its file is not opened by its path.
        offsets: Rows, counted from the stretch's first, at which each series begins, and the end of
            the last: (series + 1,) int64.
        limits: Ends of the normal and of the proven range: (series, 4).
        to_celsius: Factor and offset to degC: (series, 2).
    """

    uri: str
    stretch: Stretch
    offsets: Array
    limits: Array
    to_celsius: Array


def series_tasks(month: DescribedMonth, readings: int = TASK_READINGS) -> Iterator[SeriesTask]:
    """Share out the series of a month, in order, none of them split.

    A row group that holds the end of one task's series and the beginning of the next one's is
    decoded by both.

    Args:
        month: A month with its series described.
        readings: About how many readings a task gets, all about as many; a longer series is a task
            of its own.
    """
    counts = month.series["readings"].to_numpy()
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    groups = list(month.stored.stretches(readings=1))
    ends = np.array([group.end for group in groups])
    uri = month.stored.file.resolve().as_uri()
    for first, last in pairwise(_cuts(offsets, readings)):
        begin = int(np.searchsorted(ends, offsets[first], "right"))
        end = int(np.searchsorted(ends, offsets[last], "left"))
        held = groups[begin : end + 1]
        stretch = Stretch(
            month.stored.file,
            tuple(number for group in held for number in group.row_groups),
            held[0].start,
            int(offsets[last]),
            all(group.is_clean for group in held),
        )
        its = slice(first, last)
        own = offsets[first : last + 1] - stretch.start
        yield SeriesTask(uri, stretch, own, month.limits[its], month.to_celsius[its])


def _cuts(offsets: Array, readings: int) -> list[int]:
    """Numbers of the series at which tasks begin, and the number of series."""
    total = int(offsets[-1])
    parts = max(round(total / readings), 1)
    wanted = np.arange(parts + 1) * total // parts
    return [int(cut) for cut in np.unique(np.searchsorted(offsets, wanted))]


def task_features(task: SeriesTask) -> Array:
    """Compute a task's series where it was sent.

    Returns:
        (series, columns) float64 in the order of ``registry.KERNEL_COLUMNS``.

    Raises:
        FileNotFoundError: This worker does not see the file.
    """
    from pyarrow.fs import FileSystem

    from assets.sensor_features.kernel.series import series_features

    system, path = FileSystem.from_uri(task.uri)
    try:
        with system.open_input_file(path) as opened:
            time_us, value = task.stretch.columns(opened)
    except FileNotFoundError:
        raise FileNotFoundError(f"{task.uri} does not exist on {platform.node()}") from None
    return series_features(time_us, value, task.offsets, task.limits, task.to_celsius, threads=1)
