"""What can be wrong with where a plant file puts things: lines, steps, equipment, records."""

from collections.abc import Iterable, Mapping

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant

# unit procedures that no step holds, but whose equipment every line names
AFTER_MANUFACTURE = ("quality_control", "release")


def check_places(plant: Plant, units: Mapping[str, str]) -> None:
    """Refuse a plant in which something happens nowhere.

    Args:
        plant: As declared.
        units: Every name a variable may have as a parent, with its unit.

    Raises:
        PlantError: At the first mistake, naming what is misplaced.
    """
    steps = [step.unit_procedure for step in plant.calendar.steps]
    if not plant.lines or not steps or not plant.products:
        raise PlantError("a plant needs at least one line, one step and one product")
    for line, equipment in plant.lines.items():
        missing = [unit for unit in (*steps, *AFTER_MANUFACTURE) if unit not in equipment]
        if missing:
            raise PlantError(f"line {line}: no equipment for {missing[0]}")
    for product in plant.products:
        unknown = sorted(set(product.route) - set(plant.lines))
        if unknown or not sum(product.route.values()) > 0:
            where = f"unknown line '{unknown[0]}'" if unknown else "no line"
            raise PlantError(f"product {product.code}: its route leads to {where}")
    _require_step(steps, plant.maintenance, "maintenance")
    _require_step(steps, plant.calendar.cleaned_after_campaign, "cleaned_after_campaign")
    _require_step(steps, [plant.air.unit_procedure], "room")
    _check_deviations(plant, units)


def _check_deviations(plant: Plant, units: Mapping[str, str]) -> None:
    steps = [step.unit_procedure for step in plant.calendar.steps]
    stages = {step.stage for step in plant.calendar.steps}
    law = plant.deviations
    placed = [(f"deviation {c.category}", c.unit_procedure, c.stage) for c in law.categories]
    placed += [(f"deviation {t.category}", t.unit_procedure, t.stage) for t in law.triggers]
    placed += [
        (f"early termination {stop.name}", stop.unit_procedure, stop.stage)
        for stop in plant.early_terminations
    ]
    for what, unit_procedure, stage in placed:
        _require_step(steps, [unit_procedure], what)
        if stage not in stages:
            raise PlantError(f"{what}: no step belongs to stage {stage}")
    for trigger in law.triggers:
        if trigger.variable not in units:
            raise PlantError(f"deviation {trigger.category}: no variable '{trigger.variable}'")
    if plant.spectra.stage not in stages:
        raise PlantError(f"spectra: no step belongs to stage {plant.spectra.stage}")


def _require_step(steps: Iterable[str], wanted: Iterable[str], what: str) -> None:
    known = list(steps)
    for unit in wanted:
        if unit not in known:
            raise PlantError(
                f"{what}: no step belongs to '{unit}'; there are {', '.join(sorted(set(known)))}"
            )
