"""Records in the unit their profile wants; what is delivered in another is converted and counted.

Only what the profile names is touched. Records in a unit that does not convert stay as delivered,
for ``prospects`` to refuse.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from data_contracts.measurement_units import conversion, same_unit
from data_contracts.profile_schema.units import CARRIES_UNIT, QuantityUnit

# Columns of a table that are in the unit of its record. Readings of a tag lie elsewhere, so a tag
# without a unit is given one and no tag is converted.
IN_UNIT: Final = {
    "raw.parameters": ("value", "nor_low", "nor_high"),
    "raw.lab_results": ("value", "spec_low", "spec_high"),
    "raw.stability_results": ("value", "spec_low", "spec_high"),
    "raw.material_attributes": ("value",),
    "raw.material_lots": ("quantity",),
    "raw.material_usage": ("quantity",),
    "raw.weighings": ("target", "actual"),
    "raw.sensor_tags": (),
}
DIGITS: Final = 12  # of a converted number: 0.29 of a share is 29 %, and no 28.999999999999996


@dataclass(frozen=True)
class ConvertedUnits:
    """How many records of a quantity were converted.

    Attributes:
        table: ``raw.<table>``.
        quantity: Its name.
        of: Unit delivered.
        to: Unit they are in now.
        records: How many.
    """

    table: str
    quantity: str
    of: str
    to: str
    records: int

    @property
    def note(self) -> str:
        """Return what a reader should know of it, a sentence."""
        return (
            f"{self.table}: {self.records} records of '{self.quantity}' were converted from "
            f"{self.of} to {self.to}."
        )


def convert_units(
    records: Mapping[str, pl.DataFrame], wanted: Mapping[str, QuantityUnit]
) -> tuple[dict[str, pl.DataFrame], list[ConvertedUnits]]:
    """Convert what the profile names.

    Args:
        records: Text records by ``raw.<table>``.
        wanted: The unit of each quantity the profile speaks of.

    Returns:
        The records, and what was converted.
    """
    result, converted = dict(records), list[ConvertedUnits]()
    for table, numbers in IN_UNIT.items():
        frame, name = result.get(table), CARRIES_UNIT[table]
        if frame is None or not wanted or name not in frame.columns:
            continue
        if "unit" not in frame.columns:
            frame = frame.with_columns(unit=pl.lit(None, pl.String))
        for quantity, unit in wanted.items():
            is_own = (frame[name] == quantity).fill_null(value=False)
            if is_own.any():
                frame, counted = _converted(frame, is_own, unit, numbers)
                converted += [
                    ConvertedUnits(table, quantity, of, unit.unit, n) for of, n in counted
                ]
        result[table] = frame
    return result, converted


def _converted(
    frame: pl.DataFrame, is_own: pl.Series, wanted: QuantityUnit, numbers: tuple[str, ...]
) -> tuple[pl.DataFrame, list[tuple[str, int]]]:
    """One quantity's records in the wanted unit, and how many were in which other."""
    if not numbers:
        is_blank = is_own & frame["unit"].is_null()
        return frame.with_columns(frame["unit"].set(is_blank, wanted.unit)), []
    delivered = _delivered_units(frame, wanted, numbers[0]).set(~is_own, None)
    counted = list[tuple[str, int]]()
    present = [name for name in numbers if name in frame.columns]
    for of in delivered.drop_nulls().unique().sort():
        scale = conversion(of, wanted.unit)
        if scale is None:
            continue
        here = (delivered == of).fill_null(value=False)
        if scale != (1.0, 0.0):
            frame = frame.with_columns(_scaled(frame[column], here, scale) for column in present)
        if same_unit(of) != same_unit(wanted.unit):
            counted.append((of, int(here.sum())))
        frame = frame.with_columns(frame["unit"].set(here, wanted.unit))
    return frame, counted


def _delivered_units(frame: pl.DataFrame, wanted: QuantityUnit, column: str) -> pl.Series:
    """The unit of every record: as it says, as its size says, else the wanted one."""
    unit, values = frame["unit"].fill_null(wanted.unit), _numbers(frame, column)
    for other in wanted.others:
        is_beyond = values < other.limit if other.side == "below" else values > other.limit
        is_plain = unit.map_elements(same_unit, return_dtype=pl.String) == same_unit(wanted.unit)
        unit = unit.set((is_beyond & is_plain).fill_null(value=False), other.unit)
    return unit


def _numbers(frame: pl.DataFrame, column: str) -> pl.Series:
    if column not in frame.columns:
        return pl.Series([None], dtype=pl.Float64).new_from_index(0, frame.height)
    return frame[column].cast(pl.Float64, strict=False)


def _scaled(text: pl.Series, here: pl.Series, scale: tuple[float, float]) -> pl.Series:
    factor, addend = scale
    numbers = text.cast(pl.Float64, strict=False)
    changed = (numbers * factor + addend).round_sig_figs(DIGITS)
    is_number = here & numbers.is_not_null()
    return changed.cast(pl.String).zip_with(is_number, text)
