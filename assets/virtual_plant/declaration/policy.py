"""Reads a policy such as ``granulation_end_moisture_pct in [2.0, 2.6]``."""

import re
from difflib import get_close_matches

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.structure import Policy

_FORM = re.compile(r"^\s*([\w.]+)\s+in\s+\[\s*([-+\d.eE]+)\s*,\s*([-+\d.eE]+)\s*\]\s*$")
_CONTINUOUS = {"normal", "lognormal", "uniform", "rectified_normal"}


def parse_policy(text: str, plant: Plant) -> Policy:
    """Read and check a policy.

    Args:
        text: ``variable in [low, high]``; a material attribute is written ``material.attribute``.
        plant: The plant it is meant for.

    Returns:
        The policy.

    Raises:
        PlantError: The text has another form, the window is empty, or the variable is unknown or
            cannot be held.
    """
    found = _FORM.match(text)
    if not found:
        raise PlantError(f"policy '{text}': write it as 'variable in [low, high]'")
    name = found.group(1)
    try:
        low, high = float(found.group(2)), float(found.group(3))
    except ValueError as error:
        raise PlantError(f"policy '{text}': the window needs two numbers") from error
    if not low < high:
        raise PlantError(f"policy '{text}': the window is empty; low must be below high")
    require_held(name, plant, f"policy '{text}'")
    return Policy(name, low, high)


def require_held(name: str, plant: Plant, what: str) -> None:
    """Check that a variable can be held in a window.

    Args:
        name: Batch variable, or ``material.attribute``.
        plant: The plant.
        what: Who asks, for the message.

    Raises:
        PlantError: The variable is unknown, a result, not continuous, or held already.
    """
    laws = {v.name: v for v in plant.variables}
    laws |= {f"{m.name}.{a.name}": a for m in plant.materials for a in m.attributes}
    if name not in laws:
        near = get_close_matches(name, laws, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise PlantError(f"{what}: the plant has no variable '{name}'{hint}")
    variable = laws[name]
    if variable.controller:
        raise PlantError(f"{what}: '{name}' is held by its controller already; hold what drives it")
    if variable.distribution not in _CONTINUOUS or variable.role == "cqa" or variable.persistence:
        raise PlantError(f"{what}: '{name}' is not a process variable that can be held")
