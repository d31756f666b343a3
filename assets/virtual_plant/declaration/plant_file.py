"""Reads a plant file into a checked ``Plant``; the only module that knows the YAML's layout."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import yaml

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import (
    Air,
    AirLaw,
    Calendar,
    Dirt,
    Excursion,
    Maintenance,
    Material,
    Plant,
    Product,
    Step,
    Trajectory,
)
from assets.virtual_plant.declaration.plant_checks import check, in_causal_order
from assets.virtual_plant.declaration.planted import Cause, EarlyTermination, Mechanism, PlantLever
from assets.virtual_plant.declaration.recording import (
    DeviationCategory,
    Deviations,
    DeviationTrigger,
    Spectra,
    Stability,
    StabilityTest,
)
from assets.virtual_plant.declaration.variable import (
    Condition,
    Controller,
    LotEffect,
    Pattern,
    SetpointChange,
    Term,
    Variable,
)
from data_contracts.untrusted.modest_yaml import VALUE_ERRORS, is_there, modest_yaml
from data_contracts.yaml_loader import SAFE_LOADER

PLANTS = Path(__file__).parents[1] / "plants"
TABLETS = PLANTS / "tablets.yaml"


class _Dataclass(Protocol):
    """Any class made by ``dataclass``."""

    __dataclass_fields__: ClassVar[dict[str, Any]]


Declared = TypeVar("Declared", bound=_Dataclass)
_RENAMED = {"nor": "normal_range", "par": "proven_range"}


def built_in_plants() -> list[str]:
    """Names of the plants that come with lotwise."""
    return sorted(file.stem for file in PLANTS.glob("*.yaml"))


def plant_path(name_or_path: str | Path | None) -> Path:
    """The file of a plant.

    Args:
        name_or_path: A built-in name (``tablets``, ``sterile_vials``) or a YAML file's path; None
            means the tablet plant.

    Returns:
        The file.

    Raises:
        PlantError: It is neither.
    """
    if name_or_path is None:
        return TABLETS
    name = str(name_or_path)
    if name in built_in_plants():
        return PLANTS / f"{name}.yaml"
    if is_there(Path(name)):
        return Path(name)
    known = built_in_plants()
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean '{near[0]}'? " if near else ""
    raise PlantError(
        f"there is no plant '{name}', neither as a built-in name nor as a file: {hint}"
        f"built in are {', '.join(known)}"
    )


def load_plant(name_or_path: str | Path | None = None) -> Plant:
    """Load and check a plant file.

    Args:
        name_or_path: Built-in name or YAML file; None means the tablet plant.

    Returns:
        The plant, its variables sorted so that parents come before children.

    Raises:
        PlantError: The file is missing, is not YAML, or declares something impossible; the message
            names the variable.
    """
    file = plant_path(name_or_path)
    try:
        document = yaml.load(modest_yaml(file, "The plant file", PlantError), Loader=SAFE_LOADER)
    except yaml.YAMLError as error:
        where = " ".join(str(error).split())
        raise PlantError(f"plant file {file} is not YAML: {where}") from error
    except VALUE_ERRORS as error:
        raise PlantError(f"plant file {file} holds a value that is none: {error}") from error
    if not isinstance(document, dict):
        raise PlantError(f"plant file {file} holds no plant: expected a mapping of sections")
    try:
        return parse_plant(document)
    except KeyError as error:
        raise PlantError(f"plant file {file}: section or key {error} is missing") from error
    except (TypeError, AttributeError, ValueError, IndexError) as error:
        raise PlantError(
            f"plant file {file}: a section has another shape than expected ({error}); compare it "
            "with a built-in plant"
        ) from error


def parse_plant(document: Mapping[str, Any]) -> Plant:
    """Build and check a plant from a parsed document.

    Args:
        document: The plant file's sections.

    Returns:
        The plant, parents before children.

    Raises:
        PlantError: As for :func:`load_plant`.
        KeyError: A section is missing.
    """
    plant = Plant(
        name=str(document["plant"]),
        title=str(document["title"]),
        site=str(document["site"]),
        starts_on=_day(document["starts_on"]),
        lines={str(line): dict(equipment) for line, equipment in document["lines"].items()},
        products=tuple(
            _build(Product, p, f"product {p.get('code')}") for p in document["products"]
        ),
        calendar=_calendar(document["calendar"]),
        maintenance={
            unit: _build(Maintenance, law, f"maintenance of {unit}")
            for unit, law in document["maintenance"].items()
        },
        air=_air(document),
        materials=tuple(_material(m) for m in document["materials"]),
        variables=tuple(_variable(v) for v in document["variables"]),
        sampling_interval_s=int(document["sampling_interval_s"]),
        trajectories=tuple(_trajectory(t) for t in document["trajectories"]),
        mechanisms=tuple(_mechanism(m) for m in document["mechanisms"]),
        early_terminations=tuple(
            _build(EarlyTermination, e, f"early termination {e.get('name')}")
            for e in document.get("early_terminations", [])
        ),
        levers=tuple(
            _build(PlantLever, lever, f"lever {lever.get('name')}")
            for lever in document.get("levers", [])
        ),
        deviations=_deviations(document["deviations"]),
        stability=_stability(document["stability"]),
        spectra=_build(Spectra, document["spectra"], "spectra"),
        inspections={i["defect_class"]: float(i["per_million"]) for i in document["inspections"]},
        rework_share=float(document["rework_share"]),
        dirt=_build(Dirt, document.get("dirt", {}), "dirt"),
    )
    check(plant)
    return in_causal_order(plant)


def _build(kind: type[Declared], declared: Mapping[str, Any], what: str) -> Declared:
    """Fill a dataclass from a mapping; lists become tuples, unknown or missing keys are errors."""
    known = {f.name for f in fields(kind)}
    values = {}
    for key, value in declared.items():
        name = key if key in known else _RENAMED.get(key, key)
        if name not in known:
            raise PlantError(f"{what}: unknown key '{key}'; known are {', '.join(sorted(known))}")
        values[name] = tuple(value) if isinstance(value, list) else value
    try:
        return kind(**values)
    except TypeError as error:
        raise PlantError(f"{what}: {error}".replace(f"{kind.__name__}.__init__() ", "")) from error


def _variable(declared: Mapping[str, Any], role: str | None = None) -> Variable:
    what = f"variable {declared.get('name', '?')}"
    values = dict(declared)
    values["terms"] = [_build(Term, term, f"{what}, term") for term in declared.get("terms", [])]
    if "lot_effect" in declared:
        values["lot_effect"] = _build(LotEffect, declared["lot_effect"], f"{what}, lot_effect")
    if "controller" in declared:
        values["controller"] = _build(Controller, declared["controller"], f"{what}, controller")
    values["setpoint_changes"] = [
        _build(SetpointChange, change, f"{what}, set-point change")
        for change in declared.get("setpoint_changes", [])
    ]
    values["patterns"] = [_pattern(pattern, what) for pattern in declared.get("patterns", [])]
    if "expression" in declared:
        values["distribution"] = "expression"
    if "levels" in declared:
        values["levels"] = {str(level): share for level, share in declared["levels"].items()}
    if role:
        values |= {"role": role, "stage": 1}
    return _build(Variable, values, what)


def _pattern(declared: Mapping[str, Any], what: str) -> Pattern:
    what = f"{what}, pattern {declared.get('name')}"
    conditions = [_build(Condition, c, what) for c in declared.get("conditions", [])]
    return _build(Pattern, {**declared, "conditions": conditions}, what)


def _material(declared: Mapping[str, Any]) -> Material:
    attributes = [_variable(attribute, "attribute") for attribute in declared["attributes"]]
    return _build(Material, {**declared, "attributes": attributes}, f"material {declared['name']}")


def _trajectory(declared: Mapping[str, Any]) -> Trajectory:
    what = f"trajectory {declared.get('tag', '?')}"
    values = dict(declared)
    if "excursion" in declared:
        values["excursion"] = _build(Excursion, declared["excursion"], f"{what}, excursion")
    return _build(Trajectory, values, what)


def _calendar(declared: Mapping[str, Any]) -> Calendar:
    values = dict(declared)
    campaign = values.pop("campaign_batches")
    values["campaign_minimum"] = campaign["minimum"]
    values["campaign_mean"] = campaign["mean"]
    values["steps"] = [_step(step) for step in declared["steps"]]
    return _build(Calendar, values, "calendar")


def _step(declared: Mapping[str, Any]) -> Step:
    values = {key: tuple(v) if isinstance(v, list) else v for key, v in declared.items()}
    return _build(Step, values, f"step {declared.get('phase')}")


def _air(document: Mapping[str, Any]) -> Air:
    weather, room = document["weather"], document["room"]
    laws = {}
    for name in ("humidity", "temperature"):
        law = room[name]
        laws[name] = AirLaw(**{**law, "nor": tuple(law["nor"]), "par": tuple(law["par"])})
    return Air(
        dew_point_mean_c=weather["dew_point_mean_c"],
        dew_point_amplitude_c=weather["dew_point_amplitude_c"],
        sd_c=weather["sd_c"],
        persistence_h=weather["persistence_h"],
        room_id=room["equipment_id"],
        humidity=laws["humidity"],
        temperature=laws["temperature"],
        interval_s=int(room["interval_s"]),
        unit_procedure=room["unit_procedure"],
    )


def _mechanism(declared: Mapping[str, Any]) -> Mechanism:
    what = f"mechanism {declared.get('name')}"
    causes = [_build(Cause, cause, f"{what}, cause") for cause in declared["causes"]]
    return _build(Mechanism, {**declared, "causes": causes}, what)


def _deviations(declared: Mapping[str, Any]) -> Deviations:
    categories = [_build(DeviationCategory, c, "deviations") for c in declared["categories"]]
    triggers = [_build(DeviationTrigger, t, "deviations") for t in declared["triggers"]]
    return _build(
        Deviations, {**declared, "categories": categories, "triggers": triggers}, "deviations"
    )


def _stability(declared: Mapping[str, Any]) -> Stability:
    tests = [_build(StabilityTest, test, "stability test") for test in declared["tests"]]
    return _build(Stability, {**declared, "tests": tests}, "stability")


def _day(value: object) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise PlantError(f"starts_on: '{value}' is not a day; write it as YYYY-MM-DD")
    return value
