"""Homes with a finished run in them, made once per session and shared by every test that reads."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REAL_DATA = ROOT.parent / "shared" / "data"

Lotwise = Callable[..., subprocess.CompletedProcess[str]]

# A long file begun last leaves one process waiting for the other.
LONGEST_FILES = (
    "tests/pipelines/test_main_job.py",
    "tests/pipelines/test_tabletting_run.py",
    "tests/sensor_features/test_spark_executor.py",
    "tests/pipelines/test_dagster.py",
    "tests/failure_models/test_real_tabletting.py",
    "tests/warehouse/test_publication.py",
    "tests/reports/test_report_in_browser.py",
    "tests/failure_models/test_study.py",
    "tests/pipelines/test_bad_input.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    rank = {file: number for number, file in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: rank.get(item.nodeid.partition("::")[0], len(rank)))


@pytest.fixture(scope="session")
def lotwise() -> Lotwise:
    """Run the command as a person would, in a process of its own."""

    def run(*words: str | Path, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "pipelines.command_line", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        if check:
            assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="session")
def tabletting_data() -> Path:
    """Folder of the real tabletting records."""
    folder = REAL_DATA / "tabletting"
    if not folder.is_dir():
        pytest.skip(f"the real tabletting records are not at {folder}")
    return folder


@pytest.fixture(scope="session")
def plant_home(tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise) -> Path:
    """A home after a quick run on the built-in virtual plant."""
    home = tmp_path_factory.mktemp("plant") / "home"
    lotwise("run", "--quick", "--home", home)
    return home


@pytest.fixture(scope="session")
def tabletting_home(
    tmp_path_factory: pytest.TempPathFactory, lotwise: Lotwise, tabletting_data: Path
) -> Path:
    """A home after a quick run on the real tabletting records."""
    home = tmp_path_factory.mktemp("tabletting") / "home"
    lotwise("run", "--quick", "--source", "tabletting", "--data", tabletting_data, "--home", home)
    return home
