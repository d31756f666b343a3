"""Twelve ways to tamper with a published score book, and what ``lotwise verify`` says of each."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.history.score_chain import sealed
from data_contracts.tables import table
from reports.score_verification import verify_scores
from tests.history.test_score_book import FIRST, night, outcomes, scores
from warehouse.noted.score_heads import note_head, noted_heads
from warehouse.paths import Home
from warehouse.published_copy.published import open_published
from warehouse.published_copy.release import log_of
from warehouse.store import Warehouse

BOOK, RUNS = "history.score_book", "evidence.runs"
KEY = "plant"


def a_run(number: int) -> pl.DataFrame:
    rows = [
        {
            "run_id": f"r{i}", "run_number": i, "is_look_back": False, "command": "lotwise run",
            "source_profile": KEY, "source_key": KEY, "started_at": FIRST + timedelta(days=i),
            "status": "published", "seed": 1, "is_quick": False, "version": "1",
        }
        for i in range(1, number + 1)
    ]  # fmt: skip
    return table(RUNS, rows)


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that published three nights; the copy of the first lies beside it."""
    folder = tmp_path_factory.mktemp("sealed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.published_copy.publication.contract_names", lambda: (BOOK, RUNS))
        warehouse, book = Warehouse(Home(folder / "home"), KEY), table(BOOK)
        for number in (1, 2, 3):
            said = scores((f"B{number}", 0.1 * number), (f"C{number}", 0.9))
            book = night(book, said, outcomes(**{f"B{number}": None, f"C{number}": None}), number)
            warehouse.write(BOOK, book)
            warehouse.write(RUNS, a_run(number))
            warehouse.publish()
            note_head(warehouse, f"r{number}")
            if number == 1:
                shutil.copyfile(warehouse.home.published_file, folder / "older.duckdb")
    return folder


def found_in(folder: Path) -> list[str]:
    home = Home(folder / "home")
    with open_published(home) as published:
        return [str(each) for each in verify_scores(published, noted_heads(home, KEY))]


def with_column(name: str, value: Any, entry: int = 3) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Another value in one entry, its seal left as it is."""

    def tampered(book: pl.DataFrame) -> pl.DataFrame:
        there = pl.col("entry") == entry
        changed = pl.when(there).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
        return book.with_columns(changed)

    return tampered


def swapped(book: pl.DataFrame) -> pl.DataFrame:
    """The names of two batches exchanged."""
    names = {"B2": "C2", "C2": "B2"}
    return book.with_columns(pl.col("batch_id").replace(names))


def moved(book: pl.DataFrame) -> pl.DataFrame:
    """Two entries in each other's place."""
    return book.with_columns(pl.col("entry").replace({3: 4, 4: 3}))


def put_in(book: pl.DataFrame) -> pl.DataFrame:
    """An entry among those there were, numbered to fit."""
    extra = book.filter(pl.col("entry") == 2).with_columns(
        batch_id=pl.lit("B9"), entry=pl.lit(3, pl.Int64)
    )
    later = pl.when(pl.col("entry") > 2).then(pl.col("entry") + 1).otherwise("entry").alias("entry")
    return pl.concat([book.with_columns(later), extra.select(book.columns)])


def scored_after(book: pl.DataFrame) -> pl.DataFrame:
    """A hit entered after the result, with a seal that fits."""
    last = book.row(-1, named=True)
    hit = {**last, "batch_id": "B1", "failure_prob": 0.99, "is_alarm": True, "revision": 2}
    added = table(BOOK, list(sealed([hit], book.height, last["entry_hash"])))
    return pl.concat([book, added])


def sealed_anew(book: pl.DataFrame) -> pl.DataFrame:
    """A value changed and every seal from there on made to fit."""
    changed = with_column("failure_prob", 0.99, 1)(book)
    return table(BOOK, list(sealed(changed.iter_rows(named=True), 0, "0" * 64)))


WAYS: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "a value edited": (with_column("failure_prob", 0.8), "entry 3 (B2, failure, gate 5) is not"),
    "a row deleted": (lambda book: book.filter(pl.col("entry") != 3), "entry 4 follows entry 2"),
    "the last row deleted": (lambda book: book.head(5), "was cut, sealed anew or put back"),
    "entries moved": (moved, "does not carry the seal of the one before it"),
    "scored after the result": (scored_after, "1 entries were added after the run had sealed 6"),
    "a threshold changed": (with_column("threshold", 0.05), "is not what was sealed"),
    "a model version changed": (with_column("model_version", "m-9"), "is not what was sealed"),
    "batches exchanged": (swapped, "entry 3 (C2, failure, gate 5) is not what was sealed"),
    "an instant changed": (with_column("as_of", FIRST), "is not what was sealed"),
    "a row put in": (put_in, "does not carry the seal of the one before it"),
    "a decision changed": (with_column("is_alarm", value=True), "is not what was sealed"),
    "sealed anew": (sealed_anew, "was cut, sealed anew or put back"),
}


def test_an_honest_book_is_as_it_was_sealed(honest: Path) -> None:
    assert found_in(honest) == []


@pytest.mark.parametrize("way", WAYS)
def test_tampering_is_told(honest: Path, tmp_path: Path, way: str) -> None:
    import duckdb

    tamper, said = WAYS[way]
    shutil.copytree(honest, tmp_path / "own", symlinks=True)
    file = Home(tmp_path / "own" / "home").published_file.resolve()
    log_of(file).unlink(missing_ok=True)
    file.chmod(0o644)
    with duckdb.connect(str(file)) as opened:
        book = opened.sql(f"FROM {BOOK} ORDER BY entry").pl()
        other = tamper(book).select(book.columns)  # noqa: F841
        opened.execute(f"CREATE OR REPLACE TABLE {BOOK} AS FROM other")
    assert any(said in each for each in found_in(tmp_path / "own")), found_in(tmp_path / "own")


def test_a_file_put_back_from_an_older_copy_is_told(honest: Path, tmp_path: Path) -> None:
    shutil.copytree(honest, tmp_path / "own", symlinks=True)
    file = Home(tmp_path / "own" / "home").published_file.resolve()
    log_of(file).unlink(missing_ok=True)
    file.chmod(0o644)
    shutil.copyfile(honest / "older.duckdb", file)
    (said,) = found_in(tmp_path / "own")
    assert "entry 6 is not what run r3 noted" in said


def test_heads_that_are_gone_are_told(honest: Path, tmp_path: Path) -> None:
    shutil.copytree(honest, tmp_path / "own", symlinks=True)
    Home(tmp_path / "own" / "home").score_heads_file(KEY).unlink()
    (said,) = found_in(tmp_path / "own")
    assert "no head of it is noted" in said


def test_a_line_cut_short_by_a_crash_is_no_head(honest: Path, tmp_path: Path) -> None:
    shutil.copytree(honest, tmp_path / "own", symlinks=True)
    home = Home(tmp_path / "own" / "home")
    with home.score_heads_file(KEY).open("a") as opened:
        opened.write("r4 8 abc")
    assert [head.run_id for head in noted_heads(home, KEY)] == ["r1", "r2", "r3"]
    note_head(Warehouse(home, KEY), "r5")  # and takes none of those that follow with it
    assert [head.run_id for head in noted_heads(home, KEY)] == ["r1", "r2", "r3", "r5"]
