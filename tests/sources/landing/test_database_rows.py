"""Six tables of a database, read both ways as the same rows delivered in files would be."""

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from assets.sources.importer import SourceRecords, read_source
from assets.sources.inspection import scratch_query
from benchmarks.studies.plant_database import PROFILE, PlantServer
from data_contracts.errors import SourceError
from data_contracts.profile import load_profile

from .conftest import BATCHES, READINGS_EACH, VARIABLE, WAYS, DatabaseSource, address, changed

TABLES = ("batches", "phases", "parameters", "lab_results", "sensor_tags")
EXPORTS = {
    "batches": "mes.batches",
    "phases": "mes.phases",
    "parameters": "mes.parameters",
    "results": "mes.lab_results",
    "tags": "mes.tags",
    "readings": "mes.readings",
}


@pytest.fixture
def source(
    way: str, first_plant: PlantServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> DatabaseSource:
    monkeypatch.setenv(VARIABLE, address(first_plant, way))
    return DatabaseSource(WAYS[way], tmp_path)


def accepted(records: SourceRecords, table: str) -> pl.DataFrame:
    frame = records.admissions[f"raw.{table}"].accepted
    return frame.drop("source_file", "source_row").sort("content_hash")


def readings(records: SourceRecords, folder: Path) -> pl.DataFrame:
    return scratch_query(folder)(f"SELECT * FROM ({records.readings.sql}) ORDER BY ALL")


def exported(plant: PlantServer, folder: Path) -> SourceRecords:
    """The same tables exported to CSV files and read as files."""
    data = folder / "exports"
    data.mkdir()
    text = PROFILE.read_text(encoding="utf-8")
    files = "".join(f"  {name}: {{path: {name}.csv}}\n" for name in EXPORTS)
    head, tail = text[: text.index("files:\n") + 7], text[text.index("tables:\n") :]
    (folder / "files.yaml").write_text(head + files + tail)
    for name, table in EXPORTS.items():
        rows = plant.execute(f"SET timezone TO 'UTC'; COPY {table} TO STDOUT WITH CSV HEADER")
        (data / f"{name}.csv").write_text(rows.replace("+00", "Z") + "\n")
    return read_source(load_profile(folder / "files.yaml"), data, scratch_query(folder / "f"))


def test_rows_of_a_database_are_those_of_its_exports(
    source: DatabaseSource, first_plant: PlantServer, tmp_path: Path
) -> None:
    own, files = source.read(), exported(first_plant, tmp_path)
    for table in TABLES:
        assert accepted(own, table).equals(accepted(files, table)), table
    assert own.readings.report.accepted == BATCHES * READINGS_EACH
    assert readings(own, tmp_path / "a").equals(readings(files, tmp_path / "b"))


def test_no_value_changes_on_the_way(source: DatabaseSource, tmp_path: Path) -> None:
    """A double keeps all digits, a single its shortest ones, an instant its zone."""
    own = source.read()
    first = own.admissions["raw.batches"].accepted.filter(batch_id="B00001").row(0, named=True)
    assert first["started_at"] == datetime.fromisoformat("2020-01-01 09:00")
    forces = own.admissions["raw.parameters"].accepted.filter(parameter="main_force_kn")
    assert (forces["value"] != forces["value"].cast(pl.Float32).cast(pl.Float64)).all()
    results = own.admissions["raw.lab_results"].accepted["value"]
    assert results.equals(results.round(2)), "98.13 in single precision is 98.12999725"
    assert own.admissions["raw.sensor_tags"].accepted["is_shared_area"].to_list() == [False, False]
    assert readings(own, tmp_path / "a").schema["recorded_at"] == pl.Datetime("us")


def test_what_nobody_may_see_does_not_leave_the_database(source: DatabaseSource) -> None:
    batches = next(iter(source.read().landed.files["batches"]))
    assert "operator" not in pl.read_parquet_schema(batches.path)


def test_inputs_say_what_was_asked_and_where_it_ended(source: DatabaseSource) -> None:
    inputs = source.read().inputs
    batches = inputs.row(by_predicate=pl.col("file") == "batches@plant/000001.parquet", named=True)
    assert batches["origin"].startswith("connection plant, table mes.batches, watermark entered_at")
    last = '{"entered_at": {"instant": "2020-01-19T21:00:00+00:00"}, "id": {"number": 100}}'
    assert batches["watermark"] == last
    assert (batches["rows"], batches["rows_read"], len(batches["sha256"])) == (100, 100, 64)
    tags = inputs.row(by_predicate=pl.col("file").str.starts_with("tags@"), named=True)
    assert (tags["watermark"], tags["rows_read"]) == (None, 2)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "table: mes.tags",
            "query: 'SELECT *, now()::timestamp AS local_at FROM mes.tags'",
            "'local_at' of connection plant.*a clock without a zone.*{local_at: instant}.*timezone",
        ),
        (
            "table: mes.phases, watermark: id",
            "query: 'SELECT *, nullif(id, 7) AS n FROM mes.phases', watermark: n",
            "the watermark 'n' is blank in some rows",
        ),
        (
            "table: mes.phases, watermark: id",
            "query: 'SELECT *, id = 3 AS n FROM mes.phases', watermark: [id, n], casts: {n: flag}",
            "the watermark 'n'.*rows are ordered by whole numbers",
        ),
        (
            "SELECT id, equipment_id, tag, recorded_at, value FROM",
            "SELECT id, equipment_id, tag, recorded_at, value AS valeu FROM",
            "readings.*column 'value' is missing.*Did you mean 'valeu'",
        ),
        (
            "table: mes.tags}",
            "table: mes.tags, casts: {shared: flag}}",
            "column 'shared' is missing.*'casts'",
        ),
    ],
)
def test_what_would_lose_something_is_refused(
    source: DatabaseSource, way: str, tmp_path: Path, old: str, new: str, told: str
) -> None:
    spoilt = DatabaseSource(changed(tmp_path, way, old, new), tmp_path)
    with pytest.raises(SourceError, match=f"(?s){told}"):
        spoilt.read()


def test_a_clock_without_a_zone_is_read_as_said(
    source: DatabaseSource, way: str, tmp_path: Path
) -> None:
    """09:00 in Ljubljana in January is 08:00 UTC."""
    old = "table: mes.phases, watermark: id"
    local = "to_timestamp(0)::timestamp + interval ''18262 days 9 hours'' AS begun"
    new = f"query: 'SELECT *, {local} FROM mes.phases', watermark: id, casts: {{begun: text}}"
    file = changed(tmp_path, way, old, new)
    base = tmp_path / PROFILE.name
    cell = "{started_at: {column: begun, timezone: Europe/Ljubljana}}"
    text = base.read_text().replace(
        "phase, equipment_id, started_at, ended_at]", f"phase, equipment_id]\n    columns: {cell}"
    )
    base.write_text(text)
    phases = DatabaseSource(file, tmp_path).read().admissions["raw.phases"].accepted
    assert phases["started_at"].unique().to_list() == [datetime.fromisoformat("2020-01-01 08:00")]


def test_money_arrives_as_an_amount(
    first_plant: PlantServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, first_plant.uri)
    amounts = "SELECT id, batch_id, 12.34::money AS main_force_kn, pre_force_kn FROM mes.parameters"
    file = changed(tmp_path, "adbc", "table: mes.parameters,", f"query: '{amounts}',")
    parameters = DatabaseSource(file, tmp_path).read().admissions["raw.parameters"].accepted
    assert parameters.filter(parameter="main_force_kn")["value"].unique().to_list() == [12.34]


def test_columns_of_every_kind_arrive_whole_or_are_refused(
    source: DatabaseSource, way: str, tmp_path: Path
) -> None:
    """Digits of a numeric, a time of day and a long text stand; infinity and bytes do not."""
    own = "12345678901234.123456::numeric(20, 6) AS n, time '12:30' AS m, repeat('x', 9000) AS t"
    place = (
        f"query: \"SELECT *, {own}, '\\\\x00'::bytea AS b FROM mes.tags\", ignored: {{b: bytes}}}}"
    )
    file = changed(tmp_path, way, "table: mes.tags}", place)
    landed = DatabaseSource(file, tmp_path).read().landed.files["tags"][0].path
    row = pl.read_parquet(landed).row(0, named=True)
    assert (row["n"], row["m"][:5], row["t"]) == ("12345678901234.123456", "12:30", "x" * 9000)
    assert "b" not in row
    for more, told in (
        ("'infinity'::timestamptz AS e", "'e' holds what is no timestamp.*infinity"),
        ("repeat('x', 100000) AS e", "A text is longer than is read over ODBC"),
    ):
        place = f'query: "SELECT *, {more} FROM mes.tags", casts: {{e: instant}}}}'
        if "repeat" in more:
            place = place.replace(", casts: {e: instant}", "")
            if way == "adbc":
                continue
        spoilt = DatabaseSource(changed(tmp_path, way, "table: mes.tags}", place), tmp_path)
        with pytest.raises(SourceError, match=told):
            spoilt.read()


def test_reading_changes_nothing(source: DatabaseSource, way: str, tmp_path: Path) -> None:
    """Neither a statement nor a function that writes gets through."""
    old = "table: mes.tags}"
    new = "query: 'SELECT *, nextval(''mes.batches_id_seq'') FROM mes.tags'}"
    with pytest.raises(SourceError, match=r"read-only transaction.*A source is only read"):
        DatabaseSource(changed(tmp_path, way, old, new), tmp_path).read()
