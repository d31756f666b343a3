"""What is assumed of things nobody records, where a set says nothing of them itself.

An effect read from records is an association, however well it is adjusted. Leaving the doubt out of
the money would call it none, so a set that holds a parameter in a window and says nothing has this
entry, without an owner.
"""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from data_contracts.assumption_schema.lever_kinds import holding_values
from data_contracts.assumption_schema.model import Assumption, Lever
from data_contracts.codes.money import PriceOrigin

NAME = "unmeasured_confounding_ratio"
_DEFAULT = Assumption(
    name=NAME,
    low=Fraction("0.8"),
    base=Fraction(1),
    high=Fraction("1.33"),
    unit="ratio",
    distribution="triangular",
    owner="Nobody yet: name who answers for it",
    source="default of lotwise; 1.33 is what something unmeasured does that goes with both the "
    "parameter and failure by a risk ratio of 2 (Ding & VanderWeele 2016, Epidemiology 27, 368)",
    as_of=date(2026, 11, 1),
    kind="assumption",
    favourable="low",
    description="Risk ratio by which something nobody records makes batches outside a window look "
    "worse than the parameter makes them.",
    origin=PriceOrigin.METHOD,
    stated_in="lotwise",
)


def unmeasured_confounding(levers: Iterable[Lever]) -> dict[str, Assumption]:
    """Return the assumption that a set with such levers needs, by its name; empty for others.

    Args:
        levers: The levers of the set.
    """
    return {NAME: _DEFAULT} if holding_values(levers) else {}
