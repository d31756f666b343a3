"""A record missing from a redelivery is told by name and kept."""

from assets.sources.missing_records import MISSING
from warehouse.store import Warehouse

from .conftest import SmallSource
from .source_run import materialise


def missing(warehouse: Warehouse) -> list[tuple[str, ...]]:
    return warehouse.read(MISSING).select("table_name", "record_key", "source_file").rows()


def test_a_record_missing_from_a_redelivery_is_told_and_kept(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    small_source.deliver()
    materialise(small_source, warehouse)
    assert missing(warehouse) == []
    del small_source.batches[3]
    gone, refused = small_source.results.pop(5), small_source.results[7]
    small_source.results[7] = refused.replace(",%", ",%").replace(refused.split(",")[3], "soft")
    small_source.deliver()
    for run in ("run-2", "run-3"):  # it stays missing until it is delivered again
        materialise(small_source, warehouse, run_id=run)
        assert missing(warehouse) == [
            ("raw.batches", "B003", "batches.csv"),
            ("raw.lab_results", "B005 / 6 / assay_pct / 1", "results.csv"),
        ]
    assert warehouse.query("SELECT count(*) FROM raw.lab_results").item() == 100
    assert warehouse.read("quarantine.records").height == 1
    small_source.results.append(gone)
    small_source.deliver()
    materialise(small_source, warehouse, run_id="run-4")
    assert [name for name, _, _ in missing(warehouse)] == ["raw.batches"]


def test_a_record_that_moved_to_another_file_or_whose_file_is_gone_is_not_missing(
    small_source: SmallSource, warehouse: Warehouse
) -> None:
    profile = small_source.profile.read_text().replace("{path: results.csv}", '{path: "r*.csv"}')
    small_source.profile.write_text(profile)
    small_source.deliver()
    materialise(small_source, warehouse)
    header, *rows = small_source.results
    results = small_source.data / "results.csv"
    results.write_text("\n".join([header, *rows[:50]]) + "\n")
    (small_source.data / "r2.csv").write_text("\n".join([header, *rows[50:]]) + "\n")
    materialise(small_source, warehouse, run_id="run-2")
    assert missing(warehouse) == []
    results.unlink()
    materialise(small_source, warehouse, run_id="run-3")
    assert missing(warehouse) == [], "what is archived was not delivered again"
