"""What a planted lever of each kind must declare, and how the plant is run with it pulled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant
from assets.virtual_plant.declaration.planted import PlantLever
from assets.virtual_plant.declaration.policy import require_held
from assets.virtual_plant.declaration.structure import Policy


@dataclass(frozen=True)
class PlantedKind:
    """One kind of planted lever.

    Attributes:
        check: Refuses a lever that cannot act as it is declared; given how to name it.
        pulled: The plant and the policy with the lever pulled.
    """

    check: Callable[[Plant, PlantLever, str], None]
    pulled: Callable[[Plant, PlantLever], tuple[Plant, Policy | None]]


def check_lever(plant: Plant, lever: PlantLever) -> None:
    """Refuse a lever that cannot act as it is declared.

    Args:
        plant: As declared.
        lever: One of its levers.

    Raises:
        PlantError: At the first mistake, naming the lever.
    """
    what = f"lever {lever.name}"
    if lever.kind not in PLANTED_KINDS:
        known = ", ".join(PLANTED_KINDS)
        raise PlantError(f"{what}: unknown kind '{lever.kind}'; known are {known}")
    PLANTED_KINDS[lever.kind].check(plant, lever, what)


def pulled(plant: Plant, lever: PlantLever) -> tuple[Plant, Policy | None]:
    """Return the plant and the policy with a lever pulled."""
    return PLANTED_KINDS[lever.kind].pulled(plant, lever)


def _check_maintenance(plant: Plant, lever: PlantLever, what: str) -> None:
    if lever.unit_procedure not in plant.maintenance:
        raise PlantError(f"{what}: no maintenance is declared for '{lever.unit_procedure}'")
    if not (lever.interval_batches or 0) > 0:
        raise PlantError(f"{what}: interval_batches must be above 0")


def _maintained(plant: Plant, lever: PlantLever) -> tuple[Plant, None]:
    unit, mean = str(lever.unit_procedure), float(lever.interval_batches or 0)
    law = plant.maintenance[unit]
    spread = law.interval_batches[1] * mean / law.interval_batches[0]
    changed = {**plant.maintenance, unit: replace(law, interval_batches=(mean, spread))}
    return replace(plant, maintenance=changed), None


def _check_window(plant: Plant, lever: PlantLever, what: str) -> None:
    if lever.low is None and lever.high is None:
        raise PlantError(f"{what}: needs low or high")
    if lever.low is not None and lever.high is not None and not lever.low < lever.high:
        raise PlantError(f"{what}: its window is empty; low must be below high")
    require_held(str(lever.variable), plant, what)


def _held(plant: Plant, lever: PlantLever) -> tuple[Plant, Policy]:
    low = -inf if lever.low is None else lever.low
    high = inf if lever.high is None else lever.high
    return plant, Policy(str(lever.variable), low, high)


def _check_lots(plant: Plant, lever: PlantLever, what: str) -> None:
    _check_window(plant, lever, what)
    if "." not in str(lever.variable):
        raise PlantError(f"{what}: write its variable as material.attribute")


def _rejected(plant: Plant, lever: PlantLever) -> tuple[Plant, Policy]:
    same, held = _held(plant, lever)
    return same, replace(held, how="reject")


PLANTED_KINDS = {
    "window": PlantedKind(_check_window, _held),
    "maintenance": PlantedKind(_check_maintenance, _maintained),
    "lots": PlantedKind(_check_lots, _rejected),
}
