import numpy as np
import pytest

from assets.virtual_plant.base.randomness import stream, streams
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.fast_path.phase_statistics import phase_statistics
from assets.virtual_plant.production.batches import Batches, Settings, make_batches
from assets.virtual_plant.sensors.trajectories import (
    Runs,
    at_interval,
    expected,
    readings,
    tag_runs,
)


@pytest.fixture(scope="module")
def made(tablets: Plant) -> Batches:
    return make_batches(tablets, Settings(batches=300, years=1.5))


def runs_of(made: Batches, tag: str) -> Runs:
    return tag_runs(made, next(t for t in made.plant.trajectories if t.tag == tag))


def test_a_batch_does_not_depend_on_its_company(made: Batches) -> None:
    runs = runs_of(made, "product_temperature_c")
    together = readings(runs, np.arange(20), 1, 10)
    alone = readings(runs, np.array([7]), 1, 10)
    count = runs.counts[7]
    np.testing.assert_array_equal(together[7, :count], alone[0, :count])


def test_noise_has_its_spread_and_persistence(made: Batches) -> None:
    runs = runs_of(made, "fill_depth_mm")
    rows = np.arange(60)
    values = readings(runs, rows, 1, 10)
    relative, correlation = [], []
    for row in rows:
        series = values[row, : runs.counts[row]] - runs.level[row]
        relative.append(series.std() / runs.noise_sd[row])
        correlation.append(np.corrcoef(series[1:], series[:-1])[0, 1])
    assert np.mean(relative) == pytest.approx(1.0, abs=0.03)
    assert np.mean(correlation) == pytest.approx(0.85, abs=0.02)


def test_the_excursion_on_the_trace_is_the_cause_in_the_model(made: Batches) -> None:
    runs = runs_of(made, "product_temperature_c")
    rows = np.arange(300)
    time_h = np.arange(runs.counts.max(), dtype=np.float32) / 360
    course = expected(runs, rows, time_h.astype(np.float32))
    is_read = np.arange(len(time_h)) < runs.counts[:, None]
    area = np.where(is_read, np.maximum(0, 41 - course), 0).sum(axis=1) / 360
    np.testing.assert_allclose(area, made.outcome.values["coating_area_below_c_h"], atol=0.02)
    assert (area > 0.05).mean() > 0.1


def test_the_controller_answers_in_the_inlet_air(made: Batches) -> None:
    product = phase_statistics(made, runs_of(made, "product_temperature_c"))
    inlet = phase_statistics(made, runs_of(made, "inlet_air_temperature_c"))
    both = np.isfinite(product["minimum"]) & np.isfinite(inlet["maximum"])
    assert np.corrcoef(product["minimum"][both], inlet["maximum"][both])[0, 1] < -0.3


def test_streams_asked_for_in_turn_are_the_single_ones() -> None:
    draws = streams(5, "a tag")
    for index in (3, 0, 3, 900):
        found = draws(index).standard_normal(4, dtype=np.float32)
        alone = stream(5, "a tag", index).standard_normal(4, dtype=np.float32)
        np.testing.assert_array_equal(found, alone)


def test_readings_every_second_are_the_same_process(tablets: Plant) -> None:
    plant = at_interval(tablets, 1)
    runs = runs_of(make_batches(plant, Settings(batches=20, years=0.1)), "fill_depth_mm")
    values = readings(runs, np.arange(8), 1, 1)
    relative, at_10_s = [], []
    for row in range(8):
        series = values[row, : runs.counts[row]] - runs.level[row]
        relative.append(series.std() / runs.noise_sd[row])
        at_10_s.append(np.corrcoef(series[10:], series[:-10])[0, 1])
    assert runs.counts.min() > 10_000
    assert np.mean(relative) == pytest.approx(1.0, abs=0.05)
    assert np.mean(at_10_s) == pytest.approx(0.85, abs=0.03)
