"""Raw history: what a delivery adds, whoever delivers it again, later or corrected."""

from datetime import datetime

import polars as pl
import pytest

from warehouse.store import Warehouse
from warehouse.versions import Versions


def day(number: int) -> datetime:
    return datetime.fromisoformat(f"2024-01-{number:02d}")


def delivery(received: int, **contents: str) -> pl.DataFrame:
    """Batches by name with what they say, all received on one day."""
    return pl.DataFrame(
        {
            "batch_id": list(contents),
            "production_order": range(1, len(contents) + 1),
            "product": list(contents.values()),
            "source_file": "batches.csv",
            "source_row": range(1, len(contents) + 1),
            "content_hash": list(contents.values()),
            "received_at": day(received),
            "ingested_at": day(28),
            "run_id": "run",
        }
    )


def told(warehouse: Warehouse) -> list[tuple[str, str, int]]:
    rows = warehouse.query(
        "SELECT batch_id, product, day(received_at)::INT FROM raw.batches ORDER BY ALL"
    )
    return rows.rows()


def test_a_first_delivery_is_all_new(warehouse: Warehouse) -> None:
    assert warehouse.append_versions("raw.batches", delivery(1, B1="a", B2="b")) == Versions(
        2, 2, 0, 0
    )


def test_an_identical_redelivery_adds_nothing(warehouse: Warehouse) -> None:
    warehouse.append_versions("raw.batches", delivery(1, B1="a", B2="b"))
    before = warehouse.content_hash("raw.batches")
    assert warehouse.append_versions("raw.batches", delivery(5, B1="a", B2="b")) == Versions(
        2, 0, 2, 0
    )
    assert warehouse.content_hash("raw.batches") == before


def test_changed_content_adds_a_version_and_keeps_the_old(warehouse: Warehouse) -> None:
    warehouse.append_versions("raw.batches", delivery(1, B1="a", B2="b"))
    added = warehouse.append_versions("raw.batches", delivery(5, B1="a", B2="x", B3="c"))
    assert added == Versions(received=3, new=1, identical=1, changed=1)
    assert told(warehouse) == [("B1", "a", 1), ("B2", "b", 1), ("B2", "x", 5), ("B3", "c", 5)]


def test_a_correction_taken_back_is_a_version_again(warehouse: Warehouse) -> None:
    for received, content in ((1, "a"), (5, "x"), (9, "a")):
        warehouse.append_versions("raw.batches", delivery(received, B1=content))
    assert told(warehouse) == [("B1", "a", 1), ("B1", "a", 9), ("B1", "x", 5)]


def test_the_same_deliveries_again_change_nothing(warehouse: Warehouse) -> None:
    deliveries = [delivery(1, B1="a"), delivery(5, B1="x"), delivery(9, B1="a")]
    for frame in (*deliveries, *deliveries, *deliveries[::-1]):
        warehouse.append_versions("raw.batches", frame)
    assert len(told(warehouse)) == 3


def test_a_late_delivery_is_placed_where_it_was_received(warehouse: Warehouse) -> None:
    warehouse.append_versions("raw.batches", delivery(9, B1="x"))
    assert warehouse.append_versions("raw.batches", delivery(5, B1="a")).changed == 1
    assert warehouse.append_versions("raw.batches", delivery(7, B1="a")).identical == 1


def test_one_delivery_may_hold_several_versions_and_repeats(warehouse: Warehouse) -> None:
    frame = pl.concat([delivery(1, B1="a"), delivery(1, B1="a"), delivery(5, B1="x")])
    assert warehouse.append_versions("raw.batches", frame) == Versions(3, 1, 1, 1)


def test_an_empty_delivery_leaves_an_empty_table(warehouse: Warehouse) -> None:
    assert warehouse.append_versions("raw.batches", delivery(1).clear()) == Versions(0, 0, 0, 0)
    assert warehouse.exists("raw.batches")


@pytest.mark.parametrize("table", ["raw.material_lots", "raw.phases"])
def test_keys_of_several_columns_hold(warehouse: Warehouse, table: str) -> None:
    given = {
        "material": "api", "supplier": ["S1", "S2"], "lot": "4711", "batch_id": "B1", "stage": 3,
        "unit_procedure": ["u", "v"], "phase": "p", "started_at": day(1),
    }  # fmt: skip
    kept = {"raw.material_lots": ("material", "supplier", "lot")}.get(
        table, ("batch_id", "stage", "unit_procedure", "phase", "started_at")
    )
    frame = pl.DataFrame({name: given[name] for name in kept}).with_columns(
        source_file=pl.lit("f"), source_row=pl.lit(1), content_hash=pl.lit("same"),
        received_at=pl.lit(day(1)), ingested_at=pl.lit(day(1)), run_id=pl.lit("r"),
    )  # fmt: skip
    assert warehouse.append_versions(table, frame).new == 2


def test_versions_kept_from_before_a_column_joined_the_key_take_its_default(
    warehouse: Warehouse,
) -> None:
    """A breakdown kept without its part is the same record as one of the whole equipment."""
    frame = pl.DataFrame(
        {
            "equipment_id": ["PRS-1"],
            "event": ["breakdown"],
            "occurred_at": [day(3)],
            "part": ["whole equipment"],
            "source_file": "events.csv",
            "source_row": 2,
            "content_hash": "as written now",
            "received_at": day(5),
            "ingested_at": day(28),
            "run_id": "run",
        }
    )
    warehouse.append_versions("raw.equipment_events", frame)
    with warehouse.connection() as opened:
        opened.execute("ALTER TABLE raw.equipment_events ALTER part DROP NOT NULL")
        opened.execute("UPDATE raw.equipment_events SET part = NULL, content_hash = 'as before'")
    assert warehouse.append_versions("raw.equipment_events", frame) == Versions(1, 0, 0, 1)
    kept = warehouse.query("SELECT DISTINCT part FROM raw.equipment_events")
    assert kept["part"].to_list() == ["whole equipment"]
