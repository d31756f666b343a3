"""Equipment age: a press serviced between two batches, counted in hours and in batches."""

import polars as pl
import pytest

from assets.gate_features.observed.equipment import equipment_features


def value(observations, batch_id, feature):
    found = observations.values.filter(
        (pl.col("batch_id") == batch_id) & (pl.col("feature") == f"equipment.compression.{feature}")
    )
    return (found["value"].item(), found["level"].item()) if found.height else None


@pytest.fixture
def built(table, hours):
    """Batches 1 to 4 start on press P1 at 0, 10, 20 and 30 h; serviced from 12 h to 14 h."""
    phases = table(
        "core.phases",
        *(
            {
                "batch_id": f"B{n + 1}",
                "stage": 4,
                "unit_procedure": "compression",
                "phase": "run",
                "equipment_id": "P1",
                "shift": "night",
                "started_at": hours(10.0 * n),
                "ended_at": hours(10.0 * n + 2),
            }
            for n in range(4)
        ),
    )
    events = table(
        "core.equipment_events",
        {
            "equipment_id": "P1",
            "event": "maintenance",
            "occurred_at": hours(12),
            "duration_h": 2.0,
        },
        {"equipment_id": "P1", "event": "cleaning", "occurred_at": hours(29)},
        {"equipment_id": "P2", "event": "maintenance", "occurred_at": hours(25)},
    )
    return equipment_features(phases, events)


def test_hours_and_batches_since_maintenance(built):
    assert value(built, "B2", "hours_since_maintenance") is None  # none before it
    assert value(built, "B3", "hours_since_maintenance") == (6.0, None)  # 20 - 14
    assert value(built, "B3", "batches_since_maintenance") == (0.0, None)  # the first after it
    assert value(built, "B4", "hours_since_maintenance") == (16.0, None)
    assert value(built, "B4", "batches_since_maintenance") == (1.0, None)  # batch 3
    assert value(built, "B4", "hours_since_cleaning") == (1.0, None)
    assert value(built, "B4", "batches_since_cleaning") == (0.0, None)


def test_equipment_and_shift_are_categories_known_at_the_start(built, hours):
    assert value(built, "B1", "id") == (None, "P1")
    assert value(built, "B1", "shift") == (None, "night")
    own = built.values.filter(pl.col("batch_id") == "B4")
    assert own["known_at"].unique().to_list() == [hours(30)]


def test_titles(built):
    titles = dict(built.features.select("feature", "title").iter_rows())
    assert (
        titles["equipment.compression.hours_since_maintenance"]
        == "Compression hours since maintenance (h)"
    )
