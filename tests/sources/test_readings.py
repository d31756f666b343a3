"""Readings in place: wide and long files become the same SQL relation."""

from pathlib import Path

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.queries import Query
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile

PROFILE = """\
profile: press
files:
  batches: {path: batches.csv}
  press:
    path: "press/*.csv"
    separator: ";"
    decimal: ","
    null_tokens: ["#N/A"]
    missing: [{columns: [fom], when: fom = fill, reason: a copy of the fill depth}]
    ignored: {operator: nobody reads it}
tables:
  batches:
    file: batches
    same_names: [batch_id, production_order]
  sensor_readings:
    file: press
    columns:
      batch_id: batch
      recorded_at: {column: at, format: "%d.%m.%Y %H:%M:%S"}
      quality: {column: flag, values: {ok: good, susp: uncertain}}
    constants: {equipment_id: PRS-1}
    unpivot:
      force: {name: main_force_kn, stage: 4, unit: kN, nor_low: 5, nor_high: 15}
      fom: {name: feeder_rpm, stage: 4, unit: rpm}
      fill: {name: fill_mm, stage: 4, unit: mm}
"""
HEADER = "batch;at;force;fom;fill;flag;operator"


def read(folder: Path, query: Query, *files: list[str]) -> SourceRecords:
    (folder / "press").mkdir(exist_ok=True)
    (folder / "batches.csv").write_text("batch_id,production_order\n1,1\n")
    for number, lines in enumerate(files):
        (folder / "press" / f"{number}.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    (folder / "profile.yaml").write_text(PROFILE)
    return read_source(load_profile(folder / "profile.yaml"), folder, query)


def test_wide_columns_become_readings(tmp_path: Path, query: Query) -> None:
    first = ["1;02.01.2024 08:00:00;10,5;20;6,1;ok;x", "1;02.01.2024 08:00:10;#N/A; ;6,1;susp;x"]
    records = read(tmp_path, query, first, ["2;03.01.2024 08:00:00;11;6,2;6,2;;y"])
    readings = query(records.readings.sql).sort("recorded_at", "tag")
    assert readings.select("batch_id", "tag", "value", "quality").rows() == [
        ("1", "feeder_rpm", 20.0, "good"),
        ("1", "fill_mm", 6.1, "good"),
        ("1", "main_force_kn", 10.5, "good"),
        ("1", "feeder_rpm", None, "uncertain"),
        ("1", "fill_mm", 6.1, "uncertain"),
        ("1", "main_force_kn", None, "uncertain"),
        ("2", "feeder_rpm", None, "good"),
        ("2", "fill_mm", 6.2, "good"),
        ("2", "main_force_kn", 11.0, "good"),
    ]
    assert readings.schema["recorded_at"] == pl.Datetime("us")
    assert readings["equipment_id"].unique().to_list() == ["PRS-1"]
    assert records.report.table("raw.sensor_readings").received == 9, "nothing read is a gap"
    tags = records.admissions["raw.sensor_tags"].accepted
    assert tags.select("tag", "equipment_id", "stage", "unit", "nor_high").rows() == [
        ("main_force_kn", "PRS-1", 4, "kN", 15.0),
        ("feeder_rpm", "PRS-1", 4, "rpm", None),
        ("fill_mm", "PRS-1", 4, "mm", None),
    ]


def test_a_cell_that_is_no_number_is_one_refused_reading(tmp_path: Path, query: Query) -> None:
    good = [f"1;02.01.2024 08:{n // 60:02d}:{n % 60:02d};10;20;6,1;ok;x" for n in range(100)]
    bad = ["1;02.01.2024 09:00:00;ten;20;6,1;ok;x", "1;soon;10;;;ok;x"]
    records = read(tmp_path, query, good + bad)
    account = records.report.table("raw.sensor_readings")
    assert (account.received, account.accepted, account.quarantined) == (306, 302, 4)
    columns = ("source_file", "source_row", "column_name", "rule", "value")
    assert records.quarantined().select(columns).rows() == [
        ("press/0.csv", 102, "value", "type", "ten"),
        *[("press/0.csv", 103, "recorded_at", "type", "soon")] * 3,  # each cell of the row
    ]
    assert query(records.readings.sql).height == 302


def test_a_point_among_decimal_commas_is_not_lost(tmp_path: Path, query: Query) -> None:
    texts = ["10,5", "1.234,5", "10.5", "-3", "1,5e2"]
    lines = [f"1;02.01.2024 08:00:{n:02d};{text};;;ok;x" for n, text in enumerate(texts)]
    records = read(tmp_path, query, lines)
    of_force = f"FROM ({records.readings.sql}) WHERE tag = 'main_force_kn' ORDER BY recorded_at"
    assert query(f"SELECT value {of_force}")["value"].to_list() == [10.5, 1234.5, 10.5, -3, 150]


def test_no_readings_is_an_empty_relation(small_source: object, query: Query) -> None:
    from .conftest import SmallSource

    assert isinstance(small_source, SmallSource)
    small_source.deliver()
    (small_source.data / "historian" / "2024-01.parquet").unlink()
    records = small_source.read()
    assert query(records.readings.sql).height == 0
    assert records.report.table("raw.sensor_readings").received == 0


def test_a_file_without_a_read_column_is_refused(tmp_path: Path, query: Query) -> None:
    read(tmp_path, query, ["1;02.01.2024 08:00:00;10;20;6;ok;x"])
    (tmp_path / "press" / "9.csv").write_text("batch;at;force\n1;02.01.2024 08:00:00;3\n")
    with pytest.raises(SourceError, match=r"9\.csv: the column 'flag' is missing"):
        read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query)


def test_a_row_of_too_many_cells_refuses_a_file_of_readings(tmp_path: Path, query: Query) -> None:
    good = ["1;02.01.2024 08:00:00;10;20;6;ok;x"] * 50
    with pytest.raises(SourceError, match="sensor readings cannot be read"):
        read(tmp_path, query, [*good, "1;02.01.2024 08:00:00;10;20;6;ok;x;more;and more"])
