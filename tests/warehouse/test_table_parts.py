"""A part of a table is replaced by itself, and the table is what writing it whole would give."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from data_contracts.errors import WarehouseError
from warehouse.published_copy.published import open_published
from warehouse.store import Warehouse

TABLE = "feature.golden_trajectories"
JANUARY, FEBRUARY, MARCH = (date(2024, month, 1) for month in (1, 2, 3))


def steps(month: date, *levels: float, tag: str = "outlet_c") -> pl.DataFrame:
    return pl.DataFrame(
        {"month": month, "unit_procedure": "drying", "phase": "drying", "tag": tag,
         "product": "P", "step": range(1, len(levels) + 1), "centre": levels, "spread": 0.5,
         "batches": 12}
    )  # fmt: skip


def replace(warehouse: Warehouse, **frames: pl.DataFrame) -> str:
    """Replace parts by month number, all at once; return the hash the table is said to have."""
    with warehouse.parts("month") as parts:
        for name, frame in frames.items():
            parts.replace(TABLE, {date(2024, int(name[1:]), 1): f"version of {name}"}, frame)
    return parts.written(TABLE).content_hash


def test_parts_in_any_order_are_the_table_written_whole(
    warehouse: Warehouse,
) -> None:
    replace(warehouse, m3=steps(MARCH, 5.0, 6.0))
    replace(warehouse, m1=steps(JANUARY, 1.0, 2.0, 9.0), m2=steps(FEBRUARY, 3.0))
    said = replace(warehouse, m1=steps(JANUARY, 1.0, 2.5))
    by_parts = warehouse.read(TABLE)
    assert warehouse.content_hash(TABLE) == said
    whole = pl.concat([steps(JANUARY, 1.0, 2.5), steps(FEBRUARY, 3.0), steps(MARCH, 5.0, 6.0)])
    assert warehouse.write(TABLE, whole).content_hash == said
    assert by_parts.equals(warehouse.read(TABLE)), "rows, types and order"
    assert by_parts["centre"].to_list() == [1.0, 2.5, 3.0, 5.0, 6.0]


def test_a_part_has_the_version_it_was_written_with(warehouse: Warehouse) -> None:
    replace(warehouse, m1=steps(JANUARY, 1.0), m2=steps(FEBRUARY, 3.0))
    with warehouse.parts("month") as parts:
        assert parts.versions(TABLE) == {JANUARY: "version of m1", FEBRUARY: "version of m2"}
        parts.remove(TABLE, JANUARY)
        assert parts.versions(TABLE) == {FEBRUARY: "version of m2"}
    assert parts.written(TABLE).rows == 1
    assert warehouse.read(TABLE)["month"].to_list() == [FEBRUARY]
    assert warehouse.content_hash(TABLE) == parts.written(TABLE).content_hash


def test_a_part_replaced_twice_at_once_stands_once(warehouse: Warehouse) -> None:
    with warehouse.parts("month") as parts:
        parts.replace(TABLE, {JANUARY: "first"}, steps(JANUARY, 1.0, 2.0))
        parts.replace(TABLE, {JANUARY: "second"}, steps(JANUARY, 3.0))
        assert parts.versions(TABLE) == {JANUARY: "second"}
    assert warehouse.read(TABLE)["centre"].to_list() == [3.0]
    assert warehouse.content_hash(TABLE) == parts.written(TABLE).content_hash


def test_parts_replaced_together_are_the_parts_by_themselves(warehouse: Warehouse) -> None:
    january, february = steps(JANUARY, 1.0, 2.0), steps(FEBRUARY, 3.0)
    said = replace(warehouse, m1=january, m2=february)
    together = {JANUARY: "version of m1", FEBRUARY: "version of m2", MARCH: "none"}
    with warehouse.parts("month") as parts:
        parts.replace(TABLE, together, pl.concat([february, january]))
        assert parts.versions(TABLE) == together
    assert parts.written(TABLE).content_hash == said


def test_an_empty_part_is_known_and_no_part_is_an_empty_table(warehouse: Warehouse) -> None:
    with warehouse.parts("month") as parts:
        assert parts.versions(TABLE) == {}
    assert parts.written(TABLE).content_hash == warehouse.content_hash(TABLE)
    assert warehouse.read(TABLE).is_empty()
    said = replace(warehouse, m1=steps(JANUARY))
    assert said == warehouse.content_hash(TABLE)
    with warehouse.parts("month") as parts:
        assert set(parts.versions(TABLE)) == {JANUARY}


def test_rows_of_another_part_are_refused_and_nothing_changes(warehouse: Warehouse) -> None:
    before = replace(warehouse, m1=steps(JANUARY, 1.0))
    both = pl.concat([steps(JANUARY, 7.0), steps(FEBRUARY, 3.0)])
    with pytest.raises(WarehouseError, match="1 rows do not belong"):
        replace(warehouse, m2=steps(FEBRUARY, 4.0), m1=both)
    assert warehouse.content_hash(TABLE) == before


def test_a_table_written_whole_has_no_parts_left(warehouse: Warehouse) -> None:
    replace(warehouse, m1=steps(JANUARY, 1.0))
    warehouse.write(TABLE, steps(FEBRUARY, 3.0))
    with warehouse.parts("month") as parts:
        assert parts.versions(TABLE) == {}, "none of its rows is known to belong to a part"
        parts.replace(TABLE, {MARCH: "v"}, steps(MARCH, 5.0))
    assert warehouse.read(TABLE)["month"].to_list() == [MARCH]


def test_a_table_of_an_older_contract_is_begun_anew(warehouse: Warehouse) -> None:
    replace(warehouse, m1=steps(JANUARY, 1.0))
    warehouse.execute("UPDATE main.table_parts SET columns = 'of an older contract'")
    with warehouse.parts("month") as parts:
        assert parts.versions(TABLE) == {}
        parts.replace(TABLE, {MARCH: "v"}, steps(MARCH, 5.0))
    assert warehouse.read(TABLE)["month"].to_list() == [MARCH]


def test_rows_changed_behind_the_list_make_it_void(warehouse: Warehouse) -> None:
    replace(warehouse, m1=steps(JANUARY, 1.0, 2.0))
    warehouse.execute(f"DELETE FROM {TABLE} WHERE step = 2")
    with warehouse.parts("month") as parts:
        assert parts.versions(TABLE) == {}


def test_the_published_copy_is_in_the_order_of_the_key(warehouse: Warehouse) -> None:
    replace(warehouse, m3=steps(MARCH, 5.0))
    replace(warehouse, m1=steps(JANUARY, 1.0, 2.0))
    warehouse.publish()
    with open_published(warehouse.home) as published:
        assert published.query(f"FROM {TABLE}")["centre"].to_list() == [1.0, 2.0, 5.0]


KILLED = """
import sys
from datetime import date
from pathlib import Path
import polars as pl
from warehouse.paths import Home
from warehouse.store import Warehouse

def steps(month, level):
    return pl.DataFrame({"month": month, "unit_procedure": "drying", "phase": "drying",
        "tag": "outlet_c", "product": "P", "step": [1], "centre": [level], "spread": 0.5,
        "batches": 12})

with Warehouse(Home(Path(sys.argv[1])), "plant").parts("month") as parts:
    for month in (1, 2):
        day = date(2024, month, 1)
        parts.replace("feature.golden_trajectories", {day: "new"}, steps(day, 99.0))
    parts.settle()
    print("replaced, not committed", flush=True)
    import time; time.sleep(60)
"""


def test_a_killed_replacement_leaves_the_table_and_its_parts_as_they_were(
    warehouse: Warehouse, kill_once_it_says: Callable[[str, str], None]
) -> None:
    before = replace(warehouse, m1=steps(JANUARY, 1.0), m3=steps(MARCH, 5.0))
    kill_once_it_says(KILLED, "replaced, not committed")
    assert warehouse.content_hash(TABLE) == before
    with warehouse.parts("month") as parts:
        assert parts.versions(TABLE) == {JANUARY: "version of m1", MARCH: "version of m3"}
