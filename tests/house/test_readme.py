"""The README opens with two commands, and every make target it names exists.

That its ``lotwise`` commands run is tested beside the main job, where a finished home is at hand.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
LINES = [line.split("#")[0].strip() for block in BLOCKS for line in block.splitlines() if line]


def test_the_first_two_commands_are_demo_and_test() -> None:
    assert LINES[:2] == ["make demo", "make test"]


@pytest.mark.parametrize("line", [line for line in LINES if line.startswith("make")])
def test_make_targets_exist(line: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{line.split()[1]}:.*##", makefile, re.M)
