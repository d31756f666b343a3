"""What goes wrong between sensor and archive: missing tags, stuck sensors, gaps, spikes.

Faults are keyed by (tag, batch) like everything else, and switched by the plant's ``dirt`` section.
"""

import numpy as np
from numpy.typing import NDArray

from assets.sources.virtual_plant.batches import Batches
from assets.sources.virtual_plant.randomness import stream, uniforms
from assets.sources.virtual_plant.trajectories import Runs

QUALITIES = ["good", "bad", "uncertain"]
GOOD, BAD = 0, 1
# readings: the shortest and the longest hole in the archive
GAP_READINGS = (12, 120)


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


def spoil(
    made: Batches,
    runs: Runs,
    rows: NDArray[np.int64],
    values: NDArray[np.float64],
    quality: NDArray[np.int8],
    is_kept: NDArray[np.bool_],
) -> None:
    """Spoil readings in place.

    Args:
        made: The simulated batches.
        runs: The tag.
        rows: Batches of the rows of the arrays.
        values: Readings, shape (rows, times).
        quality: Quality codes, same shape.
        is_kept: Whether a reading is archived, same shape.
    """
    dirt, tag = made.plant.dirt, runs.trajectory.tag
    seed, count = made.settings.seed, made.schedule.batches
    is_stuck = uniforms(seed, f"{tag}.stuck", count) < dirt.stuck_sensor
    has_gap = uniforms(seed, f"{tag}.gap", count) < dirt.gap
    spikes = stream(seed, f"{tag}.spikes").poisson(runs.counts * dirt.spike_per_million / 1e6)
    for position, batch in enumerate(rows):
        if not (is_stuck[batch] or has_gap[batch] or spikes[batch]):
            continue
        draws = stream(seed, f"{tag}.faults", int(batch))
        length = int(runs.counts[batch])
        stuck_from, gap_from = (int(u * length) for u in draws.random(2))
        gap = int(draws.integers(*GAP_READINGS))
        if is_stuck[batch]:
            values[position, stuck_from:] = values[position, stuck_from]
        if has_gap[batch]:
            is_kept[position, gap_from : gap_from + gap] = False
        for spike in draws.integers(0, length, int(spikes[batch])):
            low, high = runs.trajectory.proven_range
            values[position, spike] = np.round(high + (high - low) * draws.random(), 1)
            quality[position, spike] = BAD
