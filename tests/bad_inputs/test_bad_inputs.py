"""Every bad input ends in one clear message: no traceback, no flood, nothing written outside."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.bad_inputs import (
    command_cases,
    cost_cases,
    delivery_cases,
    expression_cases,
    origin_cases,
    parquet_cases,
    profile_cases,
    published_cases,
    workbook_cases,
)
from tests.bad_inputs.ground import CHECK, BadInput, Ground, as_delivered

ROOT = Path(__file__).parents[2]
CASES = [
    *profile_cases.CASES,
    *expression_cases.CASES,
    *origin_cases.CASES,
    *delivery_cases.CASES,
    *cost_cases.CASES,
    *parquet_cases.CASES,
    *command_cases.CASES,
    *published_cases.CASES,
    *workbook_cases.CASES,
]
MOST_SECONDS, MOST_MB = 10, 2_000
# The first is for what waits for ever, and bears a busy machine.
KILLED_AFTER_S, KILLED_AFTER_CPU_S = 120, 20
LONGEST_MESSAGE = 4_000
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Ended:
    """What a command did: exit code, what it said, and what it took."""

    code: int
    stdout: str
    stderr: str
    took: dict[str, Any]


Ask = Callable[[BadInput, Ground], Ended]


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    """The command line, imported once and forked for each case."""
    one_thread = dict.fromkeys(("OMP_NUM_THREADS", "POLARS_MAX_THREADS"), "1")
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bad_inputs.door"],
        cwd=ROOT,
        env={**os.environ, **one_thread, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as door:
        assert door.stdin is not None
        assert door.stdout is not None
        asking, answering = door.stdin, door.stdout

        def asked(case: BadInput, ground: Ground) -> Ended:
            apart = ground.folder.parent / "apart"
            for name in ("cwd", "tmp"):
                (apart / name).mkdir(parents=True)
            (apart / "stdin").touch()
            request = {
                "words": case.command(ground),
                "folder": str(apart / "cwd"),
                "seconds": KILLED_AFTER_S,
                "cpu_seconds": KILLED_AFTER_CPU_S,
                "environment": {"TMPDIR": str(apart / "tmp"), "COLUMNS": "200"},
                **{name: str(apart / name) for name in ("stdin", "stdout", "stderr")},
            }
            print(json.dumps(request), file=asking, flush=True)
            took = json.loads(answering.readline())
            said = [(apart / n).read_text(errors="replace") for n in ("stdout", "stderr")]
            return Ended(took["code"], said[0], said[1], took)

        yield asked
        asking.close()


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    folder = tmp_path / "ground"
    folder.mkdir()
    laid = Ground(folder)
    laid.lay()
    return laid


def outside(ground: Ground) -> dict[str, tuple[int, int]]:
    """Everything that stands outside the home, with size and time of change."""
    found = {}
    apart = ground.folder.parent / "apart"
    for folder in (ground.folder, apart / "cwd"):
        for path in folder.rglob("*"):
            if not path.is_relative_to(ground.home) or ground.home.is_symlink():
                state = path.lstat()
                found[str(path)] = (state.st_size, state.st_mtime_ns)
    return found


def faults(case: BadInput, ground: Ground, done: Ended, before: dict[str, Any]) -> list[str]:
    """What is wrong with how a bad input was met; empty where nothing is."""
    found = [*ends_wrong(case, done), *takes_too_much(done)]
    if changed := set(outside(ground).items()) ^ set(before.items()):
        found.append(f"wrote outside the home: {sorted(path for path, _ in changed)[:3]}")
    return found or says_wrong(case, done.stderr + done.stdout)


def ends_wrong(case: BadInput, done: Ended) -> Iterator[str]:
    if done.took["is_late"]:
        yield f"without bound: killed after {KILLED_AFTER_S} s"
    elif done.code < 0:
        yield f"the process died of signal {-done.code}"
    elif done.code not in case.codes:
        yield f"exit code {done.code}"
    if re.search("Traceback|panicked", done.stderr + done.stdout):
        yield "a traceback"


def takes_too_much(done: Ended) -> Iterator[str]:
    if done.took["cpu_s"] > MOST_SECONDS and not done.took["is_late"]:
        yield f"{done.took['cpu_s']:.0f} s of processor time"
    if done.took["peak_mb"] > MOST_MB:
        yield f"{done.took['peak_mb']:.0f} MB"


def says_wrong(case: BadInput, said: str) -> list[str]:
    found = []
    if len(said) > LONGEST_MESSAGE:
        found.append(f"a message of {len(said)} characters")
    if not re.search(case.told, said, re.DOTALL):
        found.append(f"does not say {case.told!r}")
    if UNSEEN.search(said):
        found.append("control characters on the terminal")
    return found


def names(cases: list[BadInput]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("case", CASES, ids=names(CASES))
def test_a_bad_input_is_met_with_one_clear_message(case: BadInput, ground: Ground, ask: Ask):
    case.spoil(ground)
    before = outside(ground)
    done = ask(case, ground)
    found = faults(case, ground, done, before)
    if log := os.environ.get("BAD_INPUTS_LOG"):
        with Path(log).open("a") as file:
            line = {"case": case.name, "faults": found, **done.took}
            print(json.dumps(line | {"said": (done.stderr or done.stdout)[-600:]}), file=file)
    assert not found, f"{found}\n{done.stderr[-3000:]}\n{done.stdout[-1000:]}"


def test_the_sound_source_is_accepted(ground: Ground, ask: Ask) -> None:
    done = ask(BadInput("sound", as_delivered, "", CHECK), ground)
    assert done.code == 0, done.stderr
    assert "A run would go on." in done.stdout


@pytest.mark.parametrize(
    "name",
    [
        "yaml_of_merged_laughs",
        "rule_of_one_blank",
        "csv_header_of_a_million_columns",
        "parquet_pages_twisted",
        "home_is_a_file",
        "query_that_writes_a_file",
    ],
)
def test_a_process_of_its_own_ends_the_same(
    name: str, ground: Ground, lotwise: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    case = next(case for case in CASES if case.name == name)
    case.spoil(ground)
    before = outside(ground)
    done = lotwise(*case.command(ground), check=False)
    assert done.returncode in case.codes
    assert done.stderr.startswith("Error: ")
    assert not says_wrong(case, done.stderr)
    assert outside(ground) == before


def test_every_case_has_a_name_of_its_own() -> None:
    assert len(CASES) >= 100
    assert len(set(names(CASES))) == len(CASES)
