"""Where an export may not be written: what is refused, and that nothing is touched."""

import json
from pathlib import Path

import pytest

from data_contracts.errors import UsageError, WarehouseError
from warehouse.paths import Home
from warehouse.published_copy.export import export
from warehouse.published_copy.export_place import MARK, require_place


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    """A home, a folder of somebody's, a file and an export."""
    (tmp_path / "site" / "home" / "published").mkdir(parents=True)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "thesis.txt").write_text("years of work")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "site" / "home")
    for name in ("export", "mixed"):
        (tmp_path / name / "mart").mkdir(parents=True)
        (tmp_path / name / MARK).write_text(json.dumps({"tables": {"mart.runs": 1}}))
    (tmp_path / "mixed" / "thesis.txt").write_text("years of work")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("out", "said"),
    [
        ("site/home", "lies in the home"),
        ("site/home/published", "lies in the home"),
        ("site/home/published/new", "lies in the home"),
        ("link/new", "lies in the home"),
        ("site", "holds the home"),
        ("papers/..", "holds the home"),
        ("file", "is no folder"),
        ("papers", "no export of lotwise"),
        ("mixed", "no export of lotwise"),
    ],
)
def test_a_place_that_is_not_its_own_is_refused(ground: Path, out: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"{said}.*--out"):
        require_place(Home(ground / "site" / "home"), ground / out)
    assert (ground / "papers" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("out", ["new", "deep/er", "empty", "export", "site/beside"])
def test_a_new_an_empty_and_an_exported_folder_will_do(ground: Path, out: str) -> None:
    place = require_place(Home(ground / "site" / "home"), ground / out)
    assert place == (ground / out).resolve()


def test_without_a_published_copy_nothing_is_made(ground: Path) -> None:
    home = Home(ground / "site" / "home")
    with pytest.raises(WarehouseError, match="Run 'lotwise run' first"):
        export(home, ground / "new", is_whole=False, has_readings=False)
    assert not (ground / "new").exists()
