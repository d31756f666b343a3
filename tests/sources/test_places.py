"""Which files of a data folder are delivered: those a profile means, and none of a home in it."""

from pathlib import Path

import pytest

from assets.sources.files.places import files_below, matching_files
from data_contracts.errors import UsageError
from data_contracts.profile_schema.files import SourceFile
from warehouse.paths import Home
from warehouse.usable_home import require_usable


def described(pattern: str) -> SourceFile:
    return SourceFile(
        name="f",
        pattern=pattern,
        where="p.yaml, line 3, files.f",
        format="csv",
        separator=",",
        decimal=".",
        encoding="utf-8",
        sheet=None,
        header_row=1,
        null_tokens=(),
        missing=(),
        derived=(),
        ignored={},
        is_optional=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two deliveries, and a home with what runs left there."""
    home = Home(tmp_path / "site" / "home")
    for file in (
        tmp_path / "a.csv",
        tmp_path / "line" / "b.csv",
        home.lock_file,
        home.reports_dir / "table.csv",
        home.root / "deep" / "er" / "c.csv",
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x\n1\n")
    return tmp_path


def test_a_glob_means_nothing_that_runs_left_in_a_home(folder: Path) -> None:
    found = matching_files(described("**/*.csv"), folder)
    assert [path.relative_to(folder).as_posix() for path in found] == ["a.csv", "line/b.csv"]


def test_files_nobody_reads_are_not_looked_for_in_a_home(folder: Path) -> None:
    found = [path.relative_to(folder).as_posix() for path in files_below(folder)]
    assert found == ["a.csv", "line/b.csv"]


def test_a_home_may_lie_in_the_data_folder_but_not_be_it(folder: Path) -> None:
    require_usable(Home(folder / "site" / "home"), folder)
    with pytest.raises(UsageError, match="is the data folder"):
        require_usable(Home(folder), folder)
