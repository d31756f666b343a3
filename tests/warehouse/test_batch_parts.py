"""A large table written by difference is what writing it whole would give."""

from collections.abc import Iterator

import duckdb
import polars as pl
import pytest

from warehouse.paths import Home
from warehouse.relations import insert
from warehouse.store import Warehouse
from warehouse.table_lists import batch_parts

TABLE = "feature.gate_values"


def values(*batches: tuple[str, float | None]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"batch_id": batch, "gate": gate, "feature": f"f{gate}", "value": value}
            for batch, value in batches
            for gate in (1, 2)
        ],
        schema_overrides={"value": pl.Float64},
    )


FIRST = [("B1", 1.0), ("B2", 2.0), ("B3", 0.0), ("B4", None), ("B5", 5.0)]


@pytest.fixture
def written(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Warehouse, list[set[str]]]]:
    """A warehouse that holds the first rows, and what batches are written into it."""
    inserted: list[set[str]] = []

    def noted(connection, described, frame) -> None:
        inserted.append(set(frame["batch_id"]))
        insert(connection, described, frame)

    monkeypatch.setattr(batch_parts, "FEWEST_ROWS", 1)
    monkeypatch.setattr(batch_parts, "insert", noted)
    with warehouse.kept_open():
        warehouse.write(TABLE, values(*FIRST))
        inserted.clear()
        yield warehouse, inserted


def whole(tmp_path, frame: pl.DataFrame, monkeypatch: pytest.MonkeyPatch) -> tuple[str, object]:
    other = Warehouse(Home(tmp_path / "other"), "plant")
    monkeypatch.setattr(batch_parts, "FEWEST_ROWS", 10**9)
    return other.write(TABLE, frame).content_hash, other.read(TABLE)


@pytest.mark.parametrize(
    ("batches", "anew"),
    [
        ([*FIRST, ("B0", 7.0)], {"B0"}),  # new
        ([("B1", 1.5), *FIRST[1:]], {"B1"}),  # corrected
        (FIRST[1:], set()),  # removed
        ([*FIRST[:2], ("B3", -0.0), *FIRST[3:]], {"B3"}),  # another sign of zero
        ([*FIRST[:3], ("B4", 0.0), FIRST[4]], {"B4"}),  # known now
        ([*reversed(FIRST)], set()),  # in another order
        ([("B1", 9.0), ("B2", 9.0), ("B3", 9.0), *FIRST[3:]], {b for b, _ in FIRST}),  # most
    ],
)
def test_batches_that_changed_are_written_and_no_others(
    written, tmp_path, monkeypatch, batches, anew
) -> None:
    warehouse, inserted = written
    frame = values(*batches)
    said = warehouse.write(TABLE, frame).content_hash
    assert set().union(*inserted) == anew
    assert warehouse.content_hash(TABLE) == said == warehouse.state(TABLE).fingerprint
    content, rows = whole(tmp_path, frame, monkeypatch)
    assert said == content
    assert warehouse.read(TABLE).equals(rows), "rows, types and order"


def test_a_copy_stands_in_the_order_of_the_key(written) -> None:
    warehouse, _ = written
    warehouse.write(TABLE, values(*FIRST, ("B0", 7.0)))
    warehouse.publish()
    copy = duckdb.connect(str(warehouse.home.published_file), read_only=True)
    found = [row[0] for row in copy.execute(f"SELECT batch_id FROM {TABLE}").fetchall()]
    copy.close()
    assert found == sorted(found)
    assert len(found) == 12


def test_a_table_changed_by_hand_is_written_whole(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch_parts, "FEWEST_ROWS", 1)
    with warehouse.kept_open():
        said = warehouse.write(TABLE, values(*FIRST)).content_hash
    by_hand = duckdb.connect(str(warehouse.file))
    by_hand.execute(f"UPDATE {TABLE} SET value = 3 WHERE batch_id = 'B1'")
    by_hand.close()
    with warehouse.kept_open():
        assert warehouse.write(TABLE, values(*FIRST)).content_hash == said
    assert warehouse.content_hash(TABLE) == said
    # Outside a run nobody knows who else writes: nothing listed is believed.
    assert warehouse.write(TABLE, values(*FIRST)).content_hash == said


def test_a_table_written_otherwise_in_between_is_written_whole(written) -> None:
    warehouse, inserted = written
    gone = values(("B1", 4.0))
    warehouse.replace_where(TABLE, gone, column="batch_id", value="B1")
    said = warehouse.write(TABLE, values(*FIRST)).content_hash
    assert inserted == [{batch for batch, _ in FIRST}]
    assert warehouse.content_hash(TABLE) == said
