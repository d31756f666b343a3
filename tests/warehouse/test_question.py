"""Questions of strangers: what reads is answered, what would do anything else is refused.

Each way is tried twice: as a person would type it, and past the check of the statement, where
DuckDB's own settings must hold.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_contracts.errors import WarehouseError
from warehouse.connection import connect_read_only, lock_for_questions
from warehouse.paths import Home
from warehouse.published_copy.published import PublishedWarehouse
from warehouse.published_copy.question import read_files

# What is asked -> what the refusal says of it.
REFUSED = {
    "COPY (SELECT 1 AS a) TO '{folder}/out.csv'": "COPY would write or read a file",
    "COPY (SELECT 1 AS a) TO '{file}'": "COPY would write or read a file",
    "COPY (SELECT 1 AS a) TO '{file}' (USE_TMP_FILE false)": "COPY would write or read a file",
    "COPY mart.batches TO '{readings}' (FORMAT parquet)": "COPY would write or read a file",
    "COPY mart.batches FROM '{folder}/secret.csv'": "COPY would write or read a file",
    "EXPORT DATABASE '{folder}/out'": "EXPORT would write files",
    "IMPORT DATABASE '{folder}'": "reads the published warehouse alone",
    "ATTACH '{folder}/out.duckdb'": "ATTACH would open another database",
    "ATTACH '{file}' AS again": "ATTACH would open another database",
    "ATTACH ':memory:' AS m": "ATTACH would open another database",
    "DETACH warehouse": "DETACH would close",
    "INSTALL httpfs": "would add code to DuckDB",
    "LOAD '{folder}/x.duckdb_extension'": "would add code to DuckDB",
    "SET enable_external_access = true": "settings are locked",
    "RESET lock_configuration": "settings are locked",
    "PRAGMA memory_limit = '99GB'": "settings are locked",
    "USE memory": "settings are locked",
    "INSERT INTO mart.batches VALUES ('B9')": "INSERT would change rows",
    "WITH a AS (SELECT 1) INSERT INTO mart.batches VALUES ('B9')": "INSERT would change rows",
    "UPDATE mart.batches SET batch_id = 'x'": "UPDATE would change rows",
    "DELETE FROM mart.batches": "DELETE would change rows",
    "CREATE TABLE mart.mine (a INT)": "CREATE would change tables",
    "CREATE TEMP TABLE mine (a INT)": "CREATE would change tables",
    "CREATE SECRET (TYPE s3)": "CREATE would change tables",
    "DROP TABLE mart.batches": "DROP would change tables",
    "ALTER TABLE mart.batches ADD COLUMN a INT": "ALTER would change tables",
    "CHECKPOINT": "a query only reads",
    "VACUUM": "is no question",
    "BEGIN": "is for a session",
    "PREPARE p AS SELECT 1": "is for a session",
    "CALL enable_logging('QueryLog')": "a query only reads",
    "SELECT * FROM enable_logging(storage = 'file', storage_path = '{folder}/out')": (
        "enable_logging does more than read"
    ),
    "SELECT * FROM arrow_scan(1::POINTER, 2::POINTER, 3::POINTER)": "does more than read",
    "SELECT * FROM read_csv('{folder}/secret.csv')": "reads the published warehouse alone",
    "SELECT * FROM read_text('{folder}/secret.csv')": "reads the published warehouse alone",
    "SELECT * FROM read_duckdb('{folder}/other.duckdb')": "reads the published warehouse alone",
    "SELECT * FROM glob('{folder}/*')": "reads the published warehouse alone",
    "FROM '{folder}/secret.csv'": "reads the published warehouse alone",
    "SELECT getenv('HOME')": "getenv does not exist",
    "FROM frame": "frame does not exist",
    "SELECT * FROM query('DROP TABLE mart.batches')": "Expected a single SELECT",
    "EXPLAIN COPY (SELECT 1 AS a) TO '{folder}/out.csv'": "COPY would write or read a file",
    "EXPLAIN ANALYZE DELETE FROM mart.batches": "DELETE would change rows",
    "SELECT 1; DROP TABLE mart.batches": "not 2 statements",
    "-- nothing": "not 0 statements",
    "SELEC 1": "cannot be parsed",
}
# What the settings do not refuse: some of it is harmless, as nothing outlives the connection; and
# DuckDB lets a file it may read be written, which only the kind of statement forbids.
PASS_THE_SETTINGS = (
    *("ATTACH ':memory:'", "USE ", "CREATE TEMP", "BEGIN", "PREPARE", "VACUUM", "CHECKPOINT"),
    *("CALL ", "SELECT * FROM enable_logging", "SELECT 1;", "EXPLAIN COPY", "-- ", "DETACH"),
    *("CREATE SECRET", "SELECT * FROM arrow_scan", "COPY mart.batches TO"),
    "COPY (SELECT 1 AS a) TO '{file}' (USE",
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A published file with a table, its view and readings beside it, and a secret near by."""
    home = Home(tmp_path / "home")
    home.published_file.parent.mkdir(parents=True)
    readings = tmp_path / "it's.parquet"
    pl.DataFrame({"value": [1.0, 2.0]}).write_parquet(readings)
    (tmp_path / "secret.csv").write_text("a\n1\n")
    (tmp_path / "schema.sql").write_text("SELECT 1;")
    (tmp_path / "load.sql").write_text("")
    with duckdb.connect(home.published_file) as made:
        made.execute("CREATE SCHEMA mart; CREATE SCHEMA core")
        made.execute("CREATE TABLE mart.batches AS SELECT 'B1' AS batch_id")
        made.execute("CREATE VIEW main.batches AS SELECT * FROM mart.batches")
        named = str(readings).replace("'", "''")
        made.execute(
            f"CREATE VIEW core.sensor_readings AS SELECT value FROM read_parquet(['{named}'])"
        )
    return home


def filled(query: str, home: Home) -> str:
    folder = home.root.parent
    readings = str(folder / "it's.parquet").replace("'", "''")
    return query.format(folder=folder, file=home.published_file, readings=readings)


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with its hash."""
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


@pytest.mark.parametrize(("query", "said"), REFUSED.items())
def test_what_does_more_than_read_is_refused(home: Home, query: str, said: str) -> None:
    frame = pl.DataFrame({"a": [1]})  # which a question must not see
    before = contents(home.root.parent)
    with PublishedWarehouse(home) as published, pytest.raises(WarehouseError) as refused:
        published.answer(filled(query, home))
    assert said in str(refused.value)
    assert contents(home.root.parent) == before
    assert frame.height == 1


@pytest.fixture
def locked(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    readings = str(home.root.parent / "it's.parquet")
    with connect_read_only(home.published_file) as connection:
        lock_for_questions(connection, [readings])
        yield connection


ALONE = [query for query in REFUSED if not query.startswith(PASS_THE_SETTINGS)]


@pytest.mark.parametrize("query", ALONE)
def test_the_settings_alone_hold_as_well(
    home: Home, locked: duckdb.DuckDBPyConnection, query: str
) -> None:
    before = contents(home.root.parent)
    with pytest.raises(duckdb.Error):
        locked.execute(filled(query, home)).fetchall()
    assert contents(home.root.parent) == before


def test_more_than_ten_ways_are_refused_twice() -> None:
    assert len(REFUSED) > 40
    assert len(ALONE) > 20


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("FROM batches", 1),
        ("FROM mart.batches", 1),
        ("SELECT * FROM core.sensor_readings", 2),
        ("SHOW TABLES", 1),
        ("DESCRIBE batches", 1),
        ("SUMMARIZE batches", 1),
        ("EXPLAIN SELECT 1", 1),
        ("explain (analyze, format json) FROM batches", 1),
        ("PRAGMA table_info('mart.batches')", 1),
        ("WITH a AS (SELECT 1) SELECT * FROM a;  -- done", 1),
    ],
)
def test_what_only_reads_is_answered(home: Home, query: str, rows: int) -> None:
    with PublishedWarehouse(home) as published:
        assert published.answer(query).height == rows
        assert published.answer(query).height == rows  # the locks hold for the next one too


def test_files_of_views_are_those_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "it's.parquet").touch()
    named = str(tmp_path / "it's.parquet").replace("'", "''")
    views = f"SELECT 'good' FROM read_parquet(['{named}', '{tmp_path}/gone.parquet'])"
    assert read_files(views) == [str(tmp_path / "it's.parquet")]
