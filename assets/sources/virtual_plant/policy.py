"""Reads a policy such as ``granulation_end_moisture_pct in [2.0, 2.6]``."""

import re

from assets.sources.virtual_plant.errors import PlantError
from assets.sources.virtual_plant.plant import Plant
from assets.sources.virtual_plant.structure import Policy

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
    laws = {v.name: v for v in plant.variables}
    laws |= {f"{m.name}.{a.name}": a for m in plant.materials for a in m.attributes}
    if name not in laws:
        raise PlantError(f"policy '{text}': the plant has no variable '{name}'")
    variable = laws[name]
    if variable.distribution not in _CONTINUOUS or variable.role == "cqa" or variable.persistence:
        raise PlantError(f"policy '{text}': '{name}' is not a process variable that can be held")
    return Policy(name, low, high)
