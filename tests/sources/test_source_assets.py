"""The source as assets: written whole or not at all, and the same when read again."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from assets.sources.defs import EVIDENCE, RAW_TABLES
from assets.sources.inspection import inspect_source
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile
from warehouse.store import Warehouse

from .conftest import SmallSource
from .source_run import materialise
from .test_workbooks import write


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
    assert inputs.select("used_as", "file", "rows").rows() == [
        ("assumptions", "assumptions tablets.yaml", None),
        ("delivered", "batches.csv", 100),
        ("delivered", "historian/2024-01.parquet", 50),
        ("profile", "profile small_plant", None),
        ("delivered", "results.csv", 101),
    ]
    of_profile = inputs.filter(used_as="profile")["sha256"].item()
    assert of_profile == sha256(small_source.profile.read_bytes()).hexdigest()
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


def test_cross_checks_are_kept_with_the_delivery_they_judge(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.results.append("B999,6,hardness_n,80,N")
    small_source.deliver()
    materialise(small_source, warehouse)
    checks = warehouse.read("evidence.cross_checks")
    orphans = checks.filter(subject="lab_results").row(0, named=True)
    assert (orphans["check_name"], orphans["found"], orphans["compared"]) == (
        "unknown_batch",
        1,
        101,
    )
    assert orphans["examples"] == "results.csv, line 102: batch B999"


def test_the_same_delivery_read_again_adds_nothing(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.deliver()
    materialise(small_source, warehouse)
    tables = (*RAW_TABLES, *EVIDENCE)
    before = {table: warehouse.content_hash(table) for table in tables}
    materialise(small_source, warehouse, run_id="run-2")
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


def readings_in_a_workbook(small: SmallSource, late: str | float) -> None:
    """Deliver the historian's file as minutes since a batch began, in a workbook."""
    text = small.profile.read_text().replace('"historian/*.parquet"', "series.xlsx, sheet: Series")
    columns = """    columns:
      recorded_at: {column: minutes, elapsed: minutes, of: [batch],
        since: {column: started_at, lookup: {file: batches, own: batch, other: batch_id}}}
"""
    keys = "    same_names: [equipment_id, tag, value]\n" + columns
    old = "    same_names: [equipment_id, tag, recorded_at, value]\n"
    assert old in text
    small.profile.write_text(text.replace(old, keys))
    small.deliver()
    rows: list[list[object]] = [["batch", "minutes", "equipment_id", "tag", "value"]]
    rows += [[f"B{n:03d}", n / 2, "PRS-1", "force_kn", n / 4] for n in range(1, 100)]
    rows += [
        ["B100", 50, "PRS-1", "force_kn", late],
        ["B100", 51, ("=NA()", "#N/A"), "force_kn", 1],
    ]
    write(small.data / "series.xlsx", {"First": [["x"]], "Series": rows}, hidden="Series")


def test_readings_of_a_workbook_are_in_reach_after_the_run(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    readings_in_a_workbook(small_source, late="n. d.")
    materialise(small_source, warehouse)
    readings = warehouse.query("SELECT recorded_at, value FROM raw.sensor_readings ORDER BY value")
    assert readings["value"].to_list() == [n / 4 for n in range(1, 100)]
    assert str(readings["recorded_at"][0]) == "2024-01-01 08:00:30"
    where = ("source_file", "source_row", "column_name", "rule", "value")
    assert warehouse.read("quarantine.records").select(where).rows() == [
        ("series.xlsx, sheet Series", 101, "value", "type", "n. d."),
        ("series.xlsx, sheet Series", 102, "equipment_id", "excel_error", "#N/A"),
    ]
    kept = warehouse.home.delivered_dir(warehouse.source_key)
    assert len(list(kept.iterdir())) == 3, "the month, the sheet, and the starts of the batches"
    warehouse.publish()
    assert len(list(kept.iterdir())) == 1, "the month holds all that was delivered"
    readings = warehouse.query("SELECT value FROM raw.sensor_readings ORDER BY value")
    assert readings["value"].to_list() == [n / 4 for n in range(1, 100)]


def test_a_workbook_read_again_adds_nothing(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    readings_in_a_workbook(small_source, late=33.5)
    materialise(small_source, warehouse)
    kept = warehouse.home.delivered_dir(warehouse.source_key)
    before = sorted(kept.iterdir()), warehouse.content_hash("raw.sensor_readings")
    materialise(small_source, warehouse, run_id="run-2")
    assert (sorted(kept.iterdir()), warehouse.content_hash("raw.sensor_readings")) == before
    raw = warehouse.read("raw.batches")
    assert raw["received_at"].n_unique() == 1


def test_a_hidden_sheet_of_readings_is_told(small_source: SmallSource) -> None:
    readings_in_a_workbook(small_source, late=33.5)
    report = inspect_source(load_profile(small_source.profile), small_source.data)
    assert "the sheet is hidden in Excel" in report.notes[0]
    assert sum("hidden" in note for note in report.notes) == 1


def test_records_of_a_workbook_are_received_when_it_was_delivered(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    text = small_source.profile.read_text().replace("results.csv", "book.xlsx, sheet: Results")
    small_source.profile.write_text(text)
    small_source.deliver()
    cells = [line.split(",") for line in small_source.results]
    book = write(small_source.data / "book.xlsx", {"Results": cells})
    os.utime(book, (1_700_000_000, 1_700_000_000))
    materialise(small_source, warehouse)
    results = warehouse.read("raw.lab_results")
    assert results["source_file"].unique().to_list() == ["book.xlsx, sheet Results"]
    assert [str(at) for at in results["received_at"].unique()] == ["2023-11-14 22:13:20"]
    inputs = dict(warehouse.read("evidence.inputs").select("file", "rows").iter_rows())
    assert inputs["book.xlsx"] == 100


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
