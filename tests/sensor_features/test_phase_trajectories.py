"""Trajectories as a table: what was kept with the features, month by month."""

from datetime import date
from pathlib import Path

import polars as pl

from assets.sensor_features.phase_features import kept_features
from assets.sensor_features.phase_trajectories import STEP_COLUMNS, update_trajectories
from assets.sensor_features.registry import STEPS
from data_contracts.tables import table
from warehouse.paths import Home
from warehouse.store import Warehouse

FEATURES = "feature.sensor_phase_features"
JANUARY, MARCH = date(2024, 1, 1), date(2024, 3, 1)


def kept(month: date, **levels: float | None) -> pl.DataFrame:
    """One phase of each batch: a level that rises by one a step; None has no trajectory."""
    return pl.DataFrame(
        [
            {
                "month": month, "batch_id": batch, "stage": 3, "unit_procedure": "drying",
                "phase": "dry", "tag": "outlet_c",
                "trajectory": None if level is None else [level + i for i in range(STEPS)],
            }
            for batch, level in levels.items()
        ]
    )  # fmt: skip


def test_a_month_is_written_when_its_features_were(tmp_path: Path) -> None:
    warehouse = Warehouse(Home(tmp_path), "plant")
    rows = table(FEATURES)

    def features_written(month: date, name: str, frame: pl.DataFrame) -> None:
        kept_features(warehouse).write(name, frame)
        with warehouse.parts("month") as parts:
            parts.versions(FEATURES)
            parts.replace(FEATURES, {month: f"{name}/compared"}, rows)

    features_written(JANUARY, "2024-01-a", kept(JANUARY, B1=40.0, B2=None))
    features_written(MARCH, "2024-03-a", kept(MARCH, B3=60.0))
    holds, months = update_trajectories(warehouse, FEATURES)
    assert (holds.rows, months) == (2, [JANUARY, MARCH])
    found = warehouse.read("feature.phase_trajectories").sort("batch_id")
    assert found["batch_id"].to_list() == ["B1", "B3"]  # B2 has none: no time passed in its phase
    assert found.select(STEP_COLUMNS).row(0) == tuple(40.0 + i for i in range(STEPS))
    assert update_trajectories(warehouse, FEATURES)[1] == []
    features_written(JANUARY, "2024-01-b", kept(JANUARY, B1=41.0, B2=50.0))
    holds, months = update_trajectories(warehouse, FEATURES)
    assert (holds.rows, months) == (3, [JANUARY])
    with warehouse.parts("month") as parts:
        parts.remove(FEATURES, MARCH)
    assert update_trajectories(warehouse, FEATURES)[0].rows == 2
