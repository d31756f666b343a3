"""A condition as somebody writes it: a parameter, where it is held, and perhaps the unit."""

import re
from dataclasses import dataclass
from math import inf, isfinite, isnan

from assets.savings.windows.policy import Window
from data_contracts.errors import UsageError

_NUMBER = r"[-+]?(?:inf|\d*\.?\d+(?:[eE][-+]?\d+)?|\d+\.)"
_WITHIN = re.compile(
    rf"^\s*(?P<name>\S.*?)\s+in\s*\[\s*(?P<low>{_NUMBER})\s*,\s*(?P<high>{_NUMBER})\s*\]"
    r"\s*(?P<unit>.*?)\s*$",
    re.IGNORECASE,
)
_BOUND = re.compile(
    rf"^\s*(?P<name>\S.*?)\s*(?P<side><=|>=|<|>)\s*(?P<end>{_NUMBER})\s*(?P<unit>.*?)\s*$",
    re.IGNORECASE,
)
MOST_LETTERS = 400  # of a condition; longer ones are no name of anything
FORM = 'write it as "parameter in [low, high]", "parameter <= high" or "parameter >= low"'


@dataclass(frozen=True)
class AskedCondition:
    """What is asked of one parameter.

    Attributes:
        text: As it was written.
        name: Name of the parameter, as it was written.
        window: Where it is held.
        unit: Unit of the two numbers; empty where none was written.
    """

    text: str
    name: str
    window: Window
    unit: str


def parse_condition(text: str) -> AskedCondition:
    """Read a condition.

    Args:
        text: ``parameter in [low, high] unit``, ``parameter <= high`` or ``parameter >= low``;
            the unit may be left out, and an end may be ``inf``.

    Raises:
        UsageError: The text has another form, or the window is empty or leaves nothing out.
    """
    if len(text) > MOST_LETTERS:
        raise UsageError(f"A condition of {len(text):,} letters is too long; {FORM}.")
    within, bound = _WITHIN.match(text), _BOUND.match(text)
    if within is not None:
        name, unit = within["name"], within["unit"]
        low, high = float(within["low"]), float(within["high"])
    elif bound is not None:
        name, unit, end = bound["name"], bound["unit"], float(bound["end"])
        low, high = (-inf, end) if bound["side"].startswith("<") else (end, inf)
    else:
        raise UsageError(f"Condition '{text}': {FORM}.")
    if isnan(low) or isnan(high) or low == inf or high == -inf:
        raise UsageError(f"Condition '{text}': the window holds no number; {FORM}.")
    if not low < high:
        raise UsageError(
            f"Condition '{text}': {low:g} is not below {high:g}, so no batch fits; name the lower "
            "end first."
        )
    if not isfinite(low) and not isfinite(high):
        raise UsageError(
            f"Condition '{text}': a window open at both ends changes nothing; name an end."
        )
    return AskedCondition(text, name, Window(low, high), unit)
