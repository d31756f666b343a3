"""Single bad records go to quarantine with file, row, column and rule; nothing is lost."""

import json

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, require_acceptable
from data_contracts.errors import SourceError

from .conftest import SmallSource


def counts(records: SourceRecords, table: str) -> tuple[int, int, int]:
    account = records.report.table(table)
    return account.received, account.accepted, account.quarantined


def test_a_clean_source_is_accepted_whole(small_source: SmallSource) -> None:
    small_source.deliver()
    records = small_source.read()
    assert counts(records, "raw.batches") == (100, 100, 0)
    assert counts(records, "raw.lab_results") == (100, 100, 0)
    assert counts(records, "raw.sensor_readings") == (50, 50, 0)
    assert counts(records, "raw.capas") == (0, 0, 0)
    assert records.quarantined().is_empty()
    assert records.report.is_acceptable
    accepted = records.admissions["raw.batches"].accepted
    assert accepted["source_row"].to_list() == list(range(2, 102))
    assert accepted["source_file"].unique().to_list() == ["batches.csv"]


BAD_BATCHES = {
    "an end before its start": (
        "B101,101,P1,2024-03-02 08:00:00,2024-03-01 08:00:00,released",
        "ended_at, started_at",
    ),
    "text in a number column": ("B101,soon,P1,,,released", "production_order"),
    "a duplicate batch id": ("B007,101,P2,,,released", "batch_id"),
    "no batch id": (",101,P1,,,released", "batch_id"),
    "a date that does not exist": ("B101,101,P1,31.02.2024,,released", "started_at"),
}


@pytest.mark.parametrize(("line", "column"), BAD_BATCHES.values(), ids=BAD_BATCHES)
def test_a_bad_batch_is_quarantined(small_source: SmallSource, line: str, column: str) -> None:
    small_source.batches.append(line)
    small_source.deliver()
    records = small_source.read()
    assert counts(records, "raw.batches") == (101, 100, 1)
    (refused,) = records.quarantined().rows(named=True)
    assert refused["table_name"] == "raw.batches"
    assert (refused["source_file"], refused["source_row"]) == ("batches.csv", 102)
    assert refused["column_name"] == column
    assert refused["rule"]
    assert refused["reason"]
    assert set(json.loads(refused["record"])) >= {"batch_id", "production_order", "disposition"}
    require_acceptable(records.report)


def test_a_batch_of_unknown_disposition_is_quarantined_and_stops_the_run(
    small_source: SmallSource,
) -> None:
    """However few they are: a failure under another name would go missing."""
    small_source.batches.append("B101,101,P1,,,thrown away")
    small_source.deliver()
    records = small_source.read()
    assert counts(records, "raw.batches") == (101, 100, 1)
    with pytest.raises(SourceError, match=r"line 102, disposition = 'thrown away': .*1 batch"):
        require_acceptable(records.report)


BAD_RESULTS = {
    "text in a number column": ("B001,6,hardness_n,soft,N", "value", "type", "soft"),
    "an unknown stage": ("B001,9,hardness_n,80,N", "stage", "range", "9"),
    "a stage that is no number": ("B001,QC,hardness_n,80,N", "stage", "type", "QC"),
}


@pytest.mark.parametrize("bad", BAD_RESULTS.values(), ids=BAD_RESULTS)
def test_a_bad_result_names_column_rule_and_value(
    small_source: SmallSource, bad: tuple[str, str, str, str]
) -> None:
    line, *told = bad
    small_source.results.append(line)
    small_source.deliver()
    (refused,) = small_source.read().quarantined().rows(named=True)
    assert [refused["column_name"], refused["rule"], refused["value"]] == told


def test_a_row_with_too_few_or_many_cells_is_quarantined(small_source: SmallSource) -> None:
    small_source.results[10:10] = ["B001,6,assay_pct", "B001,6,x,1,%,more"]
    small_source.deliver()
    records = small_source.read()
    assert counts(records, "raw.lab_results") == (102, 100, 2)
    refused = records.quarantined()
    assert refused["rule"].to_list() == ["row_shape", "row_shape"]
    assert refused["source_row"].to_list() == [11, 12]


def test_an_exact_copy_is_counted_apart_and_stops_nothing(small_source: SmallSource) -> None:
    small_source.results += small_source.results[1:]
    small_source.deliver()
    records = small_source.read()
    assert counts(records, "raw.lab_results") == (200, 100, 100)
    account = records.report.table("raw.lab_results")
    assert account.duplicates_identical == 100
    assert account.is_within_share
    assert "exact copy" in records.quarantined()["reason"][0]


def test_too_many_bad_records_stop_the_run(small_source: SmallSource) -> None:
    small_source.results += [f"B{n:03d},6,hardness_n,soft,N" for n in range(1, 11)]
    small_source.deliver()
    report = small_source.read().report
    assert not report.is_acceptable
    with pytest.raises(SourceError, match=r"raw\.lab_results: 10 of 110 .*results\.csv, line 102"):
        require_acceptable(report)


def test_bad_readings_are_found_where_they_lie(small_source: SmallSource) -> None:
    texts = small_source.readings.with_columns(pl.col("value").cast(pl.String))
    bad = pl.Series([None if n == 7 else "PRS-1" for n in range(200)])
    many = pl.concat([texts] * 4).with_columns(
        equipment_id=bad,
        value=pl.when(pl.int_range(200) == 3).then(pl.lit("stuck")).otherwise("value"),
    )
    small_source.readings = many
    small_source.deliver()
    records = small_source.read()
    assert counts(records, "raw.sensor_readings") == (200, 198, 2)
    refused = records.quarantined().select("source_file", "source_row", "column_name", "value")
    assert refused.rows() == [
        ("historian/2024-01.parquet", 4, "value", "stuck"),
        ("historian/2024-01.parquet", 8, "equipment_id", None),
    ]
    assert small_source._query(records.readings.sql).height == 198


def test_an_unmapped_column_is_told_not_refused(small_source: SmallSource) -> None:
    small_source.results = [f"{line},x" for line in small_source.results]
    small_source.deliver()
    notes = small_source.read().report.notes
    assert notes == (
        "results.csv: 1 delivered columns are neither mapped nor listed under 'ignored': x.",
    )


def test_a_file_nobody_reads_is_told_not_refused(small_source: SmallSource) -> None:
    small_source.deliver()
    (small_source.data / "extra.csv").write_text("a,b\n1,2\n")
    assert small_source.read().report.notes == (
        "1 delivered files are neither read nor listed under 'ignored_files': extra.csv.",
    )


def test_the_same_delivery_gives_the_same_content_hashes(small_source: SmallSource) -> None:
    small_source.deliver()
    first, second = (small_source.read().admissions["raw.batches"].accepted for _ in range(2))
    assert first.equals(second)
    assert first["content_hash"].n_unique() == 100
