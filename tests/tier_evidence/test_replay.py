"""The replay on a small plant in memory, against answers known before it.

An excursion of size 0 is its twin bit by bit; features and golden distances of untouched batches
are those of the tables; a step moves the mean by its size; a stuck sensor is found.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from assets.sensor_features.registry import NAMES
from assets.tier_evidence.excursions.injection import KINDS, SeededExcursion
from assets.tier_evidence.excursions.parts import PARTS, UNTOUCHED
from assets.tier_evidence.excursions.plan import excursion_of
from benchmarks.studies.excursion_plants import Readings, excursion_plant
from pipelines.replay.excursions.changed_series import ChangedSeries, changed_series
from pipelines.replay.excursions.frozen_detector import FrozenDetector, frozen_models_of
from pipelines.replay.excursions.golden_part import GoldenPart
from pipelines.replay.excursions.held_out import held_out
from pipelines.replay.excursions.replay import ReplayRecords, replayed

TAGS = ("exhaust_air_temperature_c", "inlet_air_temperature_c", "pan_speed_rpm")
KEY = ("coating", "spray", "inlet_air_temperature_c")
BATCHES, TRIED, SEED = 90, 8, 1
Tables = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def plant() -> tuple[Tables, Readings]:
    """Ninety batches of a coater with three tags, all good."""
    return excursion_plant(SEED, BATCHES, TAGS)


@pytest.fixture(scope="module")
def runs(plant: tuple[Tables, Readings]) -> pl.DataFrame:
    """``evidence.excursion_runs`` of it."""
    tables, readings = plant
    made = tables["core.batches"]["batch_id"].to_list()
    held = held_out(tables["core.batches"], tables["core.outcomes"], made, TRIED)
    models = frozen_models_of(tables, held, SEED, Path())
    detector = FrozenDetector(tables, held, models)
    records = ReplayRecords(tables, readings, held, SEED, TRIED)
    now = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    return replayed(records, detector, lambda _, measure: measure(), now, lambda _: None)


def changed(
    plant: tuple[Tables, Readings], ways: list[tuple[str, float]], onset: float | None = None
) -> ChangedSeries:
    """The inlet temperature of the last ten batches, changed in some ways."""
    tables, readings = plant
    own = readings[KEY]
    features = tables["feature.sensor_phase_features"]
    recorded = features.filter(pl.col("tag") == KEY[2])
    where = {}
    for place, name in enumerate(sorted(own)[-10:]):
        drawn = excursion_of(KEY, name, place, 4.0, own[name].value.size, SEED)
        begin = drawn.onset if onset is None else onset
        where[name] = SeededExcursion(begin, drawn.sign, drawn.unit, drawn.noise)
    return changed_series(KEY, own, recorded, where, ways)


def test_features_of_untouched_readings_are_those_of_the_table(
    plant: tuple[Tables, Readings],
) -> None:
    found = changed(plant, [(UNTOUCHED, 0.0)]).rows
    features = plant[0]["feature.sensor_phase_features"].filter(pl.col("tag") == KEY[2])
    wanted = features.filter(pl.col("batch_id").is_in(found["batch_id"].implode()))
    shown = ["batch_id", *NAMES]
    assert_frame_equal(
        found.select(shown).sort("batch_id"),
        wanted.select(shown).sort("batch_id"),
        check_exact=True,
    )


def test_an_excursion_of_size_zero_is_its_twin_bit_by_bit(plant: tuple[Tables, Readings]) -> None:
    found = changed(plant, [(UNTOUCHED, 0.0), *((kind, 0.0) for kind in KINDS)])
    for _, rows in found.rows.group_by("batch_id"):
        assert rows.select(NAMES).unique().height == 1
    courses = found.courses.reshape(10, 1 + len(KINDS), -1)
    assert (courses == courses[:, :1]).all()


def test_a_step_from_the_start_moves_the_mean_by_its_size(plant: tuple[Tables, Readings]) -> None:
    found = changed(plant, [(UNTOUCHED, 0.0), ("step", 0.5)], onset=0.0).rows
    twin, step = (found.filter(pl.col("kind") == kind) for kind in (UNTOUCHED, "step"))
    moved = (step["mean"] - twin["mean"]).to_numpy()
    sign = np.where(step["direction"] == "up", 1.0, -1.0)
    assert np.allclose(moved, 2.0 * sign, atol=1e-9)
    assert np.allclose(step["sd"].to_numpy(), twin["sd"].to_numpy(), atol=1e-9)


def test_golden_distances_of_untouched_batches_are_those_of_the_table(
    plant: tuple[Tables, Readings],
) -> None:
    tables, _ = plant
    untouched = changed(plant, [(UNTOUCHED, 0.0)])
    features = tables["feature.sensor_phase_features"]
    golden = tables["feature.golden_trajectories"]
    found = GoldenPart(golden, features, tables["core.batches"]).distances(untouched)
    wanted = untouched.rows["golden_distance"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    assert np.isfinite(wanted).any()
    assert np.allclose(found, wanted, rtol=1e-12, equal_nan=True)


def test_every_way_of_every_series_is_in_the_runs(runs: pl.DataFrame) -> None:
    changed_runs = runs.filter(pl.col("kind") != UNTOUCHED)
    tried = changed_runs.group_by("tag").agg(pl.col("batch_id").n_unique(), pl.len())
    assert tried["tag"].sort().to_list() == list(TAGS)
    assert (tried["len"] == tried["batch_id"] * 48).all()
    assert runs.filter(pl.col("kind") == UNTOUCHED).height == 3 * 2 * TRIED


def test_a_batch_flagged_untouched_is_not_changed(runs: pl.DataFrame) -> None:
    key = ["tag", "batch_id"]
    flagged = runs.filter((pl.col("kind") == UNTOUCHED) & pl.col("is_seen"))
    assert runs.filter(pl.col("kind") != UNTOUCHED).join(flagged, on=key, how="semi").is_empty()


def test_a_sensor_stuck_for_most_of_the_phase_is_a_sensor_fault(runs: pl.DataFrame) -> None:
    stuck = runs.filter((pl.col("kind") == "stuck") & (pl.col("size") >= 0.4))
    assert stuck["seen_by_sensor_fault"].all()


def test_a_step_of_four_ranges_is_seen_by_golden_distance_and_batches_watched_whole(
    runs: pl.DataFrame,
) -> None:
    large = runs.filter((pl.col("kind") == "step") & (pl.col("size") == 4.0))
    assert large["is_seen"].all()
    assert large["passes_limit"].all()
    for part in ("golden_distance", "whole_batch"):
        told = large[f"seen_by_{part}"].drop_nulls()
        assert told.len() > 0
        assert told.all()


def test_what_is_seen_at_the_end_of_the_phase_is_seen_when_its_gate_closes_or_before(
    runs: pl.DataFrame,
) -> None:
    seen = runs.filter("is_seen")
    assert (seen["lead_before_gate_h"] >= 0).all()
    passed = seen.filter(pl.col("passes_limit") & (pl.col("kind") == "step"))
    assert (passed["lead_before_limit_h"] < 0).all()  # the limit was passed within the phase


def test_without_results_no_model_of_failure_is_asked(runs: pl.DataFrame) -> None:
    assert runs["seen_by_failure_model"].null_count() == runs.height
    assert set(runs["first_seen_by"].drop_nulls()) <= set(PARTS)


def test_the_same_replay_gives_the_same_runs(
    plant: tuple[Tables, Readings], runs: pl.DataFrame
) -> None:
    again = changed(plant, [("noise", 0.5)])
    assert np.array_equal(again.courses, changed(plant, [("noise", 0.5)]).courses)
    assert runs["detector_version"].n_unique() == 1
