"""In which unit a profile wants each quantity, and which records are in another.

Reading the records belongs in ``assets.sources``; which units convert is said by
``data_contracts.measurement_units``.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from data_contracts.measurement_units import conversion
from data_contracts.profile_schema.document import Section
from data_contracts.profile_schema.mapping import READINGS, Mapping

SIDES = ("below", "above")
# Tables whose records carry a unit, and the column that names what is measured in it.
CARRIES_UNIT = {
    "raw.parameters": "parameter",
    "raw.lab_results": "test",
    "raw.stability_results": "test",
    "raw.material_attributes": "attribute",
    "raw.material_lots": "material",
    "raw.material_usage": "material",
    "raw.weighings": "material",
    "raw.sensor_tags": "tag",
    READINGS: "tag",
}


@dataclass(frozen=True)
class OtherMagnitude:
    """Records that are in another unit than they say, known by their size.

    Attributes:
        side: ``below`` or ``above``.
        limit: Values beyond it on that side, as delivered.
        unit: What those are in.
    """

    side: str
    limit: float
    unit: str


@dataclass(frozen=True)
class QuantityUnit:
    """The unit of one quantity.

    Attributes:
        quantity: Name of the test, parameter or attribute, or of the material weighed.
        unit: Unit of all its records; those delivered in another are converted, those without one
            are in it.
        others: Records known by their size to be in another unit.
        where: Place in the profile.
    """

    quantity: str
    unit: str
    others: tuple[OtherMagnitude, ...]
    where: str


def read_units(section: Section) -> dict[str, QuantityUnit]:
    """Read the section ``units``: quantity to unit, or to unit and what is below or above a limit.

    Raises:
        ProfileError: A unit is missing, or one does not convert into the other.
    """
    return {name: _unit(section, name) for name in section.values}


def _unit(section: Section, name: str) -> QuantityUnit:
    value = section.values[name]
    if not isinstance(value, dict):
        unit = section.required_text(name, "the unit all its records are wanted in")
        return QuantityUnit(name, unit, (), section.where(name))
    entry = section.section(name)
    entry.only(("unit", *SIDES))
    unit = entry.required_text("unit", "the unit all its records are wanted in")
    others = tuple(_other(entry, side, unit) for side in SIDES if side in entry.values)
    return QuantityUnit(name, unit, others, entry.where())


def _other(entry: Section, side: str, wanted: str) -> OtherMagnitude:
    section = entry.section(side)
    section.only(("limit", "unit"))
    limit = section.number("limit")
    if limit is None:
        section.fail(None, f"'limit' is missing: values {side} it are in another unit")
    unit = section.required_text("unit", f"what values {side} the limit are in")
    if conversion(unit, wanted) is None:
        section.fail("unit", f"'{unit}' does not convert into '{wanted}'")
    return OtherMagnitude(side, limit, unit)


def quantities_with_units(mappings: Iterable[Mapping]) -> set[str] | None:
    """Return the names of all quantities that carry a unit; None where delivered rows name some."""
    names: set[str] = set()
    for mapping in mappings:
        if mapping.table not in CARRIES_UNIT:
            continue
        target = CARRIES_UNIT[mapping.table]
        said = [wide.name for wide in mapping.unpivot]
        said += [cell.constant for cell in mapping.cells if cell.target == target and cell.constant]
        if not said:
            return None
        names |= set(said)
    return names
