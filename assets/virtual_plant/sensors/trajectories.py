"""How tags run in a phase: approach to a level, slope, excursion, autocorrelated noise.

Each (tag, batch) has its own keyed stream, so a batch's readings never depend on which other
batches were computed, in which order, or by how many threads.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.base.randomness import Floats, streams
from assets.virtual_plant.declaration.plant import Plant, Trajectory
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import HOUR_S, Seconds

Readings = NDArray[np.float32]
LONGEST_INTERVAL_S = 600


@dataclass(frozen=True)
class Runs:
    """One tag in every batch; arrays have one entry per batch.

    Attributes:
        trajectory: How the tag runs.
        stage: Stage of the phase.
        starts: Start of the phase, seconds since the plant's first midnight.
        counts: Number of readings.
        durations_s: Length of the phase.
        level: Level it settles at.
        noise_sd: Standard deviation of the noise.
        depth: Height of the excursion with its sign, 0 where there is none.
        plateau_h: Time at full height.
        begin_h: Start of the excursion after the start of the phase.
    """

    trajectory: Trajectory
    stage: int
    starts: Seconds
    counts: NDArray[np.int64]
    durations_s: Seconds
    level: Floats
    noise_sd: Floats
    depth: Floats
    plateau_h: Floats
    begin_h: Floats


def at_interval(plant: Plant, interval_s: int) -> Plant:
    """The same plant read more or less often: noise keeps its spread and how long it lasts.

    Args:
        plant: The plant.
        interval_s: Seconds between readings, 1 to 600.

    Returns:
        The plant with every tag's persistence per reading fitted to the interval.

    Raises:
        PlantError: The interval is shorter or longer.
    """
    if not 1 <= interval_s <= LONGEST_INTERVAL_S:
        raise PlantError(
            f"interval_s is {interval_s}: readings are from 1 to {LONGEST_INTERVAL_S} seconds apart"
        )
    step = interval_s / plant.sampling_interval_s
    laws = (replace(law, persistence=law.persistence**step) for law in plant.trajectories)
    return replace(plant, sampling_interval_s=interval_s, trajectories=tuple(laws))


def tag_runs(batches: Batches, trajectory: Trajectory) -> Runs:
    """Collect what the causal model and the calendar say about one tag.

    Args:
        batches: The simulated batches.
        trajectory: The tag.

    Returns:
        Its run in every batch.
    """
    steps = batches.plant.calendar.steps
    k = next(
        i
        for i, s in enumerate(steps)
        if (s.unit_procedure, s.phase) == (trajectory.unit_procedure, trajectory.phase)
    )
    values, count = batches.outcome.values, batches.schedule.batches
    starts = batches.schedule.starts[:, k]
    duration_s = batches.schedule.ends[:, k] - starts
    noise = trajectory.noise_sd
    none = np.zeros(count)
    shape = trajectory.excursion
    return Runs(
        trajectory=trajectory,
        stage=steps[k].stage,
        starts=starts,
        counts=np.maximum(1, duration_s // batches.plant.sampling_interval_s),
        durations_s=duration_s,
        level=values[trajectory.level],
        noise_sd=values[noise] if isinstance(noise, str) else np.full(count, noise),
        depth=shape.gain * values[shape.depth] if shape else none,
        plateau_h=values[shape.plateau_h] if shape else none,
        begin_h=values[shape.start] * duration_s / HOUR_S if shape else none,
    )


def expected(runs: Runs, rows: NDArray[np.int64], time_h: Readings) -> Readings:
    """The noise-free course of a tag.

    Args:
        runs: The tag.
        rows: Batches wanted.
        time_h: Hours since the start of the phase, shape (times,) or (rows, times).

    Returns:
        Shape (rows, times).
    """
    law = runs.trajectory
    time = np.broadcast_to(time_h, (len(rows), time_h.shape[-1]))
    value = _column(runs.level, rows) + np.float32(law.slope_per_h) * time
    if law.start_offset:
        rate = np.float32(60.0 / law.time_constant_min)
        value = value + np.float32(law.start_offset) * np.exp(-rate * time)
    if law.excursion:
        ramp = np.float32(law.excursion.ramp_h)
        since = (time - _column(runs.begin_h, rows)) / ramp
        until = (_column(runs.begin_h + runs.plateau_h, rows) + 2 * ramp - time) / ramp
        value = value + _column(runs.depth, rows) * np.clip(np.minimum(since, until), 0, 1)
    return np.asarray(value, dtype=np.float32)


def readings(runs: Runs, rows: NDArray[np.int64], seed: int, interval_s: int) -> Readings:
    """Simulate a tag, before rounding and dirt.

    Args:
        runs: The tag.
        rows: Batches wanted.
        seed: Seed of the simulation.
        interval_s: Seconds between readings.

    Returns:
        Shape (rows, largest count); entries past a batch's count mean nothing.
    """
    most = int(runs.counts[rows].max())
    time_h = np.arange(most, dtype=np.float32) * np.float32(interval_s / HOUR_S)
    noise = _noise(runs, rows, seed, most)
    return expected(runs, rows, time_h) + _column(runs.noise_sd, rows) * noise


def _noise(runs: Runs, rows: NDArray[np.int64], seed: int, most: int) -> Readings:
    """First-order autoregression of unit variance, one keyed stream per batch."""
    from scipy.signal import lfilter

    law = runs.trajectory
    white = np.zeros((len(rows), most), dtype=np.float32)
    draws = streams(seed, law.tag)
    for position, batch in enumerate(rows):
        draws(int(batch)).standard_normal(
            out=white[position, : runs.counts[batch]], dtype=np.float32
        )
    keep = np.float32(law.persistence)
    white[:, 1:] *= np.sqrt(1 - keep**2)
    one = np.ones(1, dtype=np.float32)
    return np.asarray(lfilter(one, np.array([1, -keep], dtype=np.float32), white, axis=1))


def _column(values: Floats, rows: NDArray[np.int64]) -> Readings:
    return values[rows].astype(np.float32)[:, None]
