"""What can be wrong with what a plant file plants: mechanisms, patterns, early ends, levers."""

from collections.abc import Mapping

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.planted import EarlyTermination
from assets.virtual_plant.declaration.planted_levers import check_lever
from assets.virtual_plant.declaration.variable import Pattern, Variable

MOST_CONDITIONS = 3


def check_planted(plant: Plant, units: Mapping[str, str]) -> None:
    """Refuse what cannot act as it is declared.

    Args:
        plant: As declared.
        units: Every name a variable may have as a parent, with its unit.

    Raises:
        PlantError: At the first mistake, naming the variable, mechanism or lever.
    """
    _check_mechanisms(plant, units)
    for variable in plant.variables:
        _check_acting(plant, variable, units)
    for law in plant.early_terminations:
        _check_early_termination(law, units)
    for lever in plant.levers:
        check_lever(plant, lever)


def _check_mechanisms(plant: Plant, units: Mapping[str, str]) -> None:
    results = {variable.name for variable in plant.results}
    for variable in plant.results:
        if variable.spec_low is None and variable.spec_high is None:
            raise PlantError(f"variable {variable.name}: a cqa needs spec_low or spec_high")
        if variable.distribution not in {"normal", "lognormal"}:
            raise PlantError(
                f"variable {variable.name}: a cqa needs a normal or lognormal distribution, for "
                "which its true risk is known"
            )
    for mechanism in plant.mechanisms:
        if mechanism.result not in results:
            raise PlantError(f"mechanism {mechanism.name}: {mechanism.result} is not a cqa")
        for cause in mechanism.causes:
            if cause.variable not in units:
                raise PlantError(f"mechanism {mechanism.name}: unknown variable '{cause.variable}'")


def _check_acting(plant: Plant, variable: Variable, units: Mapping[str, str]) -> None:
    """Controllers, set-point changes and patterns of one variable."""
    what = f"variable {variable.name}"
    if variable.controller:
        if variable.role == "cqa":
            raise PlantError(f"{what}: a cqa has no controller; put it on a process variable")
        if not 0 <= variable.controller.gain <= 1:
            raise PlantError(f"{what}: gain of its controller must be from 0 to 1")
        if variable.controller.residual_sd < 0:
            raise PlantError(f"{what}: residual_sd of its controller cannot be negative")
    for change in variable.setpoint_changes:
        if change.line is not None and change.line not in plant.lines:
            raise PlantError(f"{what}: set-point change on an unknown line '{change.line}'")
    for pattern in variable.patterns:
        _check_pattern(variable, pattern, units)


def _check_pattern(variable: Variable, pattern: Pattern, units: Mapping[str, str]) -> None:
    what = f"variable {variable.name}, pattern {pattern.name}"
    if variable.role != "cqa":
        raise PlantError(f"{what}: only a cqa can have a pattern")
    if not 1 <= len(pattern.conditions) <= MOST_CONDITIONS:
        raise PlantError(f"{what}: give one to {MOST_CONDITIONS} conditions")
    for condition in pattern.conditions:
        if condition.parent not in units:
            raise PlantError(f"{what}: unknown parent '{condition.parent}'")
        given = (condition.above, condition.below, condition.level)
        if sum(value is not None for value in given) != 1:
            raise PlantError(
                f"{what}: the condition on {condition.parent} needs one of above, below, level"
            )


def _check_early_termination(law: EarlyTermination, units: Mapping[str, str]) -> None:
    what = f"early termination {law.name}"
    if law.variable not in units:
        raise PlantError(f"{what}: unknown variable '{law.variable}'")
    if law.above is None and law.below is None:
        raise PlantError(f"{what}: {law.variable} needs a limit, above or below")
    if not 0 <= law.probability <= 1:
        raise PlantError(f"{what}: probability must be from 0 to 1")
    if law.stage not in {3, 4, 5}:
        raise PlantError(f"{what}: stage must be 3, 4 or 5, where batches are made")
