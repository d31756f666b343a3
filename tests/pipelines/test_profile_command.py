"""``lotwise profile``: a draft on paper or in a file, checked at once, and never over another."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from data_contracts.errors import UsageError
from data_contracts.profile import load_profile
from pipelines.command_line import app


@pytest.fixture
def exports(tmp_path: Path) -> Path:
    folder = tmp_path / "plant 7"
    folder.mkdir()
    rows = [
        f"B{n:03d},P{n % 2},{10 + n % 5}.{n % 10},{'ok' if n % 7 else 'bad'}" for n in range(40)
    ]
    (folder / "batches.csv").write_text("\n".join(["batch,product,force,status", *rows]) + "\n")
    return folder


def test_a_draft_is_printed_and_its_check_beside_it(exports: Path) -> None:
    done = CliRunner().invoke(app, ["profile", str(exports / "batches.csv")])
    assert done.exit_code == 0
    assert "profile: plant_7\n" in done.stdout
    assert "#   batches.csv, status: ok 34, bad 6\n" in done.stdout
    assert "A run would go on." in done.stderr
    assert "Warning (no_outcome)" in done.stderr


def test_a_draft_is_written_where_it_is_asked_for(exports: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.yaml"
    done = CliRunner().invoke(app, ["profile", str(exports), "--out", str(out)])
    assert (done.exit_code, load_profile(out).name) == (0, "mine")
    assert "A run would go on." in done.stdout
    before = out.read_text()
    again = CliRunner().invoke(app, ["profile", str(exports), "--out", str(out)])
    assert isinstance(again.exception, UsageError)
    assert "is there already" in str(again.exception)
    assert out.read_text() == before


@pytest.mark.parametrize(
    ("given", "told"), [("nowhere", "There is no file or folder"), ("", "there are no files in it")]
)
def test_nothing_to_look_at(tmp_path: Path, given: str, told: str) -> None:
    (tmp_path / "empty").mkdir()
    done = CliRunner().invoke(app, ["profile", str(tmp_path / (given or "empty"))])
    assert isinstance(done.exception, UsageError)
    assert told in str(done.exception)
