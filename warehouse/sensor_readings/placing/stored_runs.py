"""The rows of a month in the order in which they are stored, names as numbers of runs."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from warehouse.sensor_readings.placing.ways import Ways

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class StoredRuns:
    """Rows of a month, as runs of one channel in one interval.

    Attributes:
        time_us: (rows,) int64.
        value: (rows,) float64, NaN where there is none.
        quality: (rows,) uint8.
        channel: Number of each run's channel.
        interval: Number of its interval.
        offsets: Where each run begins, and the end.
    """

    time_us: Array
    value: Array
    quality: Array
    channel: Array
    interval: Array
    offsets: Array

    @property
    def readings(self) -> Array:
        """How many rows each run has."""
        return np.diff(self.offsets)

    def batch(self, ways: Ways) -> Array:
        """Number of every run's batch: its place's, else the one its readings name; -1 for none."""
        named = ways.named_batch[self.channel]
        return np.where(self.interval == ways.no_interval, named, ways.batch[self.interval])
