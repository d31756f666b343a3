"""Delta tables in the data folder and in a store, read at their latest version, never beyond."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from data_contracts.errors import LotwiseError, SourceError
from tests.sources.conftest import SmallSource
from tests.sources.source_run import DELIVERED, materialise
from warehouse.store import Warehouse

from .test_object_stores import Store, started, store

__all__ = ["started", "store"]  # fixtures


@pytest.fixture
def lake(small_source: SmallSource) -> SmallSource:
    """The small source with its results and readings in Delta tables."""
    small_source.deliver()
    results = pl.read_csv(small_source.data / "results.csv")
    results.write_delta(small_source.data / "results", delta_write_options={"partition_by": "unit"})
    zoned = pl.col("recorded_at").dt.replace_time_zone("UTC")
    small_source.readings.with_columns(zoned).write_delta(small_source.data / "series")
    (small_source.data / "results.csv").unlink()
    (small_source.data / "historian" / "2024-01.parquet").unlink()
    text = small_source.profile.read_text()
    text = text.replace("{path: results.csv}", "{path: results, format: delta}")
    text = text.replace('{path: "historian/*.parquet",', "{path: series, format: delta,")
    small_source.profile.write_text(text)
    return small_source


def rows_read(warehouse: Warehouse) -> dict[str, int | None]:
    fetched = warehouse.query(f"SELECT file, rows_read FROM {DELIVERED} ORDER BY file")
    return dict(fetched.iter_rows())


def test_a_delta_table_is_read_as_a_file_would_be(lake: SmallSource, warehouse: Warehouse) -> None:
    materialise(lake, warehouse)
    results = warehouse.read("raw.lab_results").sort("batch_id")
    assert results["value"].to_list() == [99 + n / 100 for n in range(1, 101)]
    readings = warehouse.query("SELECT * FROM raw.sensor_readings ORDER BY recorded_at")
    assert readings["value"].to_list() == [float(n) for n in range(50)]
    assert str(readings["recorded_at"][1]) == "2024-01-01 00:00:01"
    results_file, series = "results@delta/000001.parquet", "readings@delta/000001.parquet"
    assert rows_read(warehouse) == {"batches.csv": None, series: 50, results_file: 100}
    origins = warehouse.query(f"SELECT origin FROM {DELIVERED} ORDER BY file")["origin"]
    assert origins[2].startswith("Delta table results, version 0, table ")


def test_only_a_new_version_is_read(lake: SmallSource, warehouse: Warehouse) -> None:
    materialise(lake, warehouse)
    more = pl.DataFrame({"batch_id": ["B001"], "stage": [6], "test": ["water_pct"], "value": [2.0]})
    more.with_columns(unit=pl.lit("%")).write_delta(lake.data / "results", mode="append")
    materialise(lake, warehouse)
    read = rows_read(warehouse)
    assert (read["results@delta/000001.parquet"], read["readings@delta/000001.parquet"]) == (101, 0)
    assert warehouse.read("raw.lab_results").height == 101


def test_a_delta_table_in_a_store(lake: SmallSource, warehouse: Warehouse, store: Store) -> None:
    (lake.data / "results").rename(store.folder / "results")
    text = lake.profile.read_text()
    place = f"s3://{store.folder.name}/results"
    lake.profile.write_text(text.replace("path: results,", f'path: "{place}",'))
    materialise(lake, warehouse)
    assert warehouse.read("raw.lab_results").height == 100
    lake.profile.write_text(text.replace("path: results,", f'path: "{place}s",'))
    with pytest.raises(SourceError, match="is no Delta table"):
        materialise(lake, warehouse)


def log_says(change: Callable[[dict[str, str]], None]) -> Callable[[SmallSource], None]:
    def _spoil(lake: SmallSource) -> None:
        log = lake.data / "results" / "_delta_log" / f"{0:020d}.json"
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        for line in lines:
            if "add" in line:
                change(line["add"])
        log.write_text("\n".join(map(json.dumps, lines)))

    return _spoil


def a_link_out(lake: SmallSource) -> None:
    outside = lake.folder / "outside"
    (lake.data / "results").rename(outside)
    (lake.data / "results").symlink_to(outside)


def a_file_that_is_a_link_out(lake: SmallSource) -> None:
    own = next((lake.data / "results").rglob("*.parquet"))
    own.rename(lake.folder / "outside.parquet")
    own.symlink_to(lake.folder / "outside.parquet")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (log_says(lambda add: add.update(path="../../../etc/passwd")), "cannot be read|outside"),
        (log_says(lambda add: add.update(path="file:///etc/passwd")), "cannot be read|outside"),
        (log_says(lambda add: add.update(path="gone.parquet")), "cannot be read"),
        (
            log_says(lambda add: add.update(stats='{"numRecords": 9000000000}')),
            "says it has 9,000,000,000 rows",
        ),
        (a_link_out, "is a link out of the data folder"),
        (a_file_that_is_a_link_out, "names a file outside its folder"),
        (lambda lake: (lake.data / "results").rename(lake.data / "moved"), "is no Delta table"),
    ],
)
def test_what_is_no_table_or_leads_out_of_it(
    lake: SmallSource,
    warehouse: Warehouse,
    spoil: Callable[[SmallSource], object],
    told: str,
) -> None:
    spoil(lake)
    with pytest.raises(SourceError, match=told) as refusal:
        materialise(lake, warehouse)
    assert "\n" not in str(refusal.value)
    assert not warehouse.home.landed_dir(warehouse.source_key).exists()


def test_the_library_is_an_extra(
    lake: SmallSource, warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(LotwiseError, match="its extra 'lakehouse'") as refusal:
        materialise(lake, warehouse)
    assert refusal.value.exit_code == 2


def test_a_run_reads_a_store_and_a_folder_at_once(
    lake: SmallSource, warehouse: Warehouse, store: Store, tmp_path: Path
) -> None:
    (lake.data / "batches.csv").rename(store.folder / "batches.csv")
    text = lake.profile.read_text()
    place = f"s3://{store.folder.name}/batches.csv"
    lake.profile.write_text(text.replace("path: batches.csv", f'path: "{place}"'))
    materialise(lake, warehouse)
    assert warehouse.read("raw.batches").height == 100
