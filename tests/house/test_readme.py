"""The README's commands are the product's: each one runs, in the order a reader would try them."""

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line]
NEEDS_NO_HOME = {"roi", "check"}
Lotwise = Callable[..., subprocess.CompletedProcess[str]]


def test_the_first_two_commands_are_demo_and_test() -> None:
    assert LINES[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("make")])
def test_make_targets_exist(line: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{line.split()[1]}:.*##", makefile, re.M)


@pytest.mark.xdist_group("plant_home")
@pytest.mark.parametrize(
    "line", [line for line in LINES if line.startswith("lotwise") and "tabletting" not in line]
)
def test_commands_run(line: str, plant_home: Path, lotwise: Lotwise) -> None:
    words = shlex.split(line)[1:]
    home = [] if words[0] in NEEDS_NO_HOME else ["--home", str(plant_home)]
    assert lotwise(*words, *home).stdout


@pytest.mark.xdist_group("tabletting_home")
def test_commands_on_the_real_records_run(tabletting_home: Path, lotwise: Lotwise) -> None:
    """The run itself is ``tabletting_home``; what is left is the check of the same folder."""
    checks = [line for line in LINES if line.startswith("lotwise check") and "tabletting" in line]
    assert tabletting_home.is_dir()
    assert [lotwise(*shlex.split(line)[1:]).returncode for line in checks] == [0]
