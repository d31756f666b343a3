"""Accounts of deliveries are kept, so that a look back says what was received and refused then."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from data_contracts.tables import table
from warehouse.account_history import known_account
from warehouse.paths import Home
from warehouse.store import Warehouse

NAME = "quarantine.records"
FIRST = datetime.fromisoformat("2026-01-01")
SECOND, THIRD = FIRST + timedelta(days=31), FIRST + timedelta(days=59)


def account(*values: str, run: str = "r1") -> Any:
    rows = [
        {
            "table_name": "raw.batches", "source_file": "b.csv", "source_row": 2,
            "column_name": "x", "rule": "type", "value": value, "reason": "r", "record": "{}",
            "ingested_at": FIRST, "run_id": run,
        }
        for value in values
    ]  # fmt: skip
    return table(NAME, rows)


def test_an_account_is_given_again_as_it_stood(tmp_path: Path) -> None:
    warehouse = Warehouse(Home(tmp_path), "plant")
    accounts = {FIRST: ["a", "a", "b"], SECOND: ["a", "c", "c"], THIRD: []}

    def stood(as_of: datetime | None) -> list[str]:
        found = known_account(warehouse, NAME, account(), THIRD, as_of)
        return sorted(found["value"].to_list())

    with warehouse.kept_open():
        for number, (at, values) in enumerate(accounts.items()):
            given = account(*values, run=f"r{number}")
            assert known_account(warehouse, NAME, given, at, None).equals(given)
        for at, values in accounts.items():
            assert stood(at) == values
            assert stood(at + timedelta(days=1)) == values
        assert stood(FIRST - timedelta(days=999)) == accounts[FIRST], (
            "the first load is known whole"
        )
        assert stood(None) == []
