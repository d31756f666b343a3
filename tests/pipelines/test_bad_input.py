"""What a person sees when the input is wrong: one clear message, exit 1 or 2, nothing written."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Lotwise = Callable[..., subprocess.CompletedProcess[str]]


def refused(lotwise: Lotwise, home: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run and hold it to the promise of a refusal."""
    done = lotwise("run", "--home", home, *words, check=False)
    assert done.returncode in (1, 2), done.stdout
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
    assert not (home / "published").exists()
    return done


def test_a_profile_that_does_not_exist(tmp_path: Path, lotwise: Lotwise) -> None:
    done = refused(lotwise, tmp_path / "home", "--source", "no_such_profile")
    assert "no_such_profile" in done.stderr
    assert done.returncode == 2


def test_broken_yaml(tmp_path: Path, lotwise: Lotwise) -> None:
    profile = tmp_path / "broken.yaml"
    profile.write_text("profile: [unclosed\n  title: 3")
    done = refused(lotwise, tmp_path / "home", "--source", profile, "--data", tmp_path)
    assert "broken.yaml" in done.stderr


@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_a_file_that_is_missing_or_empty(
    tmp_path: Path, lotwise: Lotwise, content: str | None
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    if content is not None:
        (data / "Laboratory.csv").write_text(content)
    done = refused(lotwise, tmp_path / "home", "--source", "tabletting", "--data", data)
    assert ".csv" in done.stderr


def test_a_date_that_is_no_date(tmp_path: Path, lotwise: Lotwise) -> None:
    done = refused(lotwise, tmp_path / "home", "--as-of", "yesterday")
    assert "yesterday" in done.stderr
    assert done.returncode == 2


def test_no_home_yet(tmp_path: Path, lotwise: Lotwise) -> None:
    for words in (("sql", "SELECT 1"), ("report",), ("verify",), ("publish",)):
        done = lotwise(*words, "--home", tmp_path / "nowhere", check=False)
        assert done.returncode in (1, 2), words
        assert "lotwise run" in done.stderr, words
        assert "Traceback" not in done.stderr, words
