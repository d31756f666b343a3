"""What a run said is kept by its number, and a run that died leaves nothing behind."""

from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.history.kept_tables import KEPT, keep
from data_contracts.catalogue import contract
from data_contracts.tables import table
from warehouse.paths import Home
from warehouse.store import Warehouse

DAY = timedelta(days=1)
FIRST = datetime.fromisoformat("2026-01-01")
NAME = "history.claims"


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Home(tmp_path), "plant")


def runs(last: int) -> pl.DataFrame:
    rows = [
        {
            "run_id": f"r{number}", "run_number": number, "is_look_back": False,
            "command": "lotwise run", "source_profile": "plant", "source_key": "plant",
            "started_at": FIRST + number * DAY, "status": "published", "seed": 1,
            "is_quick": False, "version": "1",
        }
        for number in range(1, last + 1)
    ]  # fmt: skip
    return table("evidence.runs", rows)


def says(warehouse: Warehouse, number: int, value: float) -> None:
    """Let a run claim a value, as far as history."""
    warehouse.write("evidence.runs", runs(number))
    claim = {
        "claim_id": "c", "statement": "s", "sql": "SELECT 1", "value_text": str(value),
        "value": value, "basis": "count", "inputs_hash": "0" * 16,
    }  # fmt: skip
    warehouse.write("evidence.claims", table("evidence.claims", [claim]))
    keep(warehouse, NAME)


def kept(warehouse: Warehouse) -> list[tuple[int, float]]:
    return list(warehouse.read(NAME, ["run_number", "value"]).iter_rows())


def test_what_every_run_said_is_kept(warehouse: Warehouse) -> None:
    says(warehouse, 1, 10.0)
    says(warehouse, 2, 20.0)
    assert kept(warehouse) == [(1, 10.0), (2, 20.0)]


def test_the_next_run_takes_the_number_of_one_that_died(warehouse: Warehouse) -> None:
    says(warehouse, 1, 10.0)
    says(warehouse, 2, 999.0)  # and died before it was published
    says(warehouse, 2, 20.0)
    assert kept(warehouse) == [(1, 10.0), (2, 20.0)]


@pytest.mark.parametrize("name", KEPT)
def test_what_is_kept_is_what_the_run_said(name: str) -> None:
    """Every column kept has the type it has where it comes from."""
    said, held = contract(KEPT[name]), contract(name)
    own = [column for column in held.columns if column.name != "run_number"]
    assert {c.name: c.physical_type for c in own} == {
        c.name: said.column(c.name).physical_type for c in own
    }
    assert set(said.key) <= {column.name for column in own}
