"""A night after one new batch says what a night without anything kept from before says."""

import shutil
from pathlib import Path

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
    assert not differing(kept, anew)


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
    assert not differing(kept, anew)


def test_what_was_published_verifies(nights: tuple[Path, Path, str], lotwise: Lotwise) -> None:
    kept, _, _ = nights
    assert lotwise("verify", "--home", kept).returncode == 0
