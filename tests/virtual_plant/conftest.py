import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.plant_file import TABLETS, load_plant, parse_plant

DOCUMENT: dict[str, Any] = yaml.safe_load(TABLETS.read_text(encoding="utf-8"))


@pytest.fixture
def document() -> dict[str, Any]:
    """The tablet plant as a document a test may spoil."""
    return copy.deepcopy(DOCUMENT)


@pytest.fixture(scope="session")
def tablets() -> Plant:
    return load_plant()


def plant_of(variables: list[dict[str, Any]], **sections: Any) -> Plant:
    """A plant with the tablet plant's calendar and just these variables."""
    results = [v["name"] for v in variables if v["role"] == "cqa"]
    parents = {t["parent"] for v in variables for t in v.get("terms", [])}
    causes = [
        {"variable": v["name"], "stage": v["stage"], "features": [f"parameter.{v['name']}"]}
        for v in variables
        if v["name"] in parents and v["role"] == "parameter"
    ]
    mechanisms = [
        {"name": f"{name}_out", "result": name, "causes": causes, "visible_in": [], "decoys": []}
        for name in results
    ]
    changed = {
        "variables": variables,
        "trajectories": [],
        "mechanisms": mechanisms,
        "levers": [],
        "deviations": {**DOCUMENT["deviations"], "triggers": []},
    }
    return parse_plant({**copy.deepcopy(DOCUMENT), **changed, **sections})


def bare_plant_of(*variables: dict[str, Any]) -> Plant:
    """The same with one step, no material and no maintenance: cheap where no calendar is tested."""
    step = {"stage": 3, "unit_procedure": "granulation", "phase": "wet_mass"}
    steps = [{**step, "duration_h": [0.5, 0.1], "hold_h": [0.0, 0.0]}]
    calendar = {**DOCUMENT["calendar"], "steps": steps}
    calendar["cleaned_after_campaign"] = []
    bare = {"calendar": calendar, "maintenance": {}, "materials": []}
    deviations = {**DOCUMENT["deviations"], "triggers": [], "categories": []}
    return plant_of(list(variables), **bare, deviations=deviations)


@pytest.fixture(scope="session")
def vials() -> Plant:
    return load_plant("sterile_vials")


@pytest.fixture(scope="session")
def small_plant_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tablet plant with short phases, for tests that write files."""
    return _shortened(copy.deepcopy(DOCUMENT), tmp_path_factory)


@pytest.fixture(scope="session")
def small_vials_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The vial plant with short phases and everything rare made common."""
    file = TABLETS.with_name("sterile_vials.yaml")
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["rework_share"] = 0.1
    document["early_terminations"][0]["below"] = 3.48
    return _shortened(document, tmp_path_factory)


def _shortened(document: dict[str, Any], factory: pytest.TempPathFactory) -> Path:
    for step in document["calendar"]["steps"]:
        step["duration_h"] = [min(step["duration_h"][0], 0.5), step["duration_h"][1]]
    document["room"]["interval_s"] = 3600
    path = factory.mktemp("plant") / "small.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path
