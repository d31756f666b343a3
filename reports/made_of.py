"""A figure remade from the figures it is made of: products and sums over claims.

``plan.settled[lots.failure] * plan.each[lots.failure]`` names claims; what stands between them is
``*``, ``+`` or ``-``. The same text is worked out over stored values, to see that the arithmetic is
right, and over printed ones, to see that a reader comes to the same.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from data_contracts.errors import LotwiseError

Amount = TypeVar("Amount")
_TERM = re.compile(r"\s*([*+-]?)\s*([a-z_]+\.[a-z_]+(?:\[[^\]]*\])?)")


class MadeOfError(LotwiseError):
    """A made-of text cannot be read."""


def parts(made_of: str) -> list[tuple[str, str]]:
    """Return the sign or factor and the claim of each part, in order.

    Args:
        made_of: Text as in ``evidence.claims.made_of``.

    Raises:
        MadeOfError: Something else than claims stands in it.
    """
    return list(_parts(made_of))


def _parts(made_of: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(made_of.rstrip()):
        found = _TERM.match(made_of, at)
        if found is None or bool(found[1]) == (at == 0):
            raise MadeOfError(
                f"'{made_of}' cannot be read at '{made_of[at:]}': claims stand between *, + and -."
            )
        yield found[1] or "+", found[2]
        at = found.end()


def remade(made_of: str, value_of: Callable[[str], Amount]) -> Amount:
    """Work out what a figure comes to from the claims it names.

    Args:
        made_of: Text as in ``evidence.claims.made_of``.
        value_of: Value of a claim, by its id.
    """
    total: Any = None
    for operator, name in parts(made_of):
        value: Any = value_of(name)
        if total is None:
            total = value
        elif operator == "*":
            total = total * value
        else:
            total = total + value if operator == "+" else total - value
    found: Amount = total
    return found
