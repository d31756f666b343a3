"""``lotwise self-test`` as a person runs it: on a foreign plant, and where nothing ran."""

from pathlib import Path

import pytest

from benchmarks.foreign_plants.kinds import foreign_table
from benchmarks.foreign_plants.sources import write_source
from tests.conftest import Lotwise
from warehouse.paths import Home
from warehouse.published_copy.published import PublishedWarehouse, open_published

TRIALS = 5


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise) -> tuple[Path, str, str]:
    """Home, what the self-test printed, and the profile it ran on."""
    folder = tmp_path_factory.mktemp("foreign")
    profile = write_source(foreign_table("null_ar80", 1), folder)
    where = folder / "home"
    asked = ("--source", profile, "--data", folder, "--home", where)
    lotwise("run", *asked, "--quick")
    printed = lotwise("self-test", *asked, "--trials", TRIALS).stdout
    return where, printed, str(profile)


@pytest.fixture(scope="module")
def published(home: tuple[Path, str, str]) -> PublishedWarehouse:
    return open_published(Home(home[0]))


def test_causes_are_planted_at_every_worth(
    published: PublishedWarehouse,
) -> None:
    rows = published.query("SELECT * FROM evidence.power")
    # Batches are not dated here, so nothing is said per year.
    assert set(rows["worth"]) == {"tenth_of_failures", "quarter_of_failures", "half_of_failures"}
    assert rows.filter("is_headline")["worth"].to_list() == ["quarter_of_failures"]
    assert rows["worth_per_year"].null_count() == 3
    assert (rows["trials"] <= TRIALS).all()
    worths = rows.sort("worth_per_batch")
    assert worths["found"].to_list()[-1] >= worths["found"].to_list()[0]


def test_the_terminal_and_the_report_say_what_would_have_been_found(
    home: tuple[Path, str, str],
) -> None:
    where, printed, _ = home
    assert printed.count("a cause worth") == 3
    reports = where / "reports" / "latest"
    page = (reports / "pages" / "evidence.html").read_text(encoding="utf-8")
    assert "What would have been found" in page
    assert "is not measured yet" not in page + (reports / "report.html").read_text(encoding="utf-8")


def test_without_a_run_there_is_nothing_to_test(
    home: tuple[Path, str, str], lotwise: Lotwise, tmp_path: Path
) -> None:
    profile = home[2]
    asked = ("--source", profile, "--data", Path(profile).parent, "--home", tmp_path)
    refused = lotwise("self-test", *asked, check=False)
    assert refused.returncode == 1
    assert "Nothing has been run over" in refused.stderr
    assert "Traceback" not in refused.stderr
