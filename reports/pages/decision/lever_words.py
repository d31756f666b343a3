"""What a reader is told of each kind of lever: what to do, what was seen of it, what it owes.

One entry a kind. Sentences are parts, words and claims by name, as in ``ask``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from data_contracts.titles import within_sentence
from reports.pages.decision.parts import Part
from reports.pages.facts import Facts
from reports.wording import stage

Words = Callable[[Facts, dict[str, Any]], list[Part]]


def _declared(_: Facts, row: dict[str, Any]) -> list[Part]:
    return [f"{row['title']}."]


def _nothing(_: Facts, row: dict[str, Any]) -> list[Part]:
    del row
    return []


@dataclass(frozen=True)
class LeverWords:
    """The words for one kind of lever; both functions take a row of ``programme``'s levers.

    Attributes:
        do: What is done, with parameter, limit and unit; its declared title where nothing else.
        seen: What the records say of it, in plain words.
        owed: Evidence its tier owes before it may be used; "" for what its evidence already is.
    """

    do: Words = _declared
    seen: Words = _nothing
    owed: str = ""


def _limits(facts: Facts, row: dict[str, Any]) -> list[Part]:
    """Say within which limits a parameter is kept, with its unit."""
    unit = f" {row['unit']}" if row["unit"] else ""
    low: Part = ("window.low", row["lever"], "value")
    high: Part = ("window.high", row["lever"], "value")
    has_low, has_high = (facts.has(f"window.{end}", row["lever"]) for end in ("low", "high"))
    if has_low and has_high:
        return ["between ", low, " and ", high, unit]
    if not has_low and not has_high:
        return ["in its window"]
    return ["at or above ", low, unit] if has_low else ["at or below ", high, unit]


def parameter(row: dict[str, Any]) -> str:
    """Return a parameter's title without the unit, which stands behind its limit."""
    return within_sentence(str(row["parameter"]).removesuffix(f" ({row['unit']})"))


def _hold(facts: Facts, row: dict[str, Any]) -> list[Part]:
    return [f"Hold {parameter(row)} ", *_limits(facts, row), "."]


def _choose_lots(facts: Facts, row: dict[str, Any]) -> list[Part]:
    limits = _limits(facts, row)
    return [f"Use lots with {parameter(row)} ", *limits, "; reject or blend the others."]


def _alert(_: Facts, row: dict[str, Any]) -> list[Part]:
    return [f"Act on the alert at {stage(row['gate'])}: rescue the batch, or stop it."]


def _seen_outside(facts: Facts, row: dict[str, Any]) -> list[Part]:
    if not facts.has("lever.of_ten", row["lever"]):
        return []
    return [
        "It goes with ",
        ("lever.of_ten", row["lever"], "full"),
        " fewer of ten failures; ",
        ("window.outside", row["lever"], "value"),
        " of batches on record lie outside.",
    ]


def _seen_by_alert(facts: Facts, row: dict[str, Any]) -> list[Part]:
    if not facts.has("lever.of_ten", row["lever"]):
        return []
    return [
        "Of ten failures it would have caught ",
        ("lever.of_ten", row["lever"], "value"),
        ", with an alarm on ",
        ("lever.alarmed", row["lever"], "value"),
        " of a hundred good batches.",
    ]


LEVER_WORDS: dict[str, LeverWords] = {
    "alert": LeverWords(_alert, _seen_by_alert, "detection sensitivity against known excursions"),
    "window": LeverWords(
        _hold,
        _seen_outside,
        "safety, effectiveness and bounded behaviour over the whole operating range",
    ),
    "lots": LeverWords(
        _choose_lots,
        _seen_outside,
        "that receiving tests tell lots beyond the limit, on a seeded panel",
    ),
    "maintenance": LeverWords(),
    "inspection": LeverWords(),
    "release": LeverWords(
        owed="bounded behaviour of the prediction over the whole operating range"
    ),
}


def lever_words(kind: str) -> LeverWords:
    """Return the words for a kind; a kind of an earlier run that is no more is told by its title.

    Args:
        kind: As in ``economics.levers``.
    """
    return LEVER_WORDS.get(kind, LeverWords())
