"""Names of delivered columns as the field writes them: snake_case, abbreviations written out."""

import re
from typing import Final

from assets.sources.drafting.looking.glossary import ABBREVIATIONS

_BRACKETS: Final = re.compile(r"[\[(]\s*([^\])]*?)\s*[\])]")


def snake_case(text: str) -> str:
    """Return a delivered name in snake_case.

    Examples:
        >>> snake_case("main_CompForce mean"), snake_case("SREL_max"), snake_case("Assay (%)")
        ('main_comp_force_mean', 'srel_max', 'assay')
    """
    plain = _BRACKETS.sub(" ", text)
    plain = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    plain = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", plain)
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def unit_in_brackets(text: str) -> str | None:
    """Return what stands in brackets at the end of a name: ``Assay (%)`` is in percent."""
    found = _BRACKETS.findall(text)
    return found[-1] if found and text.rstrip()[-1:] in ")]" else None


def attribute_name(name: str) -> str:
    """Return the name of a lot's attribute, abbreviations of the field written out.

    Examples:
        >>> attribute_name("ps05"), attribute_name("td"), attribute_name("sieve0045")
        ('particle_size_d50', 'tapped_density', 'sieve_0045_mm')
    """
    plain = snake_case(name)
    for pattern, written in ABBREVIATIONS.items():
        plain = re.sub(pattern, written, plain)
    return plain
