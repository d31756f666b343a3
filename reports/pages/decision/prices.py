"""Whose prices the money rests on, and which of them a reader is asked to state first."""

from dataclasses import dataclass
from typing import Any

from data_contracts.codes.money import PricedMeasure
from data_contracts.titles import within_sentence
from reports.pages.facts import Facts

TITLES = {
    PricedMeasure.NET_PRESENT_VALUE: "net present value",
    PricedMeasure.YEARLY_LOSS: "yearly cost of failures",
}
_STANDING_SQL = "SELECT * FROM economics.price_standing LIMIT 1"
_ASKED_SQL = "SELECT name, title FROM economics.price_shares WHERE is_asked ORDER BY rank"


@dataclass(frozen=True)
class Prices:
    """Whose prices the money of a run rests on.

    Attributes:
        priced: What is priced, a ``PricedMeasure``; None where nothing is, or where nobody says.
        set_title: What the set of cost assumptions describes.
        is_own: Whether money may be asked for on them.
        has_own: Whether the plant states any number itself.
        is_simulated: Whether they are those a simulated plant declares.
        asked: Prices to state first, name and title, the weightiest first.
    """

    priced: str | None
    set_title: str = ""
    is_own: bool = False
    has_own: bool = False
    is_simulated: bool = False
    asked: tuple[dict[str, Any], ...] = ()

    @property
    def are_placeholders(self) -> bool:
        """Whether something is priced with prices that nobody of the plant has stated."""
        return self.priced is not None and not self.is_own

    @property
    def title(self) -> str:
        """What is priced, in words."""
        return TITLES.get(str(self.priced), "money")


def prices(facts: Facts) -> Prices:
    """Read whose prices a run rests on."""
    rows = facts.rows(_STANDING_SQL)
    if not rows:
        return Prices(None)
    asked = [row | {"words": within_sentence(row["title"])} for row in facts.rows(_ASKED_SQL)]
    return Prices(
        priced=rows[0]["priced"],
        set_title=rows[0]["set_title"],
        is_own=rows[0]["is_own"],
        has_own=rows[0]["own_numbers"] > 0,
        is_simulated=rows[0]["is_simulated"],
        asked=tuple(asked),
    )
