"""Units of measurement: which spellings are one unit, and which units convert into each other.

Only what can be converted without knowing the substance stands here. A unit nobody lists here is as
good as any other; it is only never converted.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class MeasurementUnit:
    """A unit that converts.

    Attributes:
        symbol: The one spelling others stand for.
        dimension: Units of one dimension convert into each other.
        factor: How many of the dimension's base unit one is.
        offset: What its zero is in the base unit; 0 but for temperatures.
    """

    symbol: str
    dimension: str
    factor: float
    offset: float = 0.0


_TABLE: Final = {
    "fraction": {
        "share 1 frac fraction": 1.0,
        "pct % percent": 0.01,
        "permille ‰": 1e-3,
        "ppm": 1e-6,
        "ppb": 1e-9,
    },
    "time": {
        "ms": 1e-3,
        "s sec second seconds": 1.0,
        "min minute minutes mins": 60.0,
        "h hr hrs hour hours": 3600.0,
        "d day days": 86400.0,
        "week weeks": 604800.0,
    },
    "mass": {
        "ug µg mcg": 1e-6,
        "mg": 1e-3,
        "g gram grams": 1.0,
        "kg": 1e3,
        "t tonne tonnes": 1e6,
    },
    "length": {"nm": 1e-9, "um µm micron": 1e-6, "mm": 1e-3, "cm": 1e-2, "m": 1.0},
    "force": {"N newton": 1.0, "kN": 1e3, "kp kgf": 9.80665},
    "pressure": {
        "Pa": 1.0,
        "hPa": 100.0,
        "mbar": 100.0,
        "kPa": 1e3,
        "bar": 1e5,
        "MPa": 1e6,
        "psi": 6894.757293168,
    },
    "volume": {"uL µL": 1e-6, "mL ml": 1e-3, "L l": 1.0, "m3 m³": 1e3},
    "rotation": {"rpm 1/min min-1": 1.0, "1/s s-1 Hz": 60.0},
    "power": {"W": 1.0, "kW": 1e3},
    "density": {"g/mL g/cm3 kg/L": 1.0, "mg/mL g/L kg/m3": 1e-3, "ug/mL µg/mL": 1e-6},
    "volume flow": {"mL/min": 1e-3, "L/min": 1.0, "L/h": 1 / 60, "m3/h m³/h": 1000 / 60},
    "mass flow": {"g/min": 1.0, "kg/h": 1000 / 60, "g/s": 60.0},
}
_TEMPERATURES: Final = {
    "K kelvin": (1.0, 0.0),
    "degC °C C celsius": (1.0, 273.15),
    "degF °F F fahrenheit": (5 / 9, 273.15 - 32 * 5 / 9),
}


def _units() -> dict[str, MeasurementUnit]:
    found: dict[str, MeasurementUnit] = {}
    rows = [
        (spelt, dimension, factor, 0.0)
        for dimension, units in _TABLE.items()
        for spelt, factor in units.items()
    ]
    rows += [(spelt, "temperature", *scale) for spelt, scale in _TEMPERATURES.items()]
    for spelt, dimension, factor, offset in rows:
        names = spelt.split()
        for name in names:
            found[name] = MeasurementUnit(names[0], dimension, factor, offset)
    return found


_UNITS: Final = _units()
_ANY_CASE: Final = {
    name.lower(): unit
    for name, unit in _UNITS.items()
    if len({_UNITS[other].symbol for other in _UNITS if other.lower() == name.lower()}) == 1
}
_FEWEST_FACTOR: Final = 20.0


def known_unit(text: str | None) -> MeasurementUnit | None:
    """Return the unit a text spells, or None where none is known by it.

    Case counts only where it tells two units apart (mPa, MPa).

    Examples:
        >>> known_unit("%").symbol, known_unit("KG").symbol, known_unit("tablets/h")
        ('pct', 'kg', None)
    """
    plain = (text or "").strip()
    return _UNITS.get(plain) or _ANY_CASE.get(plain.lower())


def same_unit(text: str) -> str:
    """Return the one spelling of a unit, or the text itself where it is not known."""
    unit = known_unit(text)
    return text.strip() if unit is None else unit.symbol


def conversion(of: str, to: str) -> tuple[float, float] | None:
    """Return factor and addend that turn a number of one unit into another.

    Args:
        of: Unit of the number.
        to: Unit wanted.

    Returns:
        ``a, b`` of ``a x + b``; None where the units do not convert.

    Examples:
        >>> conversion("share", "%"), conversion("degF", "K") is not None, conversion("kg", "mm")
        ((100.0, 0.0), True, None)
    """
    if same_unit(of) == same_unit(to):
        return 1.0, 0.0
    given, wanted = known_unit(of), known_unit(to)
    if given is None or wanted is None or given.dimension != wanted.dimension:
        return None
    return given.factor / wanted.factor, (given.offset - wanted.offset) / wanted.factor


def unit_ratios() -> dict[float, tuple[str, str]]:
    """Return by how much numbers differ when one unit is taken for another: ratio to two units.

    Only pairs that are taken for one another in practice, and far enough apart to be told from
    spread: a share for a percentage, hours for days, minutes for hours, and thousands.
    """
    pairs = [("share", "pct"), ("d", "h"), ("h", "min"), ("d", "min"), ("h", "s"), ("kg", "g")]
    ratios = {}
    for larger, smaller in pairs:
        scale = conversion(larger, smaller)
        if scale is not None and scale[0] >= _FEWEST_FACTOR:
            ratios[round(scale[0], 6)] = (larger, smaller)
    return ratios
