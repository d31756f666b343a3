"""What a reader calls the inputs of a business case: assumptions, and rates measured on records.

Draws are kept under names that keep them apart; here those names become words.
"""

from collections.abc import Mapping

from data_contracts.titles import within_sentence

ABBREVIATIONS = {"capa": "CAPA"}
WORTHS = {"value", "price", "revenue", "margin", "cost"}  # the word itself says what is paid
OTHERS = {
    "maintenance.saving": "Saving of the replacement interval",
    "release.eligible": "Share of batches released early",
}


def input_title(name: str, outcomes: Mapping[str, str], features: Mapping[str, str]) -> str:
    """Return an input's name in words.

    Args:
        name: Name of the draws: an assumption, or ``failure.<outcome>``,
            ``window.<outcome>.<feature>``, ``sensitivity.<outcome>.<gate>`` and the like, with the
            counts in brackets where one rate was counted in several ways.
        outcomes: Outcome to its title.
        features: Feature to its title; of those held in a window.
    """
    stem, bracket, counts = name.partition(" (")
    kind, _, rest = stem.partition(".")
    if kind == "failure":
        words = f"Failure rate, {_outcomes(rest, outcomes)}"
    elif kind == "window":
        words = f"Effect of holding {_titled(rest.partition('.')[2], features)}"
    elif kind in ("sensitivity", "false_alarms"):
        outcome, _, gate = rest.rpartition(".")
        counted = "Failures caught" if kind == "sensitivity" else "False alarms"
        words = f"{counted} at gate {gate}, {_outcomes(outcome, outcomes)}"
    else:
        words = OTHERS.get(stem) or _assumption(stem)
    return words[:1].upper() + words[1:] + bracket + counts


def _assumption(name: str) -> str:
    """An assumption in words, its currency left to the axis: "Direct material cost per batch"."""
    amount = "" if WORTHS & set(name.split("_")) else "cost"
    parts = [amount if part == "usd" else ABBREVIATIONS.get(part, part) for part in name.split("_")]
    return " ".join(part for part in parts if part)


def _outcomes(joined: str, titles: Mapping[str, str]) -> str:
    return " or ".join(_titled(name, titles) for name in joined.split("+"))


def _titled(name: str, titles: Mapping[str, str]) -> str:
    return within_sentence(titles.get(name, name.replace("_", " ")))
