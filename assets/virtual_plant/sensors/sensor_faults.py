"""What goes wrong between sensor and archive: lost, stuck and wild readings, clocks, units.

Faults are keyed by (tag, batch) like everything else, clocks by (unit procedure, batch) because all
tags of an equipment share one; each is switched by the plant's ``dirt`` section.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.virtual_plant.base.randomness import stream, uniforms
from assets.virtual_plant.production.batches import Batches
from assets.virtual_plant.production.schedule import Seconds
from assets.virtual_plant.sensors.trajectories import Runs

QUALITIES = ["good", "bad", "uncertain"]
GOOD, BAD = 0, 1
# seconds: shortest and longest hole in the archive, smallest and largest clock error
GAP_S = (120, 1200)
CLOCK_ERROR_S = (60, 600)
# what a transmitter sends when it is set to the other unit of its quantity: factor and offset
OTHER_UNIT = {
    "degC": (1.8, 32.0),  # degF
    "bar": (14.504, 0.0),  # psi
    "Pa": (0.01, 0.0),  # mbar
    "kN": (1000.0, 0.0),  # N
    "N": (0.001, 0.0),  # kN
    "kW": (1.341, 0.0),  # hp
    "N.m": (0.7376, 0.0),  # lbf ft
    "mm": (1 / 25.4, 0.0),  # in
    "kg/h": (1000 / 60, 0.0),  # g/min
    "g/min": (0.06, 0.0),  # kg/h
    "m3/h": (0.5886, 0.0),  # cubic feet per minute
    "k/h": (1000 / 60, 0.0),  # per minute
    "1/min": (60.0, 0.0),  # per hour
    "rpm": (1 / 60, 0.0),  # per second
    "%": (0.01, 0.0),  # share
    "L/min": (0.06, 0.0),  # m3/h
    "1/m3": (0.02832, 0.0),  # per cubic foot
    "g": (1000.0, 0.0),  # mg
}


@dataclass(frozen=True)
class TagFaults:
    """What goes wrong with one tag; arrays have one entry per batch.

    Attributes:
        is_archived: Whether the tag reached the archive at all.
        clock_error_s: How far the archive's clock was ahead.
        is_stuck: Whether it freezes.
        has_gap: Whether there is a hole in the archive.
        is_slipped: Whether it is recorded in another unit.
        spikes: Number of isolated wild readings.
    """

    is_archived: NDArray[np.bool_]
    clock_error_s: Seconds
    is_stuck: NDArray[np.bool_]
    has_gap: NDArray[np.bool_]
    is_slipped: NDArray[np.bool_]
    spikes: NDArray[np.int64]


def tag_faults(made: Batches, runs: Runs) -> TagFaults:
    """Draw what goes wrong with one tag, once for all batches.

    Args:
        made: The simulated batches.
        runs: The tag.

    Returns:
        Its faults.
    """
    dirt, tag = made.plant.dirt, runs.trajectory.tag
    seed, count = made.settings.seed, made.schedule.batches
    return TagFaults(
        is_archived=is_archived(made, tag),
        clock_error_s=clock_errors_s(made, runs.trajectory.unit_procedure),
        is_stuck=uniforms(seed, f"{tag}.stuck", count) < dirt.stuck_sensor,
        has_gap=uniforms(seed, f"{tag}.gap", count) < dirt.gap,
        is_slipped=uniforms(seed, f"{tag}.unit", count) < dirt.unit_slip,
        spikes=stream(seed, f"{tag}.spikes").poisson(runs.counts * dirt.spike_per_million / 1e6),
    )


def is_archived(made: Batches, tag: str) -> NDArray[np.bool_]:
    """Whether a tag of each batch reached the archive at all.

    Args:
        made: The simulated batches.
        tag: The tag.

    Returns:
        One value per batch.
    """
    lost = uniforms(made.settings.seed, f"{tag}.missing_tag", made.schedule.batches)
    stages = {step.unit_procedure: step.stage for step in made.plant.calendar.steps}
    unit = next(t.unit_procedure for t in made.plant.trajectories if t.tag == tag)
    return (lost >= made.plant.dirt.missing_tag) & made.reached(stages[unit])


def clock_errors_s(made: Batches, unit_procedure: str) -> Seconds:
    """How far the archive's clock was ahead while a unit procedure ran.

    Args:
        made: The simulated batches.
        unit_procedure: The unit procedure.

    Returns:
        Seconds to add to the true time, one per batch; 0 where the clock was right.
    """
    count, name = made.schedule.batches, f"{unit_procedure}.clock"
    is_wrong = uniforms(made.settings.seed, name, count) < made.plant.dirt.clock_skew
    draws = stream(made.settings.seed, name, 1)
    size = draws.integers(*CLOCK_ERROR_S, size=count, endpoint=True)
    return np.where(is_wrong, size * draws.choice([-1, 1], count), 0).astype(np.int64)


def spoil(
    made: Batches,
    runs: Runs,
    faults: TagFaults,
    rows: NDArray[np.int64],
    values: NDArray[np.float64],
    quality: NDArray[np.int8],
    is_kept: NDArray[np.bool_],
) -> None:
    """Spoil readings in place.

    Args:
        made: The simulated batches.
        runs: The tag.
        faults: What goes wrong with it.
        rows: Batches of the rows of the arrays.
        values: Readings, shape (rows, times).
        quality: Quality codes, same shape.
        is_kept: Whether a reading is archived, same shape.
    """
    unit = runs.trajectory.unit
    is_spoilt = faults.is_stuck | faults.has_gap | faults.is_slipped | (faults.spikes > 0)
    for position in np.flatnonzero(is_spoilt[rows]):
        batch = rows[position]
        draws = stream(made.settings.seed, f"{runs.trajectory.tag}.faults", int(batch))
        length = int(runs.counts[batch])
        stuck_from, gap_from = (int(u * length) for u in draws.random(2))
        gap = max(1, int(draws.integers(*GAP_S)) // made.plant.sampling_interval_s)
        if faults.is_stuck[batch]:
            values[position, stuck_from:] = values[position, stuck_from]
        if faults.has_gap[batch]:
            is_kept[position, gap_from : gap_from + gap] = False
        for spike in draws.integers(0, length, int(faults.spikes[batch])):
            low, high = runs.trajectory.proven_range
            values[position, spike] = np.round(high + (high - low) * draws.random(), 1)
            quality[position, spike] = BAD
        if faults.is_slipped[batch] and unit in OTHER_UNIT:
            factor, offset = OTHER_UNIT[unit]
            values[position] = np.round(values[position] * factor + offset, 4)
