"""The run before: which one it is, and what has been delivered since."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from assets.savings.changes.earlier_run import heard_of_since, own_run, run_before
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.paths import Home
from warehouse.store import Warehouse

DAY = datetime.fromisoformat("2026-01-01")
FILLED = {"VARCHAR": "x", "BIGINT": 1, "DOUBLE": 1.0, "TIMESTAMP": DAY, "BOOLEAN": False}


def run(number: int | None, **changed: object) -> dict[str, object]:
    return {
        "run_id": f"r{number}", "run_number": number, "is_look_back": False, "seed": 1,
        "is_quick": False, "command": "c", "source_profile": "p", "source_key": "p",
        "started_at": DAY, "status": "published", **changed,
    }  # fmt: skip


def runs(*rows: dict[str, object]) -> pl.DataFrame:
    return table("evidence.runs", rows)


@pytest.mark.parametrize(
    ("second", "before"),
    [({}, 2), ({"is_look_back": True}, 1), ({"is_quick": True}, 1), ({"seed": 7}, 1)],
)
def test_compared_is_the_last_run_that_is_alike(second: dict[str, object], before: int) -> None:
    failed = run(None, run_id="f", status="failed")
    found = runs(run(1), run(2, **second), run(3), failed)
    assert own_run(found)["run_number"] == 3
    earlier = run_before(found)
    assert earlier is not None
    assert earlier["run_number"] == before


def test_a_look_back_is_compared_with_nothing() -> None:
    assert run_before(runs(run(1), run(2, is_look_back=True))) is None


def delivered(warehouse: Warehouse, *rows: tuple[str, str]) -> None:
    """Records of batches, each with the run that first had it as it is."""
    described = contract("raw.batches")
    required = {
        column.name: FILLED[column.physical_type]
        for column in described.columns
        if column.is_required and column.default is None
    }
    named = [
        required | {"batch_id": batch, "run_id": by, "content_hash": f"{place:032x}"}
        for place, (batch, by) in enumerate(rows)
    ]
    warehouse.write("raw.batches", table("raw.batches", named))


def test_what_a_run_that_died_had_delivered_is_no_news_later(tmp_path: Path) -> None:
    """The run before published the records that one had taken in before it died."""
    warehouse = Warehouse(Home(tmp_path), "plant")
    delivered(warehouse, ("B1", "published"), ("B2", "died"), ("B3", "now"))
    assert heard_of_since(warehouse, {"published", "died"}) == {"B3"}
