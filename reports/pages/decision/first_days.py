"""What happens after the decision: the first ninety days, who answers for each step, and what then.

Owners are those of the assumptions a step rests on. Where nobody of the plant has stated a price,
its owner is still to be named, and stating it is the first step.
"""

from dataclasses import dataclass
from typing import Any

from reports.pages.decision.parts import Part
from reports.pages.decision.prices import Prices
from reports.pages.executive import Answer
from reports.pages.facts import Facts
from reports.wording import NEXT_STEPS

PLACEHOLDER = "placeholder"
MSAT = "manufacturing science"
_OWNERS_SQL = "SELECT name, owner, origin FROM economics.assumptions"
_TRIAL_SQL = """
SELECT t.lever FROM finding.trial_designs AS t JOIN economics.levers AS l ON l.lever = t.lever
WHERE l.is_in_programme AND t.months IS NOT NULL ORDER BY t.months, t.lever
"""
_ROLES = {
    "change": ("change_control_usd",),
    "validation": ("validation_usd_tier_3", "validation_usd_tier_2", "validation_usd_tier_1"),
    "build": ("implementation_usd", "window_implementation_usd", "lot_implementation_usd"),
    "hold": ("window_adherence_share", "lot_adherence_share"),
}
MONTHS = "implementation_months"


@dataclass(frozen=True)
class DayStep:
    """One step after the decision.

    Attributes:
        when: Day or month, in words.
        what: What is done.
        owner: Who answers for it; or who is to be asked to.
    """

    when: str
    what: list[Part]
    owner: str


def first_days(facts: Facts, said: Answer, found: Prices) -> list[DayStep]:
    """Return the steps of the first ninety days, in order.

    Args:
        facts: Claims and rows of the published warehouse.
        said: The answer the page opens with.
        found: Whose prices it rests on.
    """
    if not said.has_failures or said.is_arithmetic:
        return []
    owner = _Owners(facts)
    if not said.is_priced:
        return _without_money(said)
    steps = [
        DayStep("Day 0", ["Decide, and name one owner for each lever."], "whoever decides"),
        DayStep("By day 30", ["Open the change; agree on the limits above."], owner("change")),
        DayStep("By day 60", ["Agree on the protocol of the evidence owed."], owner("validation")),
        DayStep("By day 90", _start(facts), owner("hold")),
    ]
    if found.are_placeholders:
        steps[0] = DayStep(
            "Day 0", ["State the prices named above, and run again."], "owners of these prices"
        )
    if facts.has("assumption.base", MONTHS):
        in_use: list[Part] = [
            "In use ",
            ("assumption.base", MONTHS, "value"),
            " months after the money is released",
        ]
        ramp: list[Part] = []
        if facts.has("assumption.base", "ramp_months"):
            ramp = [
                ", at full effect ",
                ("assumption.base", "ramp_months", "value"),
                " months later",
            ]
        when = "If it shows" if shortest_trial(facts) else "Then"
        steps.append(DayStep(when, [*in_use, *ramp, "."], owner("build")))
    return steps


def shortest_trial(facts: Facts) -> str | None:
    """Return the lever of the programme with the shortest trial; None where none is designed."""
    found = facts.rows(_TRIAL_SQL)
    return str(found[0]["lever"]) if found else None


def trials(facts: Facts) -> int:
    """Return how many levers of the programme have a trial; one shows nothing of another."""
    return len(facts.rows(_TRIAL_SQL))


def _start(facts: Facts) -> list[Part]:
    """Say what starts within the ninety days: the shortest trial where one is designed."""
    lever = shortest_trial(facts)
    if lever is None:
        return ["Start at one line; record for each batch whether the limit was held."]
    return [
        "Start the switchback at one line (",
        ("trial.pairs", lever, "value"),
        " pairs of blocks, ",
        ("trial.months", lever, "value"),
        " months); record for each batch whether the limit was held.",
    ]


def _without_money(said: Answer) -> list[DayStep]:
    verdict = None if said.outcome is None else said.outcome.get("verdict")
    step = NEXT_STEPS.get(str(verdict), "More of the process has to be recorded.")
    if said.is_signal:
        step = "Read below why each lever was refused, and record what its evidence lacks."
    return [
        DayStep("By day 30", [step], MSAT),
        DayStep("By day 90", ["Run again on what was recorded meanwhile."], MSAT),
    ]


class _Owners:
    """Owners by role of a step."""

    def __init__(self, facts: Facts) -> None:
        self._rows: dict[str, dict[str, Any]] = {
            row["name"]: row for row in facts.rows(_OWNERS_SQL)
        }

    def __call__(self, role: str) -> str:
        for name in _ROLES[role]:
            if name in self._rows:
                row = self._rows[name]
                asked = row["origin"] == PLACEHOLDER
                return f"to be named; ask {row['owner']}" if asked else str(row["owner"])
        return "to be named"
