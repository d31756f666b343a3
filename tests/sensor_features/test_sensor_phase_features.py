"""Tables brought up to date month by month are the tables computed at once, golden ones included.

A dryer runs ten batches in January, three in February and three in March; what was released before
a month began is what its batches are compared with.
"""

from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import polars as pl
import pytest

from assets.sensor_features import month_tables
from assets.sensor_features.month_tables import ENVELOPES, TABLE
from tests.sensor_features.conftest import Plant
from warehouse.paths import Home

JANUARY, FEBRUARY, MARCH = MONTHS = tuple(date(2024, month, 1) for month in (1, 2, 3))
RUNS = {
    f"B{month.month}{number:02d}": datetime(month.year, month.month, 2 + number, 8)  # noqa: DTZ001
    for month, batches in zip(MONTHS, (10, 3, 3), strict=True)
    for number in range(batches)
}
Changes = dict[str, Any]


def set_up(plant: Plant, *, until: date = MARCH, released: bool = True, **changes: Any) -> None:
    """Deliver the batches up to a month.

    Args:
        plant: Where to.
        until: The last month.
        released: Whether batches were released two days later, or never.
        changes: By batch: what it adds to its readings, or the instant at which it ran instead.
    """
    runs = {name: start for name, start in RUNS.items() if start.date().replace(day=1) <= until}
    runs |= {name: new for name, new in changes.items() if isinstance(new, datetime)}
    names = sorted(runs)
    plant.warehouse.write(
        "core.batches",
        pl.DataFrame(
            {
                "batch_id": names,
                "production_order": range(1, len(names) + 1),
                "cluster_id": names,
                "product": ["P" if int(name[2:]) % 2 else "Q" for name in names],
                "disposition": "released" if released else None,
                "dispositioned_at": [runs[name] + timedelta(days=2) for name in names],
                "started_at_precision": "instant",
            },
            schema_overrides={"disposition": pl.String, "dispositioned_at": pl.Datetime("us")},
        ),
    )
    hour = timedelta(hours=1)
    plant.phases(
        *((name, 3, "drying", "drying", "FBD", at, at + hour) for name, at in runs.items())
    )
    plant.deliver(
        *(
            ("FBD", None, "outlet_c", at + timedelta(minutes=k), _reading(name, k, changes), "good")
            for name, at in runs.items()
            for k in range(61)
        )
    )


def _reading(name: str, minute: int, changes: Changes) -> float:
    added = changes.get(name, 0.0)
    offset = added if isinstance(added, float) else 0.0
    return 40.0 + 0.2 * minute + 0.1 * int(name[1:]) % 0.7 + offset


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a function that checks a plant's tables against those of a plant computed at once."""

    @cache
    def computed(given: tuple[tuple[str, Any], ...]) -> dict[str, tuple[pl.DataFrame, str]]:
        folder = tmp_path_factory.mktemp("fresh")
        fresh = Plant(Home(folder / "home"), folder)
        with fresh.warehouse.connection():
            set_up(fresh, **dict(given))
            fresh.tags(("outlet_c", "FBD", 3, "degC", None, 45.0, False))
            fresh.features()
            return {table: _held(fresh, table) for table in (TABLE, ENVELOPES)}

    def check(plant: Plant, **given: Any) -> None:
        for table, (rows, content_hash) in computed(tuple(sorted(given.items()))).items():
            found, found_hash = _held(plant, table)
            assert found.equals(rows), table
            assert found_hash == content_hash, table

    return check


def _held(plant: Plant, table: str) -> tuple[pl.DataFrame, str]:
    return plant.warehouse.read(table), plant.warehouse.content_hash(table)


def step(plant: Plant, month: date | None = None, **given: Any) -> tuple[date, ...]:
    """Deliver, place and update; return the months written, having checked the hash."""
    with plant.warehouse.connection():
        set_up(plant, **given)
        plant.place(month)
        updated = plant.update(month)
        for table, written in updated.written.items():
            assert written.content_hash == plant.warehouse.content_hash(table)
            assert written.rows == plant.warehouse.read(table).height
    return updated.replaced


def test_what_a_month_is_compared_with(plant: Plant) -> None:
    step(plant)
    made_of = plant.warehouse.read(TABLE).group_by("month").agg(pl.col("golden_batches").unique())
    assert sorted(made_of.rows()) == [(JANUARY, [None]), (FEBRUARY, [10]), (MARCH, [13])]
    assert plant.warehouse.read(ENVELOPES)["month"].unique().to_list() == [FEBRUARY, MARCH]


def test_a_new_month_writes_its_own_rows_alone(plant: Plant, at_once: Any) -> None:
    step(plant, until=FEBRUARY)
    assert step(plant, MARCH) == (MARCH,)
    at_once(plant)
    assert step(plant) == (), "a run over all finds nothing left to do"


def test_a_late_correction_writes_its_month_and_those_compared_with_it(
    plant: Plant, at_once: Any
) -> None:
    step(plant)
    assert step(plant, FEBRUARY, B201=0.5) == (FEBRUARY, MARCH), "January knew nothing of it"
    at_once(plant, B201=0.5)
    assert step(plant, JANUARY, B102=0.3, B201=0.5) == MONTHS
    at_once(plant, B102=0.3, B201=0.5)


def test_a_late_correction_nobody_is_compared_with_writes_its_month_alone(
    plant: Plant, at_once: Any
) -> None:
    step(plant, released=False)
    assert step(plant, JANUARY, released=False, B102=0.3) == (JANUARY,)
    at_once(plant, released=False, B102=0.3)


@pytest.mark.parametrize("alone", [True, False])
def test_a_batch_that_moved_leaves_no_rows_behind(plant: Plant, at_once: Any, alone: bool) -> None:
    moved = {"B109": datetime(2024, 2, 20, 8)}  # noqa: DTZ001
    step(plant)
    if alone:
        step(plant, FEBRUARY, **moved)
        step(plant, JANUARY, **moved)
    else:
        step(plant, **moved)
    at_once(plant, **moved)
    rows = plant.warehouse.read(TABLE).filter(pl.col("batch_id") == "B109")
    assert rows["month"].to_list() == [FEBRUARY]


def test_a_release_moves_the_months_after_it_and_no_other(plant: Plant, at_once: Any) -> None:
    step(plant, released=False)
    assert step(plant, released=True) == (FEBRUARY, MARCH)
    at_once(plant)


def test_a_month_that_is_no_longer_delivered_leaves_the_tables(plant: Plant, at_once: Any) -> None:
    step(plant)
    assert step(plant, until=FEBRUARY) == ()
    at_once(plant, until=FEBRUARY)


def test_a_crash_in_between_leaves_the_tables_whole(
    plant: Plant, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    step(plant)
    before = {table: plant.warehouse.content_hash(table) for table in (TABLE, ENVELOPES)}
    layout, calls = month_tables.golden_trajectories, []

    def crash(envelopes: Any) -> pl.DataFrame:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return layout(envelopes)

    monkeypatch.setattr(month_tables, "golden_trajectories", crash)
    monkeypatch.setattr(month_tables, "ROWS_AT_ONCE", 1)
    with pytest.raises(KeyboardInterrupt):
        step(plant, B102=0.3)
    assert {table: plant.warehouse.content_hash(table) for table in before} == before
    monkeypatch.undo()
    assert step(plant, B102=0.3) == MONTHS
    at_once(plant, B102=0.3)


def test_features_lost_from_the_disk_are_computed_again(plant: Plant, at_once: Any) -> None:
    step(plant, until=FEBRUARY)
    for file in plant.warehouse.home.kept_dir("plant", "phase_features").glob("2024-01*"):
        file.unlink()
    assert step(plant, MARCH) == (MARCH,)
    at_once(plant)


def test_without_readings_the_tables_are_there_and_empty(plant: Plant) -> None:
    plant.batches("B1")
    plant.deliver()
    plant.place()
    updated = plant.update()
    assert (updated.names, updated.replaced) == ({}, ())
    assert plant.warehouse.read(TABLE).is_empty()
    assert plant.warehouse.read(ENVELOPES).is_empty()
