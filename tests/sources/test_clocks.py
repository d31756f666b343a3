"""Time as plants write it: the same instants for records and for readings read in place."""

from pathlib import Path

import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.queries import Query
from data_contracts.errors import LotwiseError
from data_contracts.profile import load_profile

BATCHES = ["batch_id,no,begun", "A,1,2024-03-01 08:00", "B,2,2024-03-02T06:30"]
SERIES = [
    "batch,part,minutes,epoch,force",
    "A,heat,0,1709280000,1",
    "A,heat,1.5,1709280090.5,2",
    "A,cool,0,1709280100,3",
    "B,heat,0,1709360000,4",
    "B,heat,2,soon,5",
]
# The same file feeds readings, in SQL, and parameters, in polars; every row is one record of each.
PROFILE = """
profile: clocks
files:
  batches: {{path: batches.csv}}
  series:
    path: series.csv
    derived: {{twice: force * 2, tag: "'force_' || lower(part)"}}
tables:
  batches:
    file: batches
    columns: {{batch_id: batch_id, production_order: "no", started_at: begun}}
  parameters:
    file: series
    columns: {{batch_id: batch, unit: tag, value: twice, recorded_at: {cell},
      parameter: {{row_number: true}}}}
    constants: {{stage: 4}}
  sensor_readings:
    file: series
    columns: {{batch_id: batch, tag: tag, value: twice, recorded_at: {cell}}}
    constants: {{equipment_id: PRS}}
"""


def read(folder: Path, query: Query, cell: str, series: list[str] = SERIES) -> SourceRecords:
    (folder / "batches.csv").write_text("\n".join(BATCHES) + "\n")
    (folder / "series.csv").write_text("\n".join(series) + "\n")
    (folder / "profile.yaml").write_text(PROFILE.format(cell=cell))
    return read_source(load_profile(folder / "profile.yaml"), folder, query)


def instants(records: SourceRecords, query: Query) -> list[str]:
    at = "strftime(recorded_at, '%Y-%m-%d %H:%M:%S.%g') AS at"
    in_order = f"FROM ({records.readings.sql}) ORDER BY value, recorded_at"
    readings = query(f"SELECT {at} {in_order}")["at"].to_list()
    accepted = records.admissions["raw.parameters"].accepted.sort("value", "recorded_at")
    parameters = accepted["recorded_at"]
    assert readings == parameters.dt.to_string("%Y-%m-%d %H:%M:%S%.3f").to_list()
    return [text.removesuffix(".000") for text in readings]


def refused(records: SourceRecords) -> list[tuple[str, int, str]]:
    """Table, row and value of what was refused; the same rows of both tables."""
    return records.quarantined().select("table_name", "source_row", "value").rows()


SINCE_BATCH = (
    "{column: minutes, elapsed: minutes, "
    "since: {column: begun, lookup: {file: batches, own: batch, other: batch_id}}}"
)
BY_BATCH = ["2024-03-01 08:00:00", "2024-03-01 08:01:30", "2024-03-01 08:00:00"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (
            SINCE_BATCH,
            [*BY_BATCH, "2024-03-02 06:30:00", "2024-03-02 06:32:00"],
        ),
        (
            "{column: minutes, elapsed: hours, since: {constant: 2024-03-01 08:00}}",
            [
                "2024-03-01 08:00:00",
                "2024-03-01 09:30:00",
                "2024-03-01 08:00:00",
                "2024-03-01 08:00:00",
                "2024-03-01 10:00:00",
            ],
        ),
        (
            "{column: minutes, elapsed: minutes, of: [batch, part]}",
            [
                "2000-01-01 00:00:00",
                "2000-01-01 00:01:30",
                "2000-01-01 00:02:30",
                "2000-01-01 00:03:30",
                "2000-01-01 00:05:30",
            ],
        ),
        (
            "{row_number: true, every: 10 s, of: [batch], since: {constant: 2024-03-01}}",
            [
                "2024-03-01 00:00:00",
                "2024-03-01 00:00:10",
                "2024-03-01 00:00:20",
                "2024-03-01 00:00:00",
                "2024-03-01 00:00:10",
            ],
        ),
        (
            "{row_number: true, every: 0.5 min}",
            [
                "2000-01-01 00:00:00",
                "2000-01-01 00:00:30",
                "2000-01-01 00:01:00",
                "2000-01-01 00:01:30",
                "2000-01-01 00:02:00",
            ],
        ),
        (
            "{expression: \"add_minutes(instant('2024-03-01'), minutes)\"}",
            [
                "2024-03-01 00:00:00",
                "2024-03-01 00:01:30",
                "2024-03-01 00:00:00",
                "2024-03-01 00:00:00",
                "2024-03-01 00:02:00",
            ],
        ),
    ],
    ids=["since a look-up", "since a constant", "laid in line", "rows", "rows in line", "reckoned"],
)
def test_elapsed_time_and_row_order_become_instants(
    tmp_path: Path, query: Query, cell: str, expected: list[str]
) -> None:
    records = read(tmp_path, query, cell)
    assert refused(records) == []
    assert instants(records, query) == expected


def test_derived_columns_feed_readings_as_they_feed_records(tmp_path: Path, query: Query) -> None:
    records = read(tmp_path, query, "{row_number: true, every: 1 s}")
    readings = query(f"SELECT tag, value FROM ({records.readings.sql}) ORDER BY recorded_at")
    parameters = records.admissions["raw.parameters"].accepted
    assert readings["tag"].to_list() == parameters["unit"].to_list()
    assert readings.rows()[2:4] == [("force_cool", 6.0), ("force_heat", 8.0)]
    assert readings["value"].to_list() == parameters["value"].to_list()


def test_rows_of_readings_are_numbered_as_rows_of_records_are(tmp_path: Path, query: Query) -> None:
    read(tmp_path, query, "{row_number: true, every: 1 s}")
    text = (tmp_path / "profile.yaml").read_text()
    readings = "sensor_readings:\n    file: series\n    columns: {batch_id: batch, "
    assert readings in text
    numbered = text.replace(readings, readings + "quality: {constant: good}, ")
    numbered = numbered.replace("tag: tag, value: twice", "tag: tag, value: {row_number: true}")
    condition = "sensor_readings:\n    where: batch = 'B'"
    (tmp_path / "profile.yaml").write_text(numbered.replace("sensor_readings:", condition))
    records = read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query)
    found = query(f"SELECT batch_id, value FROM ({records.readings.sql}) ORDER BY value")
    assert found.rows() == [("B", 1.0), ("B", 2.0)], "counted among the rows that are records"


def test_counts_since_1970(tmp_path: Path, query: Query) -> None:
    good = [SERIES[0]] + SERIES[1:5] * 25
    records = read(tmp_path, query, "{column: epoch, epoch: s}", [*good, SERIES[5]])
    assert sorted(set(instants(records, query)))[:2] == [
        "2024-03-01 08:00:00",
        "2024-03-01 08:01:30.500",
    ]
    values = [row[2] for row in refused(records)]
    assert values == ["soon", "soon"], "what is no count is refused as it was delivered"


def test_what_has_no_start_is_refused_as_it_stands(tmp_path: Path, query: Query) -> None:
    rows = [SERIES[0]] + SERIES[1:3] * 60 + ["C,heat,3,,1", "A,heat,half,,1"]
    records = read(tmp_path, query, SINCE_BATCH, rows)
    told = ["3 after no known start", "half"]
    assert [row[2] for row in refused(records)] == told * 2
    assert [row[1] for row in refused(records)] == [122, 123] * 2


PHASED = """
profile: phased
files:
  phases:
    path: phases.csv
    derived: {key: "batch || '/' || phase"}
  series:
    path: series.csv
    derived: {key: "batch || '/' || lower(part)"}
tables:
  batches:
    - {file: phases, distinct: true, columns: {batch_id: batch, production_order: "no"}}
  sensor_readings:
    file: series
    where: unit = 'C'
    columns:
      batch_id: batch
      tag: {expression: lower(part)}
      value: {expression: force + 273.15}
      recorded_at:
        {column: s, elapsed: seconds, since: {column: begun, lookup: {file: phases, own: key}}}
    constants: {equipment_id: PRS}
"""


def test_elapsed_time_since_a_phase_began(tmp_path: Path, query: Query) -> None:
    """The start is found by batch and phase, joined into a key on both sides."""
    phases = "batch,phase,no,begun\nA,heat,1,2024-03-01 08:00\nA,cool,1,2024-03-01 09:00\n"
    # Most of the column are texts of another unit: only the rows that are records are looked at.
    series = "batch,part,s,unit,force\nA,HEAT,30,C,10\nA,COOL,90,C,5\n" + "A,HEAT,1,text,low\n" * 9
    (tmp_path / "phases.csv").write_text(phases)
    (tmp_path / "series.csv").write_text(series)
    (tmp_path / "profile.yaml").write_text(PHASED)
    records = read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query)
    readings = query(f"SELECT tag, recorded_at::VARCHAR, value FROM ({records.readings.sql})")
    assert sorted(readings.rows()) == [
        ("cool", "2024-03-01 09:01:30", 278.15),
        ("heat", "2024-03-01 08:00:30", 283.15),
    ]


def test_made_starts_do_not_depend_on_the_rows_a_mapping_takes(
    tmp_path: Path, query: Query
) -> None:
    cell = "{column: minutes, elapsed: minutes, of: [batch]}"
    whole = read(tmp_path, query, cell)
    first = instants(whole, query)
    condition = "  parameters:\n    where: minutes < 1\n"
    profile = PROFILE.format(cell=cell).replace("  parameters:\n", condition)
    (tmp_path / "profile.yaml").write_text(profile)
    some = read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query)
    parameters = some.admissions["raw.parameters"].accepted.sort("value")["recorded_at"]
    assert [str(at) for at in parameters] == [first[0], first[2], first[3]]
    (tmp_path / "profile.yaml").write_text(
        profile.replace("  sensor_readings:\n", "  sensor_readings:\n    where: minutes < 1\n")
    )
    assert instants(
        read_source(load_profile(tmp_path / "profile.yaml"), tmp_path, query), query
    ) == [first[0], first[2], first[3]]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("{column: minutes, elapsed: fortnights}", "'fortnights' is no unit"),
        ("{row_number: true, every: often}", "'often' is no duration"),
        ("{column: minutes, every: 10 s}", "add 'row_number: true'"),
        ("{row_number: true, elapsed: minutes}", "elapsed time stands in a 'column'"),
        ("{column: minutes, since: begun}", "belongs to 'elapsed'"),
        ("{column: minutes, elapsed: minutes, format: '%H'}", "say it under 'since'"),
        ("{column: epoch, epoch: s, timezone: Europe/Zurich}", "has no format and is UTC"),
        ("{column: epoch, epoch: weeks}", "expected one of s, ms, us"),
        ("{column: minutes, elapsed: s, of: [lot]}", "column 'lot' is missing"),
        (
            "{column: minutes, elapsed: s, since: {column: a, lookup: {file: mes, own: batch}}}",
            "the file 'mes' is not listed",
        ),
    ],
)
def test_what_a_clock_cannot_say_is_refused(
    tmp_path: Path, query: Query, cell: str, told: str
) -> None:
    with pytest.raises(LotwiseError, match=told):
        read(tmp_path, query, cell)


def test_instants_without_seconds_in_a_zone(tmp_path: Path, query: Query) -> None:
    rows = [
        "batch,part,minutes,epoch,force",
        "A,heat,2024-07-01 10:00,,1",
        "A,x,2024-07-01T10:01,,1",
    ]
    records = read(tmp_path, query, "{column: minutes, timezone: Europe/Zurich}", rows)
    assert instants(records, query) == ["2024-07-01 08:00:00", "2024-07-01 08:01:00"]
