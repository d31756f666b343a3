"""Records that changed after the run are found, whether or not a claim rests on them."""

from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_contracts.tables import table
from reports.table_verification import HASHES, verify_tables
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.published_copy.release import log_of
from warehouse.store import Warehouse

NAME = "core.batches"
LOOKED_AT = (NAME, HASHES, "evidence.reading_months", "core.sensor_readings")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A published warehouse of two batches, with the hash its run kept of them."""
    monkeypatch.setattr("warehouse.published_copy.publication.contract_names", lambda: LOOKED_AT)
    warehouse = Warehouse(Home(tmp_path), "plant")
    names = pl.DataFrame({"batch_id": ["B1", "B2"], "production_order": [1, 2]})
    texts = names.with_columns(cluster_id="batch_id", started_at_precision=pl.lit("order"))
    warehouse.write(NAME, texts)
    holds = warehouse.holds(NAME)
    row = {"table_name": NAME, "row_count": holds.rows, "content_hash": holds.content_hash}
    warehouse.write(HASHES, table(HASHES, [{**row, "run_id": "r1"}]))
    warehouse.publish()
    return warehouse.home


def found_after(home: Home, *statements: str) -> list[str]:
    log_of(home.published_file).unlink()
    home.published_file.chmod(0o644)
    with duckdb.connect(str(home.published_file)) as tampering:
        for sql in statements:
            tampering.execute(sql)
    with open_published(home) as published:
        return [str(mismatch) for mismatch in verify_tables(published)]


def test_untouched_records_are_as_the_run_left_them(home: Home) -> None:
    assert found_after(home, "CREATE OR REPLACE TABLE core.batches AS FROM core.batches") == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("DELETE FROM core.batches WHERE batch_id = 'B1'", "held 2 rows, now 1 (1 missing)"),
        ("INSERT INTO core.batches FROM core.batches", "held 2 rows, now 4 (2 added)"),
        ("UPDATE core.batches SET product = 'P9'", "rows were changed, 2 as before"),
        ("UPDATE core.batches SET production_order = 3 - production_order", "rows were changed"),
    ],
)
def test_records_removed_added_or_changed_are_found(home: Home, sql: str, said: str) -> None:
    found = found_after(home, sql)
    assert len(found) == 1
    assert found[0].startswith(f"table {NAME}: ")
    assert said in found[0]


def test_a_copy_from_before_hashes_were_kept_has_nothing_to_compare(home: Home) -> None:
    assert found_after(home, "DROP TABLE evidence.table_hashes", "DELETE FROM core.batches") == []
