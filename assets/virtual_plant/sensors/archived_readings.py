"""One tag as the archive holds it: simulated, rounded by the transmitter, spoilt on the way.

The historian writes these readings and the fast path summarises them, so both are one plant.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import Seconds
from assets.virtual_plant.sensors.sensor_faults import GOOD, TagFaults, spoil
from assets.virtual_plant.sensors.trajectories import Runs, readings


@dataclass(frozen=True)
class ArchivedReadings:
    """Readings of one tag; arrays have shape (batches asked for, times).

    Attributes:
        time_s: When the archive says they were taken, seconds since the plant's first midnight.
        value: As recorded.
        quality: Position in ``sensor_faults.QUALITIES``.
        is_kept: Whether there is such a reading; what lies past a batch's count is not kept.
    """

    time_s: Seconds
    value: NDArray[np.float64]
    quality: NDArray[np.int8]
    is_kept: NDArray[np.bool_]


def archived_readings(
    made: Batches, runs: Runs, faults: TagFaults, rows: NDArray[np.int64]
) -> ArchivedReadings:
    """Simulate one tag of some batches as the archive holds it.

    Args:
        made: The simulated batches.
        runs: The tag.
        faults: What goes wrong with it.
        rows: Batches wanted, at least one.

    Returns:
        Their readings.
    """
    interval = made.plant.sampling_interval_s
    value = readings(runs, rows, made.settings.seed, interval).astype(np.float64)
    np.round(value, runs.trajectory.decimals, out=value)
    steps = np.arange(value.shape[1])
    started = runs.starts[rows] + faults.clock_error_s[rows]
    quality = np.full(value.shape, GOOD, dtype=np.int8)
    is_kept = steps < runs.counts[rows][:, None]
    spoil(made, runs, faults, rows, value, quality, is_kept)
    return ArchivedReadings(started[:, None] + steps * interval, value, quality, is_kept)
