"""Everything that can be wrong with a plant file, each found before anything is drawn.

One function per kind of mistake; each raises one error that names the variable and says what to do.
"""

from collections.abc import Iterable
from dataclasses import fields, replace
from graphlib import CycleError, TopologicalSorter
from math import isfinite

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.base.expression import names
from assets.virtual_plant.declaration.law_checks import check_laws
from assets.virtual_plant.declaration.place_checks import check_places
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.planted_checks import check_planted
from assets.virtual_plant.declaration.variable import Variable

# unit suffix of a name -> units it may stand for
SUFFIX_UNITS = {
    "_pct": {"%"},
    "_c": {"degC"},
    "_c_h": {"degC.h"},
    "_kn": {"kN"},
    "_n": {"N"},
    "_mm": {"mm"},
    "_um": {"um"},
    "_kg": {"kg"},
    "_mg": {"mg"},
    "_ml": {"mL"},
    "_min": {"min"},
    "_h": {"h"},
    "_d": {"d"},
    "_days": {"d"},
    "_rpm": {"rpm"},
    "_revolutions": {"rev"},
    "_bar": {"bar"},
    "_pa": {"Pa"},
    "_kw": {"kW"},
    "_nm": {"N.m"},
    "_cm": {"cm"},
    "_kh": {"k/h"},
    "_kg_h": {"kg/h"},
    "_m3_h": {"m3/h"},
    "_g_min": {"g/min"},
    "_g_ml": {"g/mL"},
    "_m2_g": {"m2/g"},
    "_per_min": {"1/min"},
    "_mpa_s": {"mPa.s"},
    "_g": {"g"},
    "_l": {"L"},
    "_l_min": {"L/min"},
    "_per_m3": {"1/m3"},
    "_us_cm": {"uS/cm"},
    "_w": {"W"},
    "_lux": {"lx"},
    "_eu_mg": {"EU/mg"},
    "_eu_ml": {"EU/mL"},
    "_mosm_kg": {"mOsm/kg"},
}
UNITS = set().union(*SUFFIX_UNITS.values()) | {"1", "pH"}

_NEEDED = {
    "normal": ("mean", "sd"),
    "rectified_normal": ("mean", "sd"),
    "lognormal": ("median", "sd"),
    "uniform": ("minimum", "maximum"),
    "poisson": ("mean",),
    "categorical": ("levels",),
    "expression": ("expression",),
}
# what the calendar, the weather and the genealogy provide to every batch
CONTEXT_UNITS = {
    "product": "1",
    "strength": "1",
    "line": "1",
    "campaign_position": "1",
    "batch_size": "1",
    "years_since_start": "a",
    "dew_point_c": "degC",
    "room_humidity_pct": "%",
    "room_temperature_c": "degC",
}


def check(plant: Plant) -> None:
    """Refuse a plant that cannot be simulated.

    Args:
        plant: As declared.

    Raises:
        PlantError: At the first mistake, naming the variable.
    """
    attributes = [a for material in plant.materials for a in material.attributes]
    for variable in (*plant.variables, *attributes):
        _check_numbers(variable)
        _check_law(variable)
        _check_unit(variable.name, variable.unit)
    _check_names_once(variable.name for variable in plant.variables)
    units = context_units(plant) | {v.name: v.unit for v in plant.variables}
    for variable in plant.variables:
        _check_parents(variable, units)
    for material in plant.materials:
        own = {a.name: a.unit for a in material.attributes} | {"supplier": "1"}
        for attribute in material.attributes:
            _check_parents(attribute, own)
    _check_trajectories(plant, units)
    check_laws(plant)
    check_places(plant, units)
    check_planted(plant, units)


def context_units(plant: Plant) -> dict[str, str]:
    """Names a variable may use as parents besides other variables, with their units.

    Args:
        plant: As declared.

    Returns:
        Context name to unit; material attributes as ``material.attribute``.
    """
    units = dict(CONTEXT_UNITS)
    for unit_procedure in {step.unit_procedure for step in plant.calendar.steps}:
        units[f"{unit_procedure}_equipment"] = units[f"{unit_procedure}_shift"] = "1"
    for unit_procedure in plant.maintenance:
        units[f"{unit_procedure}_batches_since_maintenance"] = "1"
    for material in plant.materials:
        units |= {f"{material.name}.{a.name}": a.unit for a in material.attributes}
    for variable in plant.variables:
        if variable.controller:
            units[f"{variable.name}.correction"] = variable.unit
    return units


def parents(variable: Variable) -> set[str]:
    """Names a variable depends on.

    Args:
        variable: Any variable.

    Returns:
        Parents from its terms, its patterns and its expression.
    """
    found = {term.parent for term in variable.terms}
    found |= {condition.parent for p in variable.patterns for condition in p.conditions}
    return found | (names(variable.expression, variable.name) if variable.expression else set())


def in_causal_order(plant: Plant) -> Plant:
    """Sort variables so that parents come before children.

    Args:
        plant: A plant whose parents all exist.

    Returns:
        The same plant, variables (and each material's attributes) in causal order.

    Raises:
        PlantError: The variables depend on one another in a circle.
    """
    materials = tuple(replace(m, attributes=_sorted(m.attributes)) for m in plant.materials)
    return replace(plant, variables=_sorted(plant.variables), materials=materials)


def _sorted(variables: tuple[Variable, ...]) -> tuple[Variable, ...]:
    by_name = {variable.name: variable for variable in variables}
    graph = {
        v.name: sorted({p.removesuffix(".correction") for p in parents(v)} & by_name.keys())
        for v in variables
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise PlantError(
            f"variable {error.args[1][0]}: depends on itself through {circle}; remove one term"
        ) from error
    return tuple(by_name[name] for name in order)


def _check_numbers(variable: Variable) -> None:
    """Numbers are numbers: YAML reads ``1e3`` and a quoted 2 as text."""
    for field in fields(variable):
        value = getattr(variable, field.name)
        is_number = field.type in (float, float | None)
        if is_number and not _is_number(value):
            raise PlantError(f"variable {variable.name}: {field.name} is '{value}', not a number")
    for term in variable.terms:
        for name in ("coefficient", "centre", "scale"):
            if isinstance(getattr(term, name), bool | str | list | dict):
                raise PlantError(
                    f"variable {variable.name}: {name} of its term on {term.parent} is "
                    f"'{getattr(term, name)}', not a number"
                )


def _is_number(value: object) -> bool:
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        return value is None
    return isfinite(value)


def _check_law(variable: Variable) -> None:
    name = variable.name
    if variable.distribution not in _NEEDED:
        known = ", ".join(sorted(_NEEDED))
        raise PlantError(
            f"variable {name}: unknown distribution '{variable.distribution}'; known are {known}"
        )
    for parameter in _NEEDED[variable.distribution]:
        if getattr(variable, parameter) in (None, {}):
            raise PlantError(
                f"variable {name}: a {variable.distribution} distribution needs '{parameter}'"
            )
    for parameter in ("sd", "campaign_sd"):
        if (getattr(variable, parameter) or 0.0) < 0:
            raise PlantError(
                f"variable {name}: {parameter} is {getattr(variable, parameter)}; "
                "a standard deviation (and so a variance) cannot be negative"
            )
    if variable.lot_effect and variable.lot_effect.sd < 0:
        raise PlantError(
            f"variable {name}: lot_effect sd is {variable.lot_effect.sd}; use 0 or more"
        )
    if not 0 <= variable.persistence < 1:
        raise PlantError(f"variable {name}: persistence must be from 0 to below 1")
    if variable.distribution == "lognormal" and (variable.median or 0) <= 0:
        raise PlantError(f"variable {name}: the median of a lognormal must be above 0")
    if any(share < 0 for share in variable.levels.values()):
        raise PlantError(f"variable {name}: the share of a level cannot be negative")


def _check_unit(name: str, unit: str) -> None:
    if unit not in UNITS:
        raise PlantError(
            f"variable {name}: unknown unit '{unit}'; known are {', '.join(sorted(UNITS))}"
        )
    fitting = [suffix for suffix in SUFFIX_UNITS if name.endswith(suffix)]
    if fitting and unit not in SUFFIX_UNITS[max(fitting, key=len)]:
        expected = ", ".join(SUFFIX_UNITS[max(fitting, key=len)])
        raise PlantError(
            f"variable {name}: unit '{unit}' does not fit its name, which says {expected}"
        )


def _check_names_once(variables: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in variables:
        if name in seen:
            raise PlantError(f"variable {name}: declared twice")
        seen.add(name)


def _check_parents(variable: Variable, units: dict[str, str]) -> None:
    for parent in sorted(parents(variable)):
        if parent not in units:
            raise PlantError(f"variable {variable.name}: unknown parent '{parent}'")
    for term in variable.terms:
        if term.unit is not None and term.unit != units[term.parent]:
            raise PlantError(
                f"variable {variable.name}: its term on {term.parent} is written in '{term.unit}', "
                f"but {term.parent} is in '{units[term.parent]}'"
            )
        if term.scale <= 0:
            raise PlantError(
                f"variable {variable.name}: scale of its term on {term.parent} must be above 0"
            )
        if term.form == "log" and term.centre <= 0:
            raise PlantError(
                f"variable {variable.name}: log term on {term.parent} needs a centre above 0"
            )


def _check_trajectories(plant: Plant, units: dict[str, str]) -> None:
    phases = {(step.unit_procedure, step.phase) for step in plant.calendar.steps}
    for trajectory in plant.trajectories:
        what = f"trajectory {trajectory.tag}"
        _check_unit(trajectory.tag, trajectory.unit)
        if (trajectory.unit_procedure, trajectory.phase) not in phases:
            raise PlantError(
                f"{what}: no phase {trajectory.unit_procedure}/{trajectory.phase} in the calendar"
            )
        noise = trajectory.noise_sd
        used = [trajectory.level] + ([noise] if isinstance(noise, str) else [])
        for name in used:
            if name not in units:
                raise PlantError(f"{what}: unknown variable '{name}'")
            if units[name] != trajectory.unit:
                raise PlantError(
                    f"{what}: {name} is in '{units[name]}', not in '{trajectory.unit}'"
                )
        if not isinstance(noise, str) and noise < 0:
            raise PlantError(f"{what}: noise_sd is {noise}; use 0 or more")
        if trajectory.excursion:
            shape = trajectory.excursion
            for name in (shape.depth, shape.plateau_h, shape.start):
                if name not in units:
                    raise PlantError(f"{what}: unknown variable '{name}' in its excursion")
