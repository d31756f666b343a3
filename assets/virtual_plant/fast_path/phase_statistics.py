"""Phase statistics of a tag without writing its readings, for studies over many plants.

The readings are those of the archive, dirt and all, made and summarised a few batches at a time, so
that the fast path is the very plant of the exports. The statistics are defined as in the feature
kernel (``sensor_features.registry``), and ``benchmarks/fast_path_equivalence.py`` holds them to it.
"""

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import Floats
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import HOUR_S
from assets.virtual_plant.sensors.archived_readings import ArchivedReadings, archived_readings
from assets.virtual_plant.sensors.sensor_faults import BAD, tag_faults
from assets.virtual_plant.sensors.trajectories import Runs

STATISTICS = (
    "mean",
    "sd",
    "minimum",
    "maximum",
    "slope_per_h",
    "time_outside_nor_h",
    "area_outside_nor",
)
# so many readings at a time stay in a processor's cache
_READINGS_AT_ONCE = 60_000


def phase_statistics(made: Batches, runs: Runs) -> dict[str, Floats]:
    """Statistics of one tag in one phase of every batch.

    Args:
        made: The simulated batches.
        runs: The tag.

    Returns:
        Statistic (see ``STATISTICS``) to one value per batch, in the tag's unit (hours where the
        name says so); NaN where the tag has no usable reading in the phase.
    """
    table = np.full((made.schedule.batches, len(STATISTICS)), np.nan)
    faults = tag_faults(made, runs)
    rows = np.flatnonzero(faults.is_archived)
    rows = rows[np.argsort(runs.counts[rows], kind="stable")]  # neighbours of like length
    at_once = max(1, _READINGS_AT_ONCE // int(runs.counts.max()))
    for first in range(0, len(rows), at_once):
        some = rows[first : first + at_once]
        found = archived_readings(made, runs, faults, some)
        table[some] = _summarised(found, runs, some, made.plant.sampling_interval_s)
    return dict(zip(STATISTICS, table.T, strict=True))


def _summarised(
    found: ArchivedReadings, runs: Runs, rows: NDArray[np.int64], interval_s: int
) -> Floats:
    """Statistics per row, in the order of ``STATISTICS``."""
    elapsed_s = found.time_s - runs.starts[rows][:, None]
    # with a wrong clock, part of the readings seem to lie outside the phase
    is_there = found.is_kept & (elapsed_s >= 0) & (elapsed_s < runs.durations_s[rows][:, None])
    is_usable = is_there & (found.quality != BAD)
    count = is_usable.sum(axis=1).astype(np.float64)
    first = np.take_along_axis(found.value, is_usable.argmax(axis=1)[:, None], axis=1)
    # sums are taken about the first reading: a constant then has exactly its mean and no spread
    value = np.where(is_usable, found.value, first)
    off = value - first
    total, squares = off.sum(axis=1), np.einsum("ij,ij->i", off, off)
    lowest, highest = value.min(axis=1), value.max(axis=1)
    time_h = np.arange(value.shape[1]) * (interval_s / HOUR_S)
    usable = is_usable.astype(np.float64)
    times, time_squares = usable @ time_h, usable @ time_h**2
    outside_h, area = _outside(value, is_usable, is_there, runs, interval_s)
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = (off @ time_h - total * times / count) / (time_squares - times**2 / count)
        sd = np.sqrt(np.maximum(squares - total**2 / count, 0.0) / (count - 1))
        mean = first[:, 0] + total / count
    columns = np.column_stack([mean, sd, lowest, highest, slope, outside_h, area])
    columns[count == 0] = np.nan
    return columns


def _outside(
    value: Floats,
    is_usable: NDArray[np.bool_],
    is_there: NDArray[np.bool_],
    runs: Runs,
    interval_s: int,
) -> tuple[Floats, Floats]:
    """Hours outside the normal range, area beyond it; the last reading stands for no time."""
    low, high = runs.trajectory.normal_range
    hours, area = np.zeros(len(value)), np.zeros(len(value))
    for i in np.flatnonzero((value.min(axis=1) < low) | (value.max(axis=1) > high)):
        last = is_there.shape[1] - 1 - int(is_there[i, ::-1].argmax())
        stands = is_usable[i].copy()
        stands[last] = False
        beyond = np.maximum(0.0, np.maximum(low - value[i], value[i] - high)) * stands
        hours[i] = np.count_nonzero(beyond) * interval_s / HOUR_S
        area[i] = beyond.sum() * interval_s / HOUR_S
    return hours, area
