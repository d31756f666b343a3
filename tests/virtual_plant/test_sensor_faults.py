"""Every fault can be switched on alone, and the fast path meets the very same ones."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from assets.statistics.array_types import IntArray
from assets.virtual_plant.declaration.plant import Dirt, Plant, Trajectory
from assets.virtual_plant.declaration.plant_file import load_plant
from assets.virtual_plant.fast_path.phase_statistics import STATISTICS
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.sensors.archived_readings import ArchivedReadings, archived_readings
from assets.virtual_plant.sensors.sensor_faults import (
    BAD,
    OTHER_UNIT,
    clock_errors_s,
    is_archived,
    tag_faults,
)
from assets.virtual_plant.sensors.trajectories import Runs, tag_runs
from benchmarks.fast_path_equivalence import (
    fast_statistics,
    kernel_statistics,
    largest_difference,
    readings_left_out,
)

ROWS = np.arange(40)


def dirty(plant: Plant, **faults: Any) -> Batches:
    return make_batches(replace(plant, dirt=Dirt(**faults)), Settings(batches=40, years=0.2))


def force(made: Batches) -> tuple[Runs, ArchivedReadings]:
    law = next(t for t in made.plant.trajectories if t.tag == "main_compression_force_kn")
    runs = tag_runs(made, law)
    return runs, archived_readings(made, runs, tag_faults(made, runs), ROWS)


def frozen_readings(made: Batches, law: Trajectory) -> IntArray:
    """Per batch, the readings of its last run of equal ones where the sensor froze, else 0."""
    runs = tag_runs(made, law)
    faults = tag_faults(made, runs)
    found = archived_readings(made, runs, faults, ROWS)
    counts = np.zeros(len(ROWS), dtype=np.int64)
    for row in np.flatnonzero(faults.is_stuck[ROWS] & faults.is_archived[ROWS]):
        usable = found.value[row][found.is_kept[row] & (found.quality[row] != BAD)]
        moved = np.flatnonzero(usable != usable[-1])
        counts[row] = usable.size - 1 - (moved[-1] if moved.size else -1)
    return counts


@pytest.fixture(scope="module")
def clean(tablets: Plant) -> ArchivedReadings:
    return force(dirty(tablets))[1]


def test_without_dirt_every_reading_is_there_and_good(
    tablets: Plant, clean: ArchivedReadings
) -> None:
    made = dirty(tablets)
    runs, _ = force(made)
    assert (clean.is_kept.sum(axis=1) == runs.counts).all()
    assert not clean.quality.any()
    assert (clean.time_s[:, 0] == runs.starts).all()
    assert is_archived(made, runs.trajectory.tag).all()


def test_a_wrong_clock_moves_all_tags_of_the_equipment(
    tablets: Plant, clean: ArchivedReadings
) -> None:
    made = dirty(tablets, clock_skew=0.5)
    errors = clock_errors_s(made, "compression")
    assert 8 <= (errors != 0).sum() <= 32
    assert 60 <= np.abs(errors[errors != 0]).min() <= np.abs(errors).max() <= 600
    assert (errors > 0).any()
    assert (errors < 0).any()
    found = force(made)[1]
    np.testing.assert_array_equal(found.time_s - clean.time_s, errors[:, None] + 0 * clean.time_s)
    np.testing.assert_array_equal(found.value, clean.value)


def test_a_slipped_unit_multiplies_a_whole_batch(tablets: Plant, clean: ArchivedReadings) -> None:
    ratio = force(dirty(tablets, unit_slip=0.3))[1].value[:, 0] / clean.value[:, 0]
    is_slipped = ratio > 2
    assert 4 <= is_slipped.sum() <= 22
    np.testing.assert_allclose(ratio[is_slipped], 1000)
    np.testing.assert_array_equal(ratio[~is_slipped], 1)


def test_every_tag_of_the_shipped_plants_has_another_unit(tablets: Plant) -> None:
    for plant in (tablets, load_plant("sterile_vials")):
        assert {t.unit for t in plant.trajectories} <= set(OTHER_UNIT)


def test_stuck_gap_and_spike(tablets: Plant, clean: ArchivedReadings) -> None:
    stuck = force(dirty(tablets, stuck_sensor=1.0))[1]
    runs, gap = force(dirty(tablets, gap=1.0))
    spiked = force(dirty(tablets, spike_per_million=2000))[1]
    ends = runs.counts - 1
    assert (stuck.value[ROWS, ends] == stuck.value[ROWS, ends - 1]).mean() > 0.9
    lost = runs.counts - gap.is_kept.sum(axis=1)
    assert lost.min() >= 1
    assert 12 <= lost.max() <= 120
    is_bad = spiked.quality == BAD
    assert 20 < is_bad.sum() < 300
    assert (spiked.value[is_bad] > 12).all()  # beyond the proven range
    np.testing.assert_array_equal(spiked.value[~is_bad], clean.value[~is_bad])


def test_the_fast_path_is_the_kernel_on_the_archive(tablets: Plant) -> None:
    """Every statistic of every tag of which the kernel leaves no reading out, to rounding.

    Spikes have bad quality here, so everything left out must be a reading of a frozen sensor; most
    of those are long enough to be told from chance.
    """
    made = dirty(
        tablets,
        missing_tag=0.05,
        stuck_sensor=0.1,
        spike_per_million=500,
        gap=0.2,
        clock_skew=0.2,
        unit_slip=0.05,
    )
    fast, kernel = fast_statistics(made), kernel_statistics(made, ROWS)
    left_out = np.nan_to_num(readings_left_out(made, ROWS))
    frozen = np.column_stack([frozen_readings(made, law) for law in made.plant.trajectories])
    assert (left_out <= frozen).all(), "everything left out is an injected fault"
    assert (left_out > 0).sum() > 0.6 * (frozen > 0).sum()
    is_spoilt = np.repeat(left_out > 0, len(STATISTICS), axis=1)
    fast[is_spoilt] = kernel[is_spoilt] = np.nan
    assert largest_difference(fast, kernel) < 1e-9
