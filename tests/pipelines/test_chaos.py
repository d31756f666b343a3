"""A few accidents in every test run; ``make chaos`` lets hundreds happen."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import polars as pl

from data_contracts.tables import table
from warehouse.paths import Home
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
KILLS = 4


ROWS: dict[str, dict[str, object]] = {
    "evidence.runs": {
        "run_id": "r1", "run_number": 1, "is_look_back": False, "command": "x",
        "source_profile": "p", "source_key": "plant",
        "status": "published", "version": "0", "seed": 1, "is_quick": True,
        "started_at": datetime.fromisoformat("2026-01-01"),
    },
    "evidence.table_hashes": {
        "table_name": "raw.parameters", "row_count": 0, "content_hash": "0" * 32, "run_id": "r1",
    },
    "evidence.ingestion": {
        "table_name": "raw.batches", "received": 3, "accepted": 2, "quarantined": 1,
        "duplicates_identical": 0, "max_quarantine_share": 0.5,
    },
    "evidence.claims": {
        "claim_id": "c", "statement": "s", "sql": "SELECT 1", "value_text": "1",
        "basis": "modelled", "inputs_hash": "0" * 16,
    },
}  # fmt: skip


def test_a_publication_killed_on_the_way_breaks_nothing(tmp_path: Path) -> None:
    """Killed before and after the link is turned and all around it, while somebody reads."""
    home = tmp_path / "home"
    warehouse = Warehouse(Home(home), "plant")
    for name, row in ROWS.items():
        warehouse.write(name, table(name, [row]))
    warehouse.publish()
    done = subprocess.run(
        [sys.executable, "benchmarks/chaos.py", "--kind", "killed_in_publication", "--trials",
         str(KILLS), "--home", str(home), "--results", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    rows = pl.read_csv(tmp_path / "chaos.csv")
    assert rows["came"].str.ends_with("killed").to_list() == [True] * KILLS
    assert rows["published_after_it"].to_list() == [True] * KILLS
    assert rows["tables_that_differ"].fill_null("").to_list() == [""] * KILLS
    assert rows["is_balanced"].all()
    assert rows["reader_queries"].sum() > 0
    assert rows.select("reader_errors", "partial_sets").sum().row(0) == (0, 0)
