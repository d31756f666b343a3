"""What can be wrong with the laws of what is no variable: calendar, wear, air, lots, records."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from math import inf, isfinite

from assets.virtual_plant.base.errors import PlantError
from assets.virtual_plant.declaration.plant import Plant


@dataclass(frozen=True)
class _Range:
    says: str
    low: float
    high: float = inf
    is_open: bool = False

    def has(self, value: float) -> bool:
        return (
            isfinite(value)
            and self.low <= value <= self.high
            and not (self.is_open and value == self.low)
        )


NOT_NEGATIVE = _Range("use 0 or more", 0)
ABOVE_0 = _Range("it must be above 0", 0, is_open=True)
COUNT = _Range("use 1 or more", 1)
SHARE = _Range("a share is from 0 to 1", 0, 1)

# what a law belongs to, the name of one of its numbers, the number, where it may lie
_Number = tuple[str, str, object, _Range]


def check_laws(plant: Plant) -> None:
    """Refuse numbers that no law can have: a negative spread, a share above 1, a lot of nothing.

    Args:
        plant: As declared.

    Raises:
        PlantError: At the first such number, naming what it belongs to.
    """
    for what, name, value, allowed in _numbers(plant):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise PlantError(f"{what}: {name} is '{value}', not a number")
        if not allowed.has(value):
            raise PlantError(f"{what}: {name} is {value}; {allowed.says}")
    if not plant.calendar.campaign_mean > plant.calendar.campaign_minimum:
        raise PlantError("calendar: the mean of campaign_batches must be above their minimum")
    materials = {material.name for material in plant.materials}
    for variable in plant.variables:
        if variable.lot_effect and variable.lot_effect.material not in materials:
            raise PlantError(
                f"variable {variable.name}: lot_effect of an unknown material "
                f"'{variable.lot_effect.material}'"
            )


def _numbers(plant: Plant) -> Iterator[_Number]:
    yield from _calendar(plant)
    yield from _equipment(plant)
    yield from _materials(plant)
    yield from _records(plant)


def _pair(
    what: str, name: str, law: Iterable[object], first: _Range = NOT_NEGATIVE
) -> list[_Number]:
    """A median and its log sd, or a mean and its sd."""
    values = list(law)
    if len(values) != 2:
        raise PlantError(f"{what}: {name} is {values}; give two numbers, a level and its spread")
    return [(what, name, values[0], first), (what, f"spread of {name}", values[1], NOT_NEGATIVE)]


def _calendar(plant: Plant) -> Iterator[_Number]:
    calendar = plant.calendar
    for step in calendar.steps:
        what = f"step {step.unit_procedure}/{step.phase}"
        yield from _pair(what, "duration_h", step.duration_h)
        yield from _pair(what, "hold_h", step.hold_h)
    for name in ("laboratory_days", "review_days", "rejection_days"):
        yield from _pair("calendar", name, getattr(calendar, name))
    yield "calendar", "minimum of campaign_batches", calendar.campaign_minimum, COUNT
    yield "calendar", "turnaround_h", calendar.turnaround_h, NOT_NEGATIVE
    yield "calendar", "export_days_after_end", calendar.export_days_after_end, NOT_NEGATIVE
    for product in plant.products:
        what = f"product {product.code}"
        yield what, "batch_size", product.batch_size, ABOVE_0
        yield from ((what, "mix", share, NOT_NEGATIVE) for share in product.mix)
        yield from ((what, f"route to {k}", v, NOT_NEGATIVE) for k, v in product.route.items())


def _equipment(plant: Plant) -> Iterator[_Number]:
    for unit, law in plant.maintenance.items():
        what = f"maintenance of {unit}"
        yield from _pair(what, "interval_batches", law.interval_batches, ABOVE_0)
        yield what, "weibull_shape", law.weibull_shape, ABOVE_0
        yield what, "weibull_scale_batches", law.weibull_scale_batches, ABOVE_0
        yield what, "duration_h", law.duration_h, NOT_NEGATIVE
        yield what, "repair_h", law.repair_h, NOT_NEGATIVE
    air = plant.air
    yield "weather", "sd_c", air.sd_c, NOT_NEGATIVE
    yield "weather", "persistence_h", air.persistence_h, ABOVE_0
    yield "room", "interval_s", air.interval_s, COUNT
    for name, series in (("humidity", air.humidity), ("temperature", air.temperature)):
        yield f"room {name}", "sd", series.sd, NOT_NEGATIVE
        yield f"room {name}", "persistence_h", series.persistence_h, ABOVE_0
    yield "plant", "sampling_interval_s", plant.sampling_interval_s, COUNT
    for tag in plant.trajectories:
        yield f"trajectory {tag.tag}", "persistence", tag.persistence, SHARE
        yield f"trajectory {tag.tag}", "time_constant_min", tag.time_constant_min, ABOVE_0


def _materials(plant: Plant) -> Iterator[_Number]:
    for material in plant.materials:
        what = f"material {material.name}"
        yield from _pair(what, "batches_per_lot", material.batches_per_lot, ABOVE_0)
        yield what, "per_1000_units", material.per_1000_units, ABOVE_0
        shares = material.suppliers
        yield from ((what, f"share of {k}", share, NOT_NEGATIVE) for k, share in shares.items())
        yield what, "sum of the suppliers' shares", sum(shares.values()), ABOVE_0


def _records(plant: Plant) -> Iterator[_Number]:
    law = plant.deviations
    yield "deviations", "background_per_batch", law.background_per_batch, NOT_NEGATIVE
    yield "deviations", "confirmed_share", law.confirmed_share, SHARE
    yield "deviations", "late_share", law.late_share, SHARE
    yield from _pair("deviations", "close_days", law.close_days)
    yield from _pair("deviations", "late_days", law.late_days)
    for trigger in law.triggers:
        yield f"deviation {trigger.category}", "probability", trigger.probability, SHARE
    yield "stability", "every_batches", plant.stability.every_batches, COUNT
    for test in plant.stability.tests:
        yield f"stability test {test.test}", "sd", test.sd, NOT_NEGATIVE
    yield "spectra", "every_batches", plant.spectra.every_batches, COUNT
    yield "spectra", "samples", plant.spectra.samples, COUNT
    yield "plant", "rework_share", plant.rework_share, SHARE
    for defect, per_million in plant.inspections.items():
        yield f"inspection of {defect}", "per_million", per_million, NOT_NEGATIVE
    for field in fields(plant.dirt):
        is_share = field.name not in {"spike_per_million", "bad_records"}
        value = getattr(plant.dirt, field.name)
        yield "dirt", field.name, value, SHARE if is_share else NOT_NEGATIVE
