"""Titles a person reads: names and units as a batch record would print them.

``granulation_end_moisture_pct`` becomes ``Granulation end moisture (%)``.
"""

import re

NO_UNIT = "1"  # the unit of a pure number
UNIT_SYMBOLS = {
    "pct": "%",
    "frac": "fraction",
    "c": "°C",
    "degC": "°C",
    "kn": "kN",
    "n": "N",
    "mm": "mm",
    "um": "µm",
    "nm": "nm",
    "mg": "mg",
    "g": "g",
    "kg": "kg",
    "ml": "mL",
    "rpm": "rpm",
    "s": "s",
    "h": "h",
    "bar": "bar",
    "mbar": "mbar",
    "pa": "Pa",
    "kpa": "kPa",
    "mpa": "MPa",
    "kw": "kW",
    "mg_per_ml": "mg/mL",
    "g_per_min": "g/min",
    "kg_per_h": "kg/h",
    "ml_per_min": "mL/min",
    "l_per_min": "L/min",
    "m3_per_h": "m³/h",
    "c_per_h": "°C/h",
    "g_per_ml": "g/mL",
    "tablets_per_h": "tablets/h",
    "tablets_per_min": "tablets/min",
}
# `min`, `l`, `m`, `d` are units only after what is measured in them: `granulation_time_min` is in
# minutes, `dissolution_min` is a minimum and `impurity_l` a compound.
_TIMES = frozenset(
    ["age", "delay", "dwell", "duration", "hold", "interval", "period", "runtime", "time", "wait"]
)
_LENGTHS = frozenset(["depth", "diameter", "distance", "gap", "height", "length", "width"])
UNITS_AFTER = {
    "min": (_TIMES, "min"),
    "d": (_TIMES, "d"),
    "days": (_TIMES, "d"),
    "m": (_LENGTHS, "m"),
    "l": (frozenset(["volume"]), "L"),
    "k": (frozenset(["temperature"]), "K"),
}
WORDS = {
    "api": "API",
    "av": "average",  # but the acceptance value of a test for uniformity
    "fct": "film-coated tablet",
    "lod": "LOD",
    "max": "maximum",
    "min": "minimum",
    "nir": "NIR",
    "ph": "pH",
    "psd": "PSD",
    "rsd": "RSD",
    "sd": "SD",
    "smcc": "SMCC",
    "srel": "SREL",
    "tbl": "tablet",
}


# Suffixes that say a recorded unit in another spelling than its own.
SUFFIXES_OF_UNITS = {
    "%": ("pct",),
    "degC": ("c",),
    "°C": ("c",),
    "d": ("d", "days"),
    "pH": (),
    "1": (),
}


def split_unit(name: str, unit: str | None = None) -> tuple[str, str | None]:
    """Split a snake_case name into what it names and its unit.

    A recorded unit decides what the suffix can be: ``mixing_time_min`` in minutes ends in its
    unit, ``dissolution_min`` in percent does not.

    Args:
        name: Such as ``inlet_air_temperature_c``.
        unit: The unit as recorded, where it is.

    Returns:
        The name without its unit suffix, and the unit as printed, None where nobody says it.
    """
    if unit is not None and unit.strip():
        for suffix in _suffixes(unit.strip()):
            if name.endswith(f"_{suffix}"):
                return name.removesuffix(f"_{suffix}"), unit_symbol(unit)
        return name, unit_symbol(unit)
    words = name.split("_")
    measured, symbol = UNITS_AFTER.get(words[-1], (frozenset(), None))
    is_time = measured is _TIMES and bool({"time", "duration"} & set(words[:-1]))
    if len(words) > 1 and (is_time or words[-2] in measured):
        return "_".join(words[:-1]), symbol
    for length in (3, 2, 1):
        suffix = "_".join(words[-length:])
        if len(words) > length and suffix in UNIT_SYMBOLS:
            return "_".join(words[:-length]), UNIT_SYMBOLS[suffix]
    return name, None


def _suffixes(unit: str) -> tuple[str, ...]:
    """Return the spellings of a unit at the end of a name, such as g_per_ml and g_ml for g/mL."""
    if unit in SUFFIXES_OF_UNITS:
        return SUFFIXES_OF_UNITS[unit]
    lower = unit.lower().replace("µ", "u").replace("³", "3")
    return tuple(
        re.sub(r"[^a-z0-9]+", "_", spelling).strip("_")
        for spelling in (lower.replace("/", "_per_"), lower)
    )


def unit_symbol(unit: str | None) -> str | None:
    """Return a unit as printed, whether it came as a suffix (``pct``) or a symbol (``%``)."""
    return None if unit is None or not unit.strip() else UNIT_SYMBOLS.get(unit.strip(), unit)


def printed_unit(name: str, unit: str | None) -> str | None:
    """Return the unit of a quantity as printed: the recorded one, else the suffix of its name."""
    return split_unit(name, unit)[1]


def phrase(name: str, unit: str | None = None) -> str:
    """Return a snake_case name as words, without its unit.

    Args:
        name: Such as ``tablet_weight_mg``.
        unit: The recorded unit, where there is one.
    """
    plain = split_unit(name, unit)[0].replace(".", "_")
    words = plain.replace("uniformity_av", "uniformity_acceptance_value").split("_")
    return " ".join(WORDS.get(word, word) for word in words if word)


def title(text: str, unit: str | None = None) -> str:
    """Return a phrase as a title: first letter capital, unit in brackets.

    Args:
        text: A phrase, such as ``granulation end moisture``.
        unit: Unit to print, or None.
    """
    is_acronym = not text.split(" ", 1)[0].islower()
    capital = text if is_acronym else text[:1].upper() + text[1:]
    symbol = unit_symbol(unit)
    is_said = symbol in (None, NO_UNIT) or capital.endswith(f" {symbol}")
    return capital if is_said else f"{capital} ({symbol})"


def named(name: str, unit: str | None = None) -> str:
    """Return the title of a quantity by its name; a recorded unit goes before the suffix's."""
    return title(phrase(name, unit), printed_unit(name, unit))


def within(unit_procedure: str, name: str, unit: str | None = None) -> str:
    """Return the phrase of a quantity inside a unit procedure, without saying its name twice."""
    place, quantity = phrase(unit_procedure), phrase(name, unit)
    return quantity if quantity.startswith(place) else f"{place} {quantity}"
