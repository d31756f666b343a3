"""A night after a new batch and corrections says what one with nothing kept from before says."""

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest

from benchmarks.studies.one_new_batch import deliver
from data_contracts.catalogue import contract, contract_names
from tests.conftest import Lotwise
from warehouse.paths import Home
from warehouse.published_copy.published import open_published

# What a run keeps so as not to do it again: traces, verdicts, what tables hold, months of features.
KEPT = ("steps.json", "verdicts.json", "warehouse.stamp", "kept", "gx", "seen.json")
# They say which run this is, or which verdict was formed when.
OF_THE_RUN = {"evidence.runs", "mart.runs"}
# They count the rows of those, or hold a hash of them; what else they say is compared.
ABOUT_RUNS = {"evidence.contract_results", "evidence.claims", "history.claims"}
TOLD = (
    (
        "FROM evidence.contract_results "
        "WHERE table_name NOT IN ('evidence.runs', 'mart.runs') ORDER BY ALL"
    ),
    "SELECT * EXCLUDE (inputs_hash) FROM evidence.claims ORDER BY ALL",
    "SELECT * EXCLUDE (inputs_hash) FROM history.claims ORDER BY ALL",
)


def emptied(home: Path) -> None:
    """Forget everything that is kept from run to run; what is left are records and models."""
    (work,) = (home / "work").iterdir()
    for name in KEPT:
        place = work / name
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink(missing_ok=True)


def hashes(home: Path) -> dict[str, str]:
    """Content hash of every published table."""
    tables = [name for name in contract_names() if contract(name).is_table]
    with open_published(Home(home)) as published:
        return {name: published.holds(name).content_hash for name in tables}


def differing(one: Path, other: Path) -> set[str]:
    first, second = hashes(one), hashes(other)
    return {name for name in first if first[name] != second[name]} - OF_THE_RUN


def correct(data: Path) -> None:
    """Deliver again, otherwise: records and readings of old batches corrected, taken back, late."""
    results = pl.read_csv(data / "lims_results.csv", infer_schema=False)
    number = pl.int_range(pl.len())
    value = pl.when(number == 40).then(pl.lit("2.11")).otherwise("value").alias("value")
    results.with_columns(value).filter(number != 60).write_csv(data / "lims_results.csv")
    parameters = pl.read_csv(data / "mes_parameters.csv", infer_schema=False)
    parameters.filter(pl.int_range(pl.len()) != 7).write_csv(data / "mes_parameters.csv")
    second, third, *_ = sorted((data / "historian").glob("*.parquet"))[1:]
    readings = pl.read_parquet(second)
    within = pl.int_range(pl.len()).is_between(1000, 1099)
    warmer = pl.when(within).then(pl.col("value") * 1.01).otherwise("value").alias("value")
    readings.with_columns(warmer).write_parquet(second)
    readings = pl.read_parquet(third)
    readings.filter(~pl.int_range(pl.len()).is_between(500, 599)).write_parquet(third)
    late = readings.head(50).with_columns(pl.col("recorded_at") + pl.duration(milliseconds=500))
    late.write_parquet(data / "historian" / "late.parquet")


def told(home: Path) -> list[str]:
    """What is said of tables and claimed, rows about runs apart: a killed run is one of them."""
    with open_published(Home(home)) as published:
        rows = [published.query(query).rows() for query in TOLD]
    return [repr(each) for each in rows]


def killed_night(home: Path, after_s: float) -> None:
    """Begin a night and kill it; one that is over by then is as good."""
    command = [sys.executable, "-m", "pipelines.command_line", "nightly", "--home", str(home)]
    begun = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with suppress(subprocess.TimeoutExpired):
        begun.wait(after_s)
    begun.kill()
    begun.wait()


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise) -> tuple[Path, Path, str]:
    """Two homes after the same night, one that kept what it could and one that could not."""
    folder = tmp_path_factory.mktemp("nights")
    plant, data, kept, anew = (folder / name for name in ("plant", "data", "kept", "anew"))
    lotwise("simulate", "--out", plant, "--batches", 150, "--years", 1, "--seed", 2)
    deliver(plant, data, is_after=False)
    source = ("--source", "virtual_plant", "--data", data, "--home", kept)
    lotwise("run", "--quick", *source)
    shutil.copytree(kept, anew, symlinks=True)
    emptied(anew)
    batch = deliver(plant, data, is_after=True)
    correct(data)
    killed_night(kept, after_s=12)  # on its way, wherever that is
    said = lotwise("nightly", "--home", kept).stdout
    lotwise("nightly", "--home", anew)
    with open_published(Home(kept)) as published:
        new = published.query(f"SELECT count(*) AS n FROM core.batches WHERE batch_id = '{batch}'")
    assert new["n"].item() == 1
    return kept, anew, said


def test_a_night_says_what_a_night_from_an_empty_cache_says(
    nights: tuple[Path, Path, str],
) -> None:
    kept, anew, _ = nights
    with open_published(Home(kept)) as published:
        found = published.query("SELECT sum(superseded)::BIGINT AS n FROM evidence.reading_history")
    assert found["n"].item() == 200  # a hundred corrected, a hundred taken back
    assert differing(kept, anew) <= ABOUT_RUNS
    assert told(kept) == told(anew)


def test_a_night_says_which_steps_were_as_before(nights: tuple[Path, Path, str]) -> None:
    _, _, said = nights
    (line,) = [each for each in said.splitlines() if "steps as before" in each]
    passed_over, of = int(line.split()[0]), int(line.split()[2])
    assert 0 < passed_over < of


def test_the_next_refit_says_what_one_from_an_empty_cache_says(
    nights: tuple[Path, Path, str], lotwise: Lotwise
) -> None:
    kept, anew, _ = nights
    for home in (kept, anew):
        if home is anew:
            emptied(home)
        (data,) = (home.parent / "data",)
        source = ("--source", "virtual_plant", "--data", data, "--home", home)
        lotwise("run", "--quick", *source)
    assert differing(kept, anew) <= ABOUT_RUNS
    assert told(kept) == told(anew)


def test_what_was_published_verifies(nights: tuple[Path, Path, str], lotwise: Lotwise) -> None:
    kept, _, _ = nights
    assert lotwise("verify", "--home", kept).returncode == 0
