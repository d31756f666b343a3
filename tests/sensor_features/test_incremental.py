"""A new month costs one month, a correction the month it touches, and nothing changes by it."""

from datetime import date, timedelta
from typing import Any

import dagster as dg
import polars as pl
import pytest

from assets.sensor_features import defs
from assets.sensor_features.local_executor import features_of_months
from assets.sensor_features.phase_features import keep_features, kept_features
from assets.sensor_features.placement import PLAN
from warehouse.sensor_readings import readings
from warehouse.sensor_readings.readings import build_readings
from warehouse.sensor_readings.stored_readings import stored_months


def delivered(at: Any, last: float = 9.0) -> list[tuple[Any, ...]]:
    start = [at("01-10 08:00"), at("01-31 23:45")]
    return [
        ("GRN", None, "power_kw", begin + timedelta(minutes=k), last + k, "good")
        for begin in start
        for k in range(10)
    ]


FEBRUARY = "02-10 08:00"


def february(plant: Any, at: Any) -> list[tuple[Any, ...]]:
    """A third batch and its readings."""
    plant.batches("B1", "B2", "B3")
    before = plant.warehouse.read("core.phases").select(
        "batch_id", "stage", "unit_procedure", "phase", "equipment_id", "started_at", "ended_at"
    )
    third = ("B3", 3, "granulation", "wet_mass", "GRN", at(FEBRUARY), at("02-10 09:00"))
    plant.phases(*before.rows(), third)
    return [
        ("GRN", None, "power_kw", at(FEBRUARY) + timedelta(minutes=k), float(k), "good")
        for k in range(10)
    ]


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The months whose readings were placed anew, in order."""
    months: list[str] = []
    placed = readings._placed

    def noted(*given: Any) -> Any:
        months.extend(f"{month:%Y-%m}" for month in sorted(given[-1]))
        return placed(*given)

    monkeypatch.setattr(readings, "_placed", noted)
    return months


def test_an_unchanged_month_is_not_placed_again(plant: Any, at: Any, built: list[str]) -> None:
    plant.deliver(*delivered(at))
    first = build_readings(plant.warehouse, PLAN)
    built.clear()
    assert build_readings(plant.warehouse, PLAN).equals(first)
    assert "2024-01" not in built


def test_a_new_month_leaves_the_others_alone(plant: Any, at: Any, built: list[str]) -> None:
    plant.deliver(*delivered(at))
    build_readings(plant.warehouse, PLAN)
    built.clear()
    plant.deliver(*delivered(at), *february(plant, at))
    listed = build_readings(plant.warehouse, PLAN)
    assert set(built) == {"2024-02"}
    assert listed["received"].to_list() == [20, 10]


def test_a_late_correction_rewrites_its_month(plant: Any, at: Any, built: list[str]) -> None:
    rows = [*delivered(at), *february(plant, at)]
    plant.deliver(*rows)
    build_readings(plant.warehouse, PLAN)
    built.clear()
    plant.deliver(*delivered(at, last=8.5), *rows[20:])
    build_readings(plant.warehouse, PLAN)
    assert set(built) == {"2024-01"}


def test_one_month_alone_is_what_a_run_over_all_gives(plant: Any, at: Any) -> None:
    rows = [*delivered(at), *february(plant, at)]
    plant.deliver(*rows)
    whole = build_readings(plant.warehouse, PLAN)
    plant.deliver(*delivered(at, last=8.5), *rows[20:])
    again = build_readings(plant.warehouse, PLAN, month=date(2024, 1, 1))
    assert again.height == 2
    assert again["content_hash"][0] != whole["content_hash"][0]
    assert again.row(1) == whole.row(1)
    assert again.equals(build_readings(plant.warehouse, PLAN)), "and it is known to be built"


def test_a_batch_without_phases_is_looked_at_as_a_whole(plant: Any, at: Any) -> None:
    plant.batches("B1", "B2", "B9")
    rows = [
        ("X", "B9", "new", at("01-31 23:00") + timedelta(hours=k), float(k), "good")
        for k in range(3)
    ]
    plant.deliver(*rows)
    whole = build_readings(plant.warehouse, PLAN)
    assert whole["month"].to_list() == [date(2024, 1, 1)]
    assert build_readings(plant.warehouse, PLAN, month=date(2024, 2, 1)).equals(whole)


def test_features_are_computed_for_new_months_alone(plant: Any, at: Any) -> None:
    computed: list[date] = []

    def executor(months: Any) -> Any:
        for month, rows in features_of_months(months):
            computed.append(month.stored.month)
            yield month, rows

    kept = kept_features(plant.warehouse)

    def features(tags: pl.DataFrame) -> list[date]:
        build_readings(plant.warehouse, PLAN)
        computed.clear()
        keep_features(stored_months(plant.warehouse), tags, executor, kept)
        return list(computed)

    tags = plant.warehouse.read("core.sensor_tags")
    plant.deliver(*delivered(at))
    assert features(tags) == [date(2024, 1, 1)]
    plant.deliver(*delivered(at), *february(plant, at))
    assert features(tags) == [date(2024, 2, 1)]
    wider = tags.with_columns(nor_high=pl.col("nor_high") + 1)
    assert len(features(wider)) == 2, "another range gives other features"
    folder = plant.warehouse.home.kept_dir("plant", "phase_features")
    assert len(list(folder.iterdir())) == 2, "a month has one version"


def test_a_month_is_a_partition(plant: Any, at: Any) -> None:
    plant.deliver(*delivered(at), *february(plant, at))

    class Settings:
        as_of = None

    done = dg.materialize(
        [defs.sensor_month],
        partition_key="2024-02-01",
        resources={"warehouse": plant.warehouse, "run_settings": Settings()},
    )
    assert done.success
    assert [month.month for month in stored_months(plant.warehouse)] == [date(2024, 2, 1)]
    kept = plant.warehouse.home.kept_dir("plant", "phase_features")
    assert [file.name[:7] for file in kept.glob("*.parquet")] == ["2024-02"]
    table = plant.warehouse.read("feature.sensor_phase_features")
    assert table.select("batch_id", "month").rows() == [("B3", date(2024, 2, 1))]
