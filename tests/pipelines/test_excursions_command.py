"""``lotwise excursions`` as a person runs it: on real coating batches, and where nothing ran."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import REAL_DATA, Lotwise
from warehouse.paths import Home
from warehouse.published_copy.published import PublishedWarehouse, open_published

BATCHES = 5


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise) -> tuple[Path, list[str]]:
    """Home of a run on seventeen real coating batches, and what the replay printed."""
    data = REAL_DATA / "film_coating"
    if not data.is_dir():
        pytest.skip(f"the real film-coating batches are not at {data}")
    where = tmp_path_factory.mktemp("coating") / "home"
    asked = ("--source", "film_coating", "--data", data, "--home", where)
    lotwise("run", "--quick", *asked)
    printed = lotwise("excursions", *asked, "--batches", str(BATCHES)).stdout
    return where, printed.splitlines()


@pytest.fixture(scope="module")
def published(home: tuple[Path, list[str]]) -> PublishedWarehouse:
    return open_published(Home(home[0]))


def test_every_parameter_has_curves_of_eight_kinds(published: PublishedWarehouse) -> None:
    found = published.query(
        "SELECT DISTINCT tag, phase, kind FROM evidence.detection_curves WHERE detector = 'any'"
    )
    per_series = found.group_by("tag", "phase").len()
    assert per_series.height >= 7
    assert (per_series["len"] == 8).all()


def test_what_is_seen_is_seen_in_readings_of_real_batches(published: PublishedWarehouse) -> None:
    steps = published.query(
        "SELECT size, avg(is_seen::INT) AS seen FROM evidence.excursion_runs "
        "WHERE kind = 'step' GROUP BY size ORDER BY size"
    )["seen"].to_list()
    assert steps[-1] > steps[0]


def test_the_terminal_names_every_parameter_and_the_page_draws_them(
    home: tuple[Path, list[str]],
) -> None:
    where, printed = home
    assert any("untouched series" in line for line in printed)
    page = (where / "reports" / "latest" / "pages" / "alarms.html").read_text(encoding="utf-8")
    assert "excursions.never_seen" in page


def test_another_run_keeps_what_was_measured(
    home: tuple[Path, list[str]], lotwise: Lotwise, tmp_path: Path
) -> None:
    where = tmp_path / "home"
    shutil.copytree(home[0], where, symlinks=True)
    count = ("sql", "SELECT count(*) FROM evidence.excursion_runs", "--format", "csv")
    before = lotwise(*count, "--home", where).stdout
    data = REAL_DATA / "film_coating"
    lotwise("run", "--quick", "--source", "film_coating", "--data", data, "--home", where)
    assert lotwise(*count, "--home", where).stdout == before


def test_without_a_run_there_is_nothing_to_replay(lotwise: Lotwise, tmp_path: Path) -> None:
    done = lotwise("excursions", "--home", tmp_path / "new", check=False)
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stdout + done.stderr
    assert "lotwise run" in done.stderr
