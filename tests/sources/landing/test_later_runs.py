"""A later run reads only what is new, and takes it for the continuation that it is."""

from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from assets.run_settings import data_folder_of
from assets.sources.defs import source as source_asset
from assets.sources.earlier_delivery import earlier_delivery
from assets.sources.inspection import inspect_source
from assets.virtual_plant.defs import exports
from benchmarks.studies.plant_database import PlantServer
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile
from pipelines.io_managers import warehouse_io
from pipelines.replay.outcome_preview import decided_outcomes
from pipelines.run_summary import FETCHED
from tests.sources.source_run import DELIVERED
from warehouse.store import Warehouse

from .conftest import BATCHES, READINGS_EACH, VARIABLE, WAYS, DatabaseSource, address, changed

Run = Callable[..., None]


@pytest.fixture
def run(
    way: str,
    plant: PlantServer,
    warehouse: Warehouse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Read the source into the warehouse as a run does."""
    monkeypatch.setenv(VARIABLE, address(plant, way))

    def _run(profile: Path = WAYS[way]) -> None:
        resources = {
            "run_settings": DatabaseSource(profile, tmp_path).settings(warehouse, "run"),
            "warehouse": warehouse,
            "decide_outcomes": decided_outcomes,
            "warehouse_io": warehouse_io,
            "io_manager": warehouse_io,
        }
        dg.materialize([exports, source_asset], resources=resources)

    return _run


def rows_read(warehouse: Warehouse) -> dict[str, int]:
    counted = warehouse.query(
        "SELECT split_part(file, '@', 1) AS entry, sum(rows_read)::INT AS rows_read "
        f"FROM {DELIVERED} GROUP BY entry"
    )
    return dict(counted.iter_rows())


def counts(warehouse: Warehouse, *tables: str) -> list[int]:
    return [warehouse.query(f"SELECT count(*) FROM raw.{table}").item() for table in tables]


def test_a_later_run_reads_only_what_is_new(
    run: Run, plant: PlantServer, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    run()
    readings = BATCHES * READINGS_EACH
    every = {"batches": 100, "phases": 100, "parameters": 100, "results": 200, "tags": 2}
    assert rows_read(warehouse) == {**every, "readings": readings}
    plant.make(BATCHES + 1, BATCHES + 1, READINGS_EACH)
    caplog.clear()
    run()
    new = {"batches": 1, "phases": 1, "parameters": 1, "results": 2, "tags": 2}
    assert rows_read(warehouse) == {**new, "readings": READINGS_EACH}
    tables = ("batches", "phases", "parameters", "lab_results", "sensor_tags", "sensor_readings")
    assert counts(warehouse, *tables) == [101, 101, 202, 202, 2, readings + READINGS_EACH]
    received = warehouse.query("SELECT received FROM evidence.ingestion ORDER BY table_name")
    assert received.sum().item() == 101 + 101 + 202 + 202 + 2 + readings + READINGS_EACH
    assert "vanished" not in caplog.text
    assert "missing from this delivery" not in caplog.text
    fetched = warehouse.query(FETCHED).filter(entry="readings").row(0, named=True)
    assert (fetched["rows_read"], fetched["rows"]) == (READINGS_EACH, readings + READINGS_EACH)
    run()
    nothing = dict.fromkeys(new, 0) | {"tags": 2, "readings": 0}
    assert rows_read(warehouse) == nothing
    assert counts(warehouse, *tables) == [101, 101, 202, 202, 2, readings + READINGS_EACH]


def test_a_row_entered_again_is_a_new_version(
    run: Run, plant: PlantServer, warehouse: Warehouse
) -> None:
    run()
    plant.execute(
        "UPDATE mes.batches SET disposition = 'rejected', entered_at = '2024-01-01Z' WHERE id = 7"
    )
    run()
    assert rows_read(warehouse)["batches"] == 1
    versions = warehouse.query(
        "SELECT disposition, source_file FROM raw.batches WHERE batch_id = 'B00007' "
        "ORDER BY received_at"
    )
    assert versions["source_file"].to_list() == [f"batches@plant/{n:06d}.parquet" for n in (1, 2)]
    assert versions["disposition"][1] == "rejected"
    ingestion = "SELECT received, quarantined FROM evidence.ingestion"
    account = warehouse.query(f"{ingestion} WHERE table_name = 'raw.batches'").row(0)
    assert account == (BATCHES, 0)


def test_a_table_that_was_empty_at_first(
    run: Run, plant: PlantServer, warehouse: Warehouse, caplog: pytest.LogCaptureFixture
) -> None:
    plant.execute("CREATE TABLE mes.kept AS TABLE mes.phases; DELETE FROM mes.phases")
    run()
    assert rows_read(warehouse)["phases"] == 0
    plant.execute("INSERT INTO mes.phases SELECT * FROM mes.kept")
    run()
    assert rows_read(warehouse)["phases"] == BATCHES
    assert counts(warehouse, "phases") == [BATCHES]
    assert "read anew" not in caplog.text


def test_another_question_is_asked_from_the_start(
    run: Run, way: str, warehouse: Warehouse, tmp_path: Path
) -> None:
    run()
    old, new = "table: mes.lab_results,", "query: SELECT * FROM mes.lab_results WHERE id > 20,"
    run(changed(tmp_path, way, old, new))
    assert rows_read(warehouse) == dict.fromkeys(("batches", "phases", "parameters"), 0) | {
        "results": 180,
        "tags": 2,
        "readings": 0,
    }
    folder = warehouse.home.landed_dir(warehouse.source_key) / "results@plant"
    assert [file.name for file in folder.iterdir()] == ["000001.parquet"]


def test_files_that_were_lost_are_read_again(run: Run, warehouse: Warehouse) -> None:
    run()
    folder = warehouse.home.landed_dir(warehouse.source_key)
    (folder / "phases@plant" / "000001.parquet").unlink()
    run()
    assert rows_read(warehouse)["phases"] == BATCHES
    assert counts(warehouse, "phases") == [BATCHES]


def test_a_check_beside_a_home_reads_what_is_new_and_writes_nothing(
    run: Run, way: str, plant: PlantServer, warehouse: Warehouse, tmp_path: Path
) -> None:
    run()
    plant.make(BATCHES + 1, BATCHES + 1, READINGS_EACH)
    folder = warehouse.home.landed_dir(warehouse.source_key)
    before = sorted((file, file.stat().st_mtime_ns) for file in folder.rglob("*"))
    profile = load_profile(WAYS[way])
    place, earlier = data_folder_of(profile), earlier_delivery(warehouse)
    report = inspect_source(profile, place, decided_outcomes, earlier, folder)
    received = {table.table: table.received for table in report.tables}
    assert (received["raw.batches"], received["raw.sensor_readings"]) == (101, 50_500)
    assert "batches_vanished" not in {finding.code for finding in report.prospects.findings}
    assert sorted((file, file.stat().st_mtime_ns) for file in folder.rglob("*")) == before


def test_what_a_broken_run_left_is_not_believed(
    run: Run, plant: PlantServer, warehouse: Warehouse
) -> None:
    """The file of a run that stopped before it could say what it read."""
    run()
    folder = warehouse.home.landed_dir(warehouse.source_key) / "batches@plant"
    (folder / "000002.parquet").write_bytes(b"half")
    plant.make(BATCHES + 1, BATCHES + 1, READINGS_EACH)
    run()
    assert rows_read(warehouse)["batches"] == 1
    assert counts(warehouse, "batches") == [BATCHES + 1]


def test_a_refused_run_leaves_nothing_behind(
    run: Run, way: str, plant: PlantServer, warehouse: Warehouse, tmp_path: Path
) -> None:
    """The last of six tables fails after five were read."""
    lost = changed(tmp_path, way, "FROM mes.readings", "FROM mes.reedings")
    with pytest.raises(SourceError, match=r"mes\.reedings.* does not exist"):
        run(lost)
    assert not warehouse.home.landed_dir(warehouse.source_key).exists()
    assert not warehouse.home.spill_dir.exists() or not list(warehouse.home.spill_dir.iterdir())
    run()
    before = warehouse.content_hash("raw.batches"), rows_read(warehouse)
    plant.execute("UPDATE mes.batches SET disposition = 'eaten', entered_at = '2024-01-01Z'")
    with pytest.raises(SourceError, match="'eaten'"):
        run()
    assert (warehouse.content_hash("raw.batches"), rows_read(warehouse)) == before
    folder = warehouse.home.landed_dir(warehouse.source_key) / "batches@plant"
    assert [file.name for file in folder.iterdir()] == ["000001.parquet"]
