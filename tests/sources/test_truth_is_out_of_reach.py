"""The truth of a simulated plant lies where no run can read it."""

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from assets.sources.inspection import inspect_source
from assets.virtual_plant.simulate import SimulationSummary, simulate
from data_contracts.errors import ProfileError
from data_contracts.profile import load_profile

ROOT = Path(__file__).parents[2]
ROOMS = ("data_contracts", "warehouse", "assets", "reports", "pipelines")
PLANT = "assets.virtual_plant"
# who may call the simulation, and the one thing they may call
CALLERS = {"pipelines/commands/simulate.py"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> SimulationSummary:
    out = tmp_path_factory.mktemp("reach") / "plant"
    return simulate(out, batches=8, years=0.05, seed=4, plant="sterile_vials", reruns=1)


def modules() -> dict[str, str]:
    """Source of every module outside the virtual plant, by path."""
    files = [f for room in ROOMS for f in (ROOT / room).rglob("*.py")]
    outside = [f for f in files if "virtual_plant" not in f.parts]
    return {str(f.relative_to(ROOT)): f.read_text(encoding="utf-8") for f in outside}


def test_no_module_knows_where_the_truth_is_or_how_it_is_made() -> None:
    sources = modules()
    assert not [path for path, text in sources.items() if "truth.json" in text]
    for path, text in sources.items():
        if PLANT not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PLANT):
                assert path in CALLERS, path
                assert node.module == f"{PLANT}.simulate", path
                assert [alias.name for alias in node.names] == ["simulate"], path
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith(PLANT) for alias in node.names), path
    sql = [f for room in ROOMS for f in (ROOT / room).rglob("*.sql")]
    assert not any("truth" in file.read_text(encoding="utf-8") for file in sql)


@pytest.mark.parametrize("path", ["../plant-truth/truth.json", "/plant-truth/truth.json"])
def test_a_profile_cannot_name_it(written: SimulationSummary, tmp_path: Path, path: str) -> None:
    profile = tmp_path / "prying.yaml"
    profile.write_text(
        f"profile: prying\nextends: virtual_plant\nfiles:\n  mes_batches: {{path: {path}}}\n",
        encoding="utf-8",
    )
    assert written.truth.is_dir()
    with pytest.raises(ProfileError, match="below the data folder"):
        load_profile(profile)


def test_reading_a_source_opens_nothing_beside_it(written: SimulationSummary) -> None:
    opened: list[str] = []
    is_listening = True

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if is_listening and event in {"open", "os.listdir", "os.scandir"}:
            opened.append(str(arguments[0]))

    sys.addaudithook(listen)  # a hook stays for good, so it is told when to stop listening
    profile = load_profile("sterile_vials")
    with_truth = inspect_source(profile, written.out)
    is_listening = False
    assert any(str(written.out) in path for path in opened)
    assert not any("-truth" in path for path in opened)

    # and what is read does not depend on it: spoilt, the account stays the same
    truth = written.truth / "truth.json"
    kept = truth.read_text(encoding="utf-8")
    truth.write_text("{}", encoding="utf-8")
    without = inspect_source(profile, written.out)
    truth.write_text(kept, encoding="utf-8")
    assert without.ingestion().equals(with_truth.ingestion())


def test_the_exports_do_not_carry_it(written: SimulationSummary) -> None:
    truth = json.loads((written.truth / "truth.json").read_text(encoding="utf-8"))
    hidden = {
        "oracle",
        "seal_heat_w",
        "air_load",
        "knowable",
        *(p["name"] for p in truth["patterns"]),
    }
    for file in written.out.rglob("*.csv"):
        text = file.read_text(encoding="utf-8")
        assert not any(word in text for word in hidden), file.name
    assert not (written.out / "truth.json").exists()
