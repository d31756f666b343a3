"""What readers see changes all at once, and nothing a reader does to it reaches anybody else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from data_contracts.errors import WarehouseError
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.published_copy.release import log_of, released
from warehouse.store import Warehouse

COUNT = "SELECT count(*) FROM core.batches"
HOLDER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1])
for sql in sys.argv[2:]:
    try:
        con.execute(sql)
    except duckdb.Error as error:
        print(error, file=sys.stderr)
print("held", flush=True)
sys.stdin.read()
"""
WRITES = ("CREATE TABLE core.mine (a INT)", "DELETE FROM core.batches", "FORCE CHECKPOINT")


@pytest.fixture(autouse=True)
def few_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("core.batches", "core.sensor_readings", "evidence.reading_months")
    monkeypatch.setattr("warehouse.published_copy.publication.contract_names", lambda: names)


@pytest.fixture
def published(warehouse: Warehouse, batches: pl.DataFrame) -> Warehouse:
    """A home whose published copy holds two batches."""
    warehouse.write("core.batches", batches)
    warehouse.publish()
    return warehouse


def counted(home: Home) -> int:
    with open_published(home) as copy:
        return int(copy.query(COUNT).item())


@contextmanager
def held_for_writing(home: Home, *statements: str) -> Iterator[subprocess.Popen[str]]:
    """An analyst's own client with DuckDB's default mode, as root: permissions do not stop it."""
    if os.geteuid():
        pytest.skip("only root can open a read-only file for writing")
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home.published_file), *statements],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield holder
        holder.kill()


def test_the_copy_is_read_only_on_disk(published: Warehouse) -> None:
    assert published.home.published_file.stat().st_mode & 0o777 == 0o444


def test_who_may_write_everything_cannot_change_the_copy(published: Warehouse) -> None:
    """A copy opened for writing reads as ever, and no transaction on it can be committed."""
    if os.geteuid():
        pytest.skip("only root can open a read-only file for writing")
    with duckdb.connect(str(published.home.published_file)) as client:
        assert client.execute(COUNT).fetchone() == (2,)
        for sql in WRITES[:2]:
            with pytest.raises(duckdb.Error, match="Failed to commit"):
                client.execute(sql)
        client.execute(WRITES[2])
    assert counted(published.home) == 2
    with duckdb.connect(str(published.home.published_file), read_only=True) as client:
        assert client.execute(COUNT).fetchone() == (2,)


def test_a_copy_held_for_writing_is_read_and_published_over(
    published: Warehouse, batches: pl.DataFrame
) -> None:
    home = published.home
    with held_for_writing(home, *WRITES) as holder:
        with pytest.raises(duckdb.IOException, match="lock"):
            duckdb.connect(str(home.published_file), read_only=True)
        assert counted(home) == 2, "our own readers take a copy of their own"
        published.write("core.batches", batches.head(1))
        published.publish()
        assert counted(home) == 1
        with duckdb.connect(str(home.published_file), read_only=True) as client:
            assert client.execute(COUNT).fetchone() == (1,)
        holder.kill()
    published.publish()
    assert counted(home) == 1
    assert len(list(home.releases_dir.iterdir())) == 1, "what the holder held has gone with it"


def test_a_log_left_beside_the_copy_is_never_adopted(
    published: Warehouse, batches: pl.DataFrame, tmp_path: Path
) -> None:
    """Somebody has removed the link that keeps logs away, and left a log with rows in it."""
    home, other = published.home, tmp_path / "other.duckdb"
    other.write_bytes(home.published_file.read_bytes())
    killed = "import duckdb, os, sys; c = duckdb.connect(sys.argv[1])\n"
    killed += "c.execute('DELETE FROM core.batches'); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", killed, str(other)], check=False)
    log = log_of(home.published_file)
    log.unlink()
    log.write_bytes(log_of(other).read_bytes())
    with duckdb.connect(str(home.published_file), read_only=True) as client:
        assert client.execute(COUNT).fetchone() == (0,), "the log is one DuckDB would replay"
    assert counted(home) == 2
    published.write("core.batches", batches.head(1))
    published.publish()
    assert counted(home) == 1
    assert not log_of(home.published_file).exists()
    with duckdb.connect(str(home.published_file), read_only=True) as client:
        assert client.execute(COUNT).fetchone() == (1,)


def test_an_empty_warehouse_is_not_put_over_a_good_one(published: Warehouse) -> None:
    home = published.home
    for damage in ("removed", "empty", "without tables"):
        published.file.unlink(missing_ok=True)
        if damage == "empty":
            published.file.touch()
        elif damage == "without tables":
            duckdb.connect(str(published.file)).close()
        with pytest.raises(WarehouseError, match=r"holds no record|not a valid"):
            published.publish()
        assert counted(home) == 2


def test_reports_change_with_the_warehouse_and_not_before(
    published: Warehouse, batches: pl.DataFrame
) -> None:
    home = published.home
    published.write("core.batches", batches.head(1))
    draft = published.draft()
    draft.reports_dir.mkdir(parents=True)
    (draft.reports_dir / "report.html").write_text("one batch")
    assert counted(home) == 2
    assert not home.reports_dir.exists()
    assert published.release_in_hand() == draft
    before = released(home)
    published.release()
    assert counted(home) == 1
    assert (home.reports_dir / "report.html").read_text() == "one batch"
    assert published.release_in_hand() == released(home) != before


def test_publishing_again_keeps_the_reports(published: Warehouse) -> None:
    published.draft().reports_dir.mkdir(parents=True)
    (published.release_in_hand().reports_dir / "report.html").write_text("two batches")
    published.release()
    published.publish_again()
    assert (published.home.reports_dir / "report.html").read_text() == "two batches"


def test_a_write_makes_a_draft_out_of_date(published: Warehouse, batches: pl.DataFrame) -> None:
    published.draft()
    published.write("core.batches", batches.head(1))
    with pytest.raises(WarehouseError, match="did not reach its end"):
        published.release()
    assert counted(published.home) == 2


def test_a_run_killed_before_the_link_is_turned_has_changed_nothing(
    published: Warehouse, batches: pl.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = published.home
    published.write("core.batches", batches.head(1))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("warehouse.published_copy.release._turn", killed)
        with pytest.raises(KeyboardInterrupt):
            published.publish()
    assert counted(home) == 2
    published.publish()
    assert counted(home) == 1
    assert len(list(home.releases_dir.iterdir())) == 1


def test_a_home_from_before_releases_is_taken_over(home: Home, batches: pl.DataFrame) -> None:
    home.published_file.parent.mkdir(parents=True)
    older_reports = home.reports_dir.parent
    older_reports.mkdir()
    (older_reports / "report.html").write_text("of the run before")
    with duckdb.connect(str(home.published_file)) as older:
        older.execute("CREATE SCHEMA core; CREATE TABLE core.batches AS SELECT 1 AS batch_id")
    home.published_source_file.write_text("plant\n")
    assert counted(home) == 1
    warehouse = Warehouse(home, "plant")
    warehouse.write("core.batches", batches)
    warehouse.publish()
    assert counted(home) == 2
    assert home.published_file.resolve().is_relative_to(home.releases_dir.resolve())
    assert (home.reports_dir / "report.html").read_text() == "of the run before"
    warehouse.publish()
    assert len(list(home.releases_dir.iterdir())) == 1
