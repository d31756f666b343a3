"""The source as assets: written whole or not at all, and the same when read again."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from assets.run_settings import RunSettings
from assets.sources.defs import EVIDENCE, RAW_TABLES, source
from assets.sources.inspection import inspect_source
from assets.virtual_plant.defs import exports
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile
from pipelines.replay.outcome_preview import decided_outcomes
from warehouse.paths import Home
from warehouse.store import Warehouse

from .conftest import SmallSource


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with Warehouse(Home(tmp_path / "home"), "small_plant-test").kept_open() as opened:
        yield opened


def materialise(small: SmallSource, warehouse: Warehouse, run_id: str = "run-1") -> None:
    settings = RunSettings(
        profile=load_profile(small.profile),
        data_dir=small.data,
        source_key=warehouse.source_key,
        assumptions_file=None,
        as_of=None,
        is_quick=True,
        seed=1,
        run_id=run_id,
    )
    resources = {
        "run_settings": settings,
        "warehouse": warehouse,
        "decide_outcomes": decided_outcomes,
    }
    dg.materialize([exports, source], resources=resources)


def test_every_raw_table_exists_and_says_where_its_records_stood(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.results.append("B001,6,hardness_n,soft,N")
    small_source.deliver()
    materialise(small_source, warehouse)
    assert all(warehouse.exists(table) for table in (*RAW_TABLES, *EVIDENCE))
    first = warehouse.read("raw.batches").row(0, named=True)
    assert (first["source_file"], first["source_row"]) == ("batches.csv", 2)
    assert first["run_id"] == "run-1"
    assert warehouse.read("quarantine.records")["source_row"].to_list() == [102]
    inputs = warehouse.read("evidence.inputs")
    assert inputs.select("file", "rows").rows() == [
        ("batches.csv", 100),
        ("historian/2024-01.parquet", 50),
        ("results.csv", 101),
    ]
    assert warehouse.query("SELECT count(*) FROM raw.sensor_readings").item() == 50


def test_ingestion_accounts_for_every_record(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.results.append("B001,6,hardness_n,soft,N")
    small_source.deliver()
    materialise(small_source, warehouse)
    account = warehouse.read("evidence.ingestion")
    assert (account["received"] == account["accepted"] + account["quarantined"]).all()
    results = account.filter(table_name="raw.lab_results").row(0, named=True)
    assert (results["received"], results["accepted"], results["quarantined"]) == (101, 100, 1)


def test_the_same_delivery_read_again_adds_nothing(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.deliver()
    materialise(small_source, warehouse)
    tables = (*RAW_TABLES, *EVIDENCE)
    before = {table: warehouse.content_hash(table) for table in tables}
    materialise(small_source, warehouse, "run-2")
    assert {table: warehouse.content_hash(table) for table in tables} == before


def test_a_refused_source_writes_nothing(small_source: SmallSource, warehouse: Warehouse) -> None:
    small_source.deliver()
    (small_source.data / "results.csv").unlink()
    with pytest.raises(SourceError):
        materialise(small_source, warehouse)
    assert not any(warehouse.exists(table) for table in (*RAW_TABLES, *EVIDENCE))


def test_too_many_bad_records_write_nothing(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.results += [f"B{n:03d},6,hardness_n,soft,N" for n in range(1, 20)]
    small_source.deliver()
    with pytest.raises(SourceError, match="nothing was written"):
        materialise(small_source, warehouse)
    assert not warehouse.exists("raw.batches")


def test_inspection_says_what_would_happen(small_source: SmallSource) -> None:
    small_source.results.append("B001,6,hardness_n,soft,N")
    small_source.deliver()
    report = inspect_source(load_profile(small_source.profile), small_source.data)
    assert report.is_acceptable
    account = report.table("raw.lab_results")
    assert (account.received, account.quarantined) == (101, 1)
    assert account.examples["reason"].to_list() == ["value is not a number"]


def test_the_virtual_plants_exports_are_read(tmp_path: Path) -> None:
    from assets.virtual_plant.simulate import simulate

    simulate(tmp_path / "plant", batches=12, years=0.1, seed=3)
    report = inspect_source(load_profile("virtual_plant"), tmp_path / "plant")
    assert report.table("raw.batches").accepted == 12
    assert report.table("raw.sensor_readings").accepted > 100_000
    assert report.notes == ()
