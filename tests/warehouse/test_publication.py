"""The analysts' copy: complete, put in place by one rename, never pulled from under a reader."""

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from data_contracts.catalogue import contract, contract_names
from data_contracts.errors import WarehouseError
from warehouse.paths import Home
from warehouse.published_copy.published import last_source_key, open_published
from warehouse.published_copy.release import draft_of
from warehouse.reading_files import series_file
from warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
PUBLISHED = ["run.json", "source_key", "warehouse.duckdb", "warehouse.duckdb.wal"]
LOOKED_AT = ("core.batches", "core.sensor_readings", "evidence.reading_months")


@pytest.fixture
def few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """Publish only what these tests look at: creating every table under contract takes a second."""
    monkeypatch.setattr("warehouse.published_copy.publication.contract_names", lambda: LOOKED_AT)


def put_readings(warehouse: Warehouse, values: list[float], name: str) -> Path:
    """Put one month of readings in place, as building them would."""
    folder = warehouse.home.readings_dir(warehouse.source_key)
    folder.mkdir(parents=True, exist_ok=True)
    described = contract("core.sensor_readings")
    frame = pl.DataFrame({"tag": "t", "value": values}).with_columns(
        recorded_at=pl.lit("2024-01-01").str.to_datetime(time_unit="us")
    )
    types = {c.name: c.physical_type for c in described.columns}
    nulls = {n: pl.lit(None, pl.Int64 if t == "BIGINT" else pl.String) for n, t in types.items()}
    frame = frame.with_columns(**{n: v for n, v in nulls.items() if n not in frame.columns})
    frame.select(described.column_names).write_parquet(folder / name)
    (folder / series_file(name)).touch()
    month: dict[str, Any] = {c.name: 0 for c in contract("evidence.reading_months").columns}
    month |= {"content_hash": name, "file": name}
    listed = pl.DataFrame([month]).with_columns(month=pl.lit("2024-01-01").str.to_date())
    warehouse.write("evidence.reading_months", listed)
    return folder / name


def files_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_the_copy_has_every_table_under_contract_and_the_same_contents(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    written = warehouse.write("core.batches", batches)
    file = warehouse.publish()
    assert file == warehouse.home.published_file
    with open_published(warehouse.home) as published:
        assert set(published.tables()) == {*contract_names(), "raw.sensor_readings"}
        assert published.query("SELECT * FROM core.batches").equals(warehouse.read("core.batches"))
        assert published.query("SELECT count(*) FROM model.verdicts").item() == 0
        comment = (
            "SELECT comment FROM duckdb_tables() "
            "WHERE table_name = 'batches' AND schema_name = 'core'"
        )
        assert published.query(comment).item().startswith(contract("core.batches").description)
    assert warehouse.content_hash("core.batches") == written.content_hash


@pytest.mark.usefixtures("few_tables")
def test_publishing_leaves_nothing_beside_the_copy(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches)
    litter = draft_of(warehouse.home, "plant").published_file
    litter.parent.mkdir(parents=True)
    litter.write_text("what a killed publish left behind")
    for _ in range(3):
        warehouse.publish()
    assert files_in(warehouse.home.published_file.parent) == PUBLISHED
    assert len(files_in(warehouse.home.releases_dir)) == 1


@pytest.mark.usefixtures("few_tables")
def test_a_publish_that_fails_leaves_the_copy_before(
    warehouse: Warehouse, batches: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    warehouse.write("core.batches", batches)
    warehouse.publish()
    warehouse.execute("CREATE OR REPLACE TABLE core.batches AS SELECT 'x' AS production_order")
    with pytest.raises(WarehouseError):
        warehouse.publish()
    assert open_published(warehouse.home).query("FROM core.batches").height == 2
    assert files_in(warehouse.home.published_file.parent) == PUBLISHED
    assert len(files_in(warehouse.home.releases_dir)) == 1


@pytest.mark.usefixtures("few_tables")
def test_the_copy_is_of_the_last_source_published(
    home: Home, warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches)
    warehouse.publish()
    assert last_source_key(home) == "plant"
    other = Warehouse(home, "other")
    other.write("core.batches", batches.head(1))
    other.publish()
    assert last_source_key(home) == "other"
    assert open_published(home).query("FROM core.batches").height == 1
    assert warehouse.read("core.batches").height == 2


def test_nothing_published_says_what_to_do(home: Home) -> None:
    with pytest.raises(WarehouseError, match="lotwise run"):
        open_published(home)


@pytest.mark.usefixtures("few_tables")
def test_the_copy_cannot_be_written(warehouse: Warehouse, batches: pl.DataFrame) -> None:
    warehouse.write("core.batches", batches)
    warehouse.publish()
    with open_published(warehouse.home) as published:
        for sql in ("DROP TABLE core.batches", "CREATE TABLE core.mine (a INT)", "SELECT * FROM x"):
            with pytest.raises(WarehouseError):
                published.query(sql)
        assert "core.batches" in published.tables()


@pytest.mark.usefixtures("few_tables")
def test_an_open_copy_is_one_snapshot_and_the_next_sees_the_new_one(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches.head(1))
    warehouse.publish()
    before = open_published(warehouse.home)
    warehouse.write("core.batches", batches)
    warehouse.publish()
    count = "SELECT count(*) FROM core.batches"
    assert before.query(count).item() == 1
    assert open_published(warehouse.home).query(count).item() == 2
    before.close()


@pytest.mark.usefixtures("few_tables")
def test_readings_are_published_by_absolute_path_and_kept_while_named(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = put_readings(warehouse, [1.0, 2.0], "2024-01-a.parquet")
    warehouse.publish()
    monkeypatch.chdir(tmp_path)
    total = "SELECT sum(value) FROM core.sensor_readings"
    assert open_published(warehouse.home).query(total).item() == 3
    put_readings(warehouse, [5.0], "2024-01-b.parquet")
    assert file.exists(), "the published copy still names it"
    assert open_published(warehouse.home).query(total).item() == 3
    warehouse.publish()
    assert files_in(file.parent) == ["2024-01-b.parquet", "2024-01-b.series.parquet"]
    assert open_published(warehouse.home).query(total).item() == 5


READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
for line in sys.stdin:
    print(con.execute("SELECT sum(value) FROM core.sensor_readings").fetchone()[0], flush=True)
"""


@pytest.mark.usefixtures("few_tables")
def test_a_copy_somebody_reads_keeps_its_readings(warehouse: Warehouse) -> None:
    old = put_readings(warehouse, [1.0], "2024-01-a.parquet")
    warehouse.publish()
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(warehouse.home.published_file)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        for value in (2.0, 3.0):
            put_readings(warehouse, [value], f"2024-01-{value}.parquet")
            warehouse.publish()
        assert old.exists()
        print("again", file=reader.stdin, flush=True)
        assert reader.stdout.readline() == "1.0\n"
        reader.stdin.close()
        reader.wait(10)
    warehouse.publish()
    assert files_in(old.parent) == ["2024-01-3.0.parquet", "2024-01-3.0.series.parquet"]
    assert len(files_in(warehouse.home.releases_dir)) == 1


@pytest.mark.usefixtures("few_tables")
def test_publishing_again_repairs_a_moved_home(warehouse: Warehouse, tmp_path: Path) -> None:
    put_readings(warehouse, [1.0, 2.0], "2024-01-a.parquet")
    warehouse.publish()
    moved = Home(tmp_path / "elsewhere")
    shutil.move(warehouse.home.root, moved.root)
    total = "SELECT sum(value) FROM core.sensor_readings"
    with pytest.raises(WarehouseError, match=r"2024-01-a\.parquet"):
        open_published(moved).query(total)
    Warehouse(moved, last_source_key(moved)).publish()
    assert open_published(moved).query(total).item() == 3


@pytest.mark.usefixtures("few_tables")
def test_delivered_readings_stay_in_reach_while_their_files_are_there(
    warehouse: Warehouse, batches: pl.DataFrame, tmp_path: Path
) -> None:
    warehouse.write("core.batches", batches)
    delivered = tmp_path / "it's.parquet"
    columns = contract("raw.sensor_readings").column_names
    select = ", ".join(f"NULL AS {name}" for name in columns)
    duckdb.sql(f"SELECT {select} FROM range(3)").write_parquet(str(delivered))
    path = str(delivered).replace("'", "''")
    warehouse.stage_readings(f"SELECT * FROM read_parquet('{path}')")
    warehouse.publish()
    count = "SELECT count(*) FROM raw.sensor_readings"
    assert open_published(warehouse.home).query(count).item() == 3
    delivered.unlink()
    warehouse.publish()
    assert open_published(warehouse.home).query(count).item() == 0


@pytest.mark.usefixtures("few_tables")
def test_files_made_of_delivered_readings_go_with_the_last_copy_that_names_them(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches)
    folder = warehouse.home.delivered_dir(warehouse.source_key)
    folder.mkdir(parents=True)
    columns = contract("raw.sensor_readings").column_names
    rows = duckdb.sql(f"SELECT {', '.join(f'NULL AS {name}' for name in columns)} FROM range(3)")
    for name in ("first", "second"):
        rows.write_parquet(str(folder / f"{name}.parquet"))
        warehouse.stage_readings(f"SELECT * FROM read_parquet('{folder / name}.parquet')")
        warehouse.publish()
    assert [file.name for file in folder.iterdir()] == ["second.parquet"]


EARLY = """
import json, sys, time, pathlib, duckdb
file, stop = sys.argv[1:]
con = duckdb.connect(file, read_only=True)
print("open", flush=True)
seen = set()
while not pathlib.Path(stop).exists():
    tables = con.execute("SELECT count(*) FROM information_schema.tables").fetchone()[0]
    seen.add((tables, con.execute("SELECT count(*) FROM core.batches").fetchone()[0],
              con.execute("SELECT sum(value) FROM core.sensor_readings").fetchone()[0]))
    time.sleep(0.02)
print(json.dumps(sorted(seen)))
"""
VISITORS = """
import json, sys, time, pathlib, duckdb
file, stop = sys.argv[1:]
print("open", flush=True)
seen, visits = set(), 0
while not pathlib.Path(stop).exists():
    con = duckdb.connect(file, read_only=True)
    tables = con.execute("SELECT count(*) FROM information_schema.tables").fetchone()[0]
    rows = con.execute("SELECT count(*) FROM core.batches").fetchone()[0]
    total = con.execute("SELECT sum(value) FROM core.sensor_readings").fetchone()[0]
    assert rows == total, (rows, total)
    con.close()
    seen.add(tables); visits += 1
    time.sleep(0.05)
print(json.dumps([visits, sorted(seen)]))
"""


@pytest.mark.usefixtures("few_tables")
def test_analysts_never_fail_and_never_see_half_a_copy(
    warehouse: Warehouse, batches: pl.DataFrame, tmp_path: Path
) -> None:
    """One reader from before the first publish, one that opens every 50 ms, during publishes."""
    warehouse.write("core.batches", batches)
    put_readings(warehouse, [1.0, 1.0], "2024-01-0.parquet")
    file, stop = str(warehouse.publish()), tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", script, file, str(stop)], stdout=subprocess.PIPE, text=True
        )
        for script in (EARLY, VISITORS)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
    for run in range(1, 7):
        rows = 2 + run
        names = [f"B{k}" for k in range(rows)]
        warehouse.write(
            "core.batches",
            pl.DataFrame({"batch_id": names, "production_order": range(rows), "cluster_id": names})
            .with_columns(started_at_precision=pl.lit("instant")),
        )  # fmt: skip
        put_readings(warehouse, [1.0] * rows, f"2024-01-{run}.parquet")
        warehouse.publish()
        time.sleep(0.1)
    stop.touch()
    early, visitors = (json.loads(reader.communicate(timeout=30)[0]) for reader in readers)
    assert [reader.returncode for reader in readers] == [0, 0]
    assert len(early) == 1, "the early reader saw its snapshot change"
    assert early[0][1:] == [2, 2.0]
    visits, tables = visitors
    assert visits > 10
    assert tables == [early[0][0]], "a visitor saw a partial set of tables"


KILLED = """
import sys, time
from pathlib import Path
import warehouse.published_copy.publication as publication
from warehouse.paths import Home
from warehouse.store import Warehouse
def stuck(*_):
    print("built, not in place", flush=True); time.sleep(60)
publication.put_in_place = stuck
publication.contract_names = lambda: sys.argv[2:]
Warehouse(Home(Path(sys.argv[1])), "plant").publish()
"""


@pytest.mark.usefixtures("few_tables")
def test_a_killed_publish_changes_nothing_and_the_next_clears_up(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches.head(1))
    warehouse.publish()
    warehouse.write("core.batches", batches)
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(warehouse.home.root), *LOOKED_AT],
        cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as killed:  # fmt: skip
        assert killed.stdout is not None
        killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    count = "SELECT count(*) FROM core.batches"
    assert open_published(warehouse.home).query(count).item() == 1
    warehouse.publish()
    assert open_published(warehouse.home).query(count).item() == 2
    assert files_in(warehouse.home.published_file.parent) == PUBLISHED
    assert len(files_in(warehouse.home.releases_dir)) == 1


@pytest.mark.usefixtures("few_tables")
def test_what_an_unfinished_run_wrote_is_not_published_again(
    warehouse: Warehouse, batches: pl.DataFrame
) -> None:
    warehouse.write("core.batches", batches)
    warehouse.publish()
    assert warehouse.publish_again() == warehouse.home.published_file
    warehouse.write("core.batches", batches.head(1))  # and then the run stops
    with pytest.raises(WarehouseError, match="did not reach its end"):
        warehouse.publish_again()
    with open_published(warehouse.home) as published:
        assert published.query("FROM core.batches").height == 2
    warehouse.publish()
    assert warehouse.publish_again() == warehouse.home.published_file
