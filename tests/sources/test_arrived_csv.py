"""CSV made Parquet on arrival: the same readings as when every cell is read as text."""

import json
import random
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from assets.sources.files.kept_files import KeptFiles
from assets.sources.importer import read_source
from assets.sources.queries import Query
from assets.sources.reading_preparation import Preparation
from assets.sources.readings.arrived_csv import arrived, typed_columns
from assets.sources.readings.reading_sql import counting_sql, delivered_readings_sql, readings_sql
from data_contracts.errors import SourceError
from data_contracts.profile import Profile, load_profile

PROFILE = """\
profile: plant
files:
  batches: {{path: batches.csv}}
  historian: {{path: "historian/*.csv", null_tokens: ["#N/A", Bad]{more}}}
tables:
  batches: {{file: batches, same_names: [batch_id, production_order]}}
  sensor_readings:
    file: historian
    columns:
      equipment_id: unit
      tag: tag
      recorded_at: {{column: at{clock}}}
      value: {{column: value}}
      quality: {{column: flag, values: {{ok: good}}}}
"""
HEADER = "unit,tag,at,value,flag"
PLAIN = ["U-1,001,2024-01-02 08:00:00,1.50,ok", "U-1,001,2024-01-02 08:00:01,-2,ok"]


def profile_of(folder: Path, more: str = "", clock: str = "") -> Profile:
    (folder / "historian").mkdir(exist_ok=True)
    (folder / "batches.csv").write_text("batch_id,production_order\n1,1\n")
    (folder / "plant.yaml").write_text(PROFILE.format(more=more, clock=clock))
    return load_profile(folder / "plant.yaml")


def write(folder: Path, lines: Sequence[str], header: str = HEADER, end: str = "\n") -> Path:
    file = folder / "historian" / "a.csv"
    file.write_bytes(end.join([header, *lines, ""]).encode())
    return file


def types_of(folder: Path, profile: Profile, file: Path, query: Query) -> list[str] | None:
    described = profile.files["historian"]
    made = arrived(file, described, typed_columns(profile, described), query)
    return None if made is None else [str(kind) for kind in pl.read_parquet_schema(made).values()]


def both(
    profile: Profile, folder: Path, query: Query
) -> tuple[list[tuple[int, int]], list[pl.DataFrame]]:
    """Counts and readings, the file read as text and as it arrived."""
    kept = KeptFiles(query.folder / "kept")
    prepared = Preparation(profile, {}, query, kept)
    files = sorted((folder / "historian").glob("*.csv"))
    scans = prepared.scans(profile.files["historian"], files, folder)
    (mapping,) = profile.readings
    counts, readings = [], []
    for feeding in (
        prepared.feeding(mapping, scans),
        prepared.quick_feeding(mapping, scans, query),
    ):
        part = delivered_readings_sql(feeding)
        counts.append(query(counting_sql([part])).row(0))
        found = query(readings_sql([part], is_clean=False))
        columns = ["equipment_id", "batch_id", "tag", "recorded_at", "value", "quality"]
        readings.append(found.select(columns).sort(columns, nulls_last=True))
    return counts, readings


def test_plain_cells_are_numbers_and_instants_and_names_stay_texts(
    tmp_path: Path, query: Query
) -> None:
    profile = profile_of(tmp_path)
    found = types_of(tmp_path, profile, write(tmp_path, PLAIN), query)
    assert found == [
        "String",
        "String",
        "Datetime(time_unit='us', time_zone=None)",
        "Float64",
        "String",
    ]
    readings = query(read_source(profile, tmp_path, query).readings.sql)
    assert readings["tag"].unique().to_list() == ["001"]
    assert readings["value"].to_list() == [1.5, -2.0]


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([*PLAIN, "U-1,001,2024-01-02 08:00:02,Bad,ok"], "Float64"),  # a blank the profile names
        ([*PLAIN, "U-1,001,2024-01-02 08:00:02,<0.5,ok"], "String"),
        ([*PLAIN, '"U-1","001","2024-01-02 08:00:02","3","ok"'], "Float64"),
    ],
)
def test_one_cell_that_is_not_plain_leaves_the_file_texts(
    tmp_path: Path, query: Query, lines: list[str], wanted: str
) -> None:
    found = types_of(tmp_path, profile_of(tmp_path), write(tmp_path, lines), query)
    assert found is not None
    assert found[3] == wanted


@pytest.mark.parametrize(
    "lines",
    [
        [*PLAIN, 'U-1,0"0"1,2024-01-02 08:00:02,3,ok'],
        [*PLAIN, 'U-1,"0"01,2024-01-02 08:00:02,3,ok'],
        [*PLAIN, "U-1,001,2024-01-02 08:00:02,3"],
        [*PLAIN, "U-1,001,2024-01-02 08:00:02,3,ok\rU-1,001,2024-01-02 08:00:03,3,ok"],
    ],
)
def test_what_readers_may_read_differently_is_not_made(
    tmp_path: Path, query: Query, lines: list[str]
) -> None:
    assert types_of(tmp_path, profile_of(tmp_path), write(tmp_path, lines), query) is None


def test_instants_with_their_zone_are_utc(tmp_path: Path, query: Query) -> None:
    profile = profile_of(tmp_path)
    lines = ["U-1,T,2024-01-02T08:00:00+01:00,1,ok", "U-1,T,2024-01-02T08:00:00Z,2,ok"]
    write(tmp_path, lines)
    counts, (as_text, as_arrived) = both(profile, tmp_path, query)
    assert counts == [(2, 0)] * 2
    assert as_arrived["recorded_at"].dt.hour().to_list() == [7, 8]
    assert as_text.equals(as_arrived)


def test_columns_read_in_another_way_too_stay_texts(tmp_path: Path) -> None:
    described = "historian"
    for more, clock, wanted in (
        ("", "", {"value": "number", "at": "instant"}),
        ("", ", timezone: Europe/Zurich", {"value": "number", "at": "instant"}),
        ("", ", format: '%Y-%m-%d %H:%M:%S'", {"value": "number"}),
        (", missing: [{columns: [value], equals: [0], reason: a gap}]", "",
         {"value": "number", "at": "instant"}),
        (", missing: [{columns: [value], when: value = unit, reason: a gap}]", "",
         {"at": "instant"}),
        (", derived: {double: value * 2}", "", {"at": "instant"}),
        (", decimal: ',', separator: ';'", "", {}),
    ):  # fmt: skip
        profile = profile_of(tmp_path, more, clock)
        assert typed_columns(profile, profile.files[described]) == wanted, (more, clock)


UNITS = ["U-1", " U-1", "U-2 ", '"U-1"', "", "  ", "#N/A"]
TAGS = ["001", "T 1", " T 1", "", '"a,b"']
INSTANTS = ["2024-01-02 08:00:00", "2024-01-02T08:00:01+01:00", "2024-01-02T08:00:01",
            "2024-01-02 08:00:00.25", "2024-01-02",
            "2024-01-02 08:00:00Z", "soon", "", "2024-02-30 08:00:00", "1024-01-01 00:00:00",
            " 2024-01-02 08:00:00"]  # fmt: skip
VALUES = ["1", "1.5", "-0.25", "1e3", "nan", "inf", "", " ", "Bad", " Bad", "<0.5", "1,5", "0x1A",
          "+1", " 2", "12345678901234567890", "0.1", "1_000", "true"]  # fmt: skip
FLAGS = ["ok", "good", "bad", "", "odd"]


@pytest.mark.parametrize("seed", range(40))
def test_any_file_reads_as_it_does_cell_by_cell(tmp_path: Path, query: Query, seed: int) -> None:
    draw = random.Random(seed)
    # Some files are plain in all columns but one, so that every column is typed in some.
    plain = draw.sample(range(5), draw.randint(0, 5))
    choices = [
        choice[:1] if place in plain else draw.sample(choice, draw.randint(1, len(choice)))
        for place, choice in enumerate((UNITS, TAGS, INSTANTS, VALUES, FLAGS))
    ]
    lines = [",".join(draw.choice(cells).replace("1,5", '"1,5"') for cells in choices)
             for _ in range(60)]  # fmt: skip
    clock = draw.choice(["", ", timezone: Europe/Zurich"])
    profile = profile_of(tmp_path, clock=clock)
    header = draw.choice([HEADER, "unit, tag ,at,value,flag", "﻿" + HEADER])
    write(tmp_path, lines, header, draw.choice(["\n", "\r\n"]))
    counts, (as_text, as_arrived) = both(profile, tmp_path, query)
    assert counts[0] == counts[1]
    assert as_text.equals(as_arrived)


def test_an_encoding_only_python_knows_is_read_refused_rows_and_all(
    tmp_path: Path, query: Query
) -> None:
    profile = profile_of(tmp_path, ", encoding: cp1250")
    good = [f"U-1,tlak_°C_š,2024-01-02 08:{n // 60:02d}:{n % 60:02d},1.50,ok" for n in range(100)]
    file = write(tmp_path, [])
    file.write_bytes("\n".join([HEADER, *good, "U-1,teplota_ž,soon,2.50,ok", ""]).encode("cp1250"))
    records = read_source(profile, tmp_path, query)
    refused = records.quarantined()
    assert refused.select("source_row", "column_name", "value").rows() == [
        (102, "recorded_at", "soon")
    ]
    assert json.loads(refused["record"][0])["tag"] == "teplota_ž"
    assert json.loads(refused["record"][0])["value"] == "2.50"
    assert query(records.readings.sql)["tag"].unique().to_list() == ["tlak_°C_š"]
    file.write_bytes(f"{HEADER}\nU-1,t".encode() + b"\x81,2024-01-02 08:00:00,1,ok\n")
    with pytest.raises(SourceError, match=r"a\.csv: not text in cp1250 \(0x81"):
        read_source(profile, tmp_path, query)


def test_a_refused_reading_is_shown_as_delivered(tmp_path: Path, query: Query) -> None:
    profile = profile_of(tmp_path)
    lines = [f"U-1,001,2024-01-02 08:{n // 60:02d}:{n % 60:02d},1.50,ok" for n in range(600)]
    write(tmp_path, [*lines, "U-1,,2024-01-02 09:00:00,2.50,ok"])
    records = read_source(profile, tmp_path, query)
    refused = records.quarantined().select("source_file", "source_row", "column_name", "record")
    assert refused.rows()[0][:3] == ("historian/a.csv", 602, "tag")
    assert '"value":"2.50"' in refused["record"][0]
    assert query(records.readings.sql).height == 600
