"""What the programme is: what to do, what it is worth as a sum to redo, and what comes when.

Sentences are parts, words and claims by name, as in ``ask``. Levers are named with the parameter,
its limit and its unit; a model's driver precedes failures and is not said to cause them.
"""

from dataclasses import dataclass
from typing import Any

from reports.pages.decision.lever_words import lever_words
from reports.pages.decision.parts import COST, Part
from reports.pages.facts import Facts
from reports.wording import TIERS, stage

_LEVERS = """
SELECT l.lever, l.title, l.kind, l.tier, l.gate,
  coalesce(d.title, w.feature) AS parameter, d.unit
FROM economics.levers AS l
LEFT JOIN economics.window_effects AS w ON w.lever = l.lever AND w.target = 'expected_share'
LEFT JOIN feature.dictionary AS d ON d.feature = w.feature
LEFT JOIN economics.programme_arithmetic AS a
  ON a.lever = l.lever AND a.figure = 'net_usd_per_year'
"""
_IN_ORDER = "ORDER BY a.value DESC NULLS LAST, l.lever"
_LEVERS_SQL = f"{_LEVERS} WHERE l.is_in_programme {_IN_ORDER}"
# The column is there wherever the table is that is joined: earlier runs have neither.
_BESIDE_SQL = f"""
{_LEVERS} JOIN evidence.lever_standing AS s ON s.lever = l.lever
WHERE l.owed_because IS NOT NULL ORDER BY l.owed_worth_p50_usd_per_year DESC, l.lever
"""
_NO_TRIAL_SQL = "SELECT lever, reason FROM finding.trial_designs WHERE reason IS NOT NULL"
NET = "base/annual_net_savings_usd"


@dataclass(frozen=True)
class Planned:
    """One lever of the programme, as a reader meets it.

    Attributes:
        lever: Its key.
        do: What is done, with parameter, limit and unit.
        where: Stage it acts at, and its tier in words.
        seen: What the records say of it, in plain words.
        evidence: What shows the evidence of its tier, or what of it is owed.
        sums: What it is worth, factor by factor.
        proof: The trial that would prove it, or why none is designed.
    """

    lever: str
    do: list[Part]
    where: str
    seen: list[Part]
    evidence: list[Part]
    sums: list[Part]
    proof: list[Part]


def planned(facts: Facts) -> list[Planned]:
    """Return the levers of the programme, worth most first."""
    reasons = {row["lever"]: row["reason"] for row in facts.rows(_NO_TRIAL_SQL)}
    return [_lever(facts, row, reasons.get(row["lever"])) for row in facts.rows(_LEVERS_SQL)]


def _lever(facts: Facts, row: dict[str, Any], no_trial: str | None) -> Planned:
    words = lever_words(row["kind"])
    return Planned(
        lever=row["lever"],
        do=words.do(facts, row),
        where=_where(row),
        seen=words.seen(facts, row),
        evidence=_evidence(facts, row["lever"], words.owed),
        sums=_sums(facts, row["lever"]),
        proof=proof(facts, row["lever"], no_trial),
    )


def _evidence(facts: Facts, lever: str, owed: str) -> list[Part]:
    """Name the protocol that was met; of a run before tiers were judged, what is owed."""
    if facts.has("tier.shown", lever):
        return ["Evidence of its tier: ", ("tier.shown", lever, "value")]
    return [f"Evidence owed: {owed}."] if owed else []


@dataclass(frozen=True)
class Beside:
    """One lever that the records support and that is in no total, for want of evidence.

    Attributes:
        lever: Its key.
        do: What would be done.
        where: Stage it acts at, and its tier in words.
        worth: What it would add, and what is owed.
    """

    lever: str
    do: list[Part]
    where: str
    worth: list[Part]


def beside(facts: Facts) -> list[Beside]:
    """Return the levers beside the programme, worth most first."""
    return [
        Beside(
            lever=row["lever"],
            do=lever_words(row["kind"]).do(facts, row),
            where=_where(row),
            worth=[
                "Worth ",
                ("owed.worth", row["lever"], "full"),
                " a year. ",
                ("owed.because", row["lever"], "value"),
            ],
        )
        for row in facts.rows(_BESIDE_SQL)
    ]


def _where(row: dict[str, Any]) -> str:
    tier = f"tier {row['tier']}, {TIERS.get(row['tier'], '')}".rstrip(", ")
    return tier if row["gate"] is None else f"{stage(row['gate'])}; {tier}"


def _sums(facts: Facts, lever: str) -> list[Part]:
    """Multiply out what a lever is worth, every number at its base."""
    said: list[Part] = []
    if facts.has("plan.settled", lever):
        said += [
            "It meets ",
            ("plan.met", lever, "value"),
            " failures a year and settles ",
            ("plan.share", lever, "value"),
            " of them, ",
            ("plan.settled", lever, "value"),
            " a year; at ",
            ("plan.each", lever, "value"),
            " of avoidable cash each that makes ",
            ("plan.failure_savings", lever, "value"),
            " a year. ",
        ]
    if facts.has("plan.direct", lever):
        said += ["Whatever fails, it changes cash by ", ("plan.direct", lever, "value")]
        said += [" a year: together ", ("plan.savings", lever, "value"), ". "]
    return [
        *said,
        "Less ",
        ("plan.running", lever, "value"),
        " a year to run it: ",
        ("plan.net", lever, "value"),
        " a year.",
    ]


def proof(facts: Facts, lever: str, reason: str | None) -> list[Part]:
    """Say which trial would prove a lever on the margins, and how long failures would take."""
    on_failures: list[Part] = []
    if facts.has("trial.failure_months", lever):
        on_failures = [
            " Failures alone would take ",
            ("trial.failure_months", lever, "value"),
            " months.",
        ]
    if not facts.has("trial.pairs", lever):
        return [reason, *on_failures] if reason else []
    return [
        "A switchback of ",
        ("trial.pairs", lever, "value"),
        " pairs of blocks of about ",
        ("trial.block", lever, "value"),
        " batches, one at ",
        ("trial.near", lever, "value"),
        " and one at ",
        ("trial.far", lever, "value"),
        " (both inside the limit, whole lots, order drawn), shows in ",
        ("trial.months", lever, "value"),
        " months whether the margin answers as the saving assumes, with probability ",
        ("trial.power", lever, "value"),
        *_looked_at_often(facts, lever),
        ".",
        *on_failures,
    ]


def _looked_at_often(facts: Facts, lever: str) -> list[Part]:
    if not facts.has("trial.sequential_months", lever):
        return []
    return [
        "; looked at after each pair and stopped once shown it takes up to ",
        ("trial.sequential_months", lever, "value"),
        " months in four of five",
    ]


def together(facts: Facts) -> list[Part]:
    """Add the levers up, and reconcile the sum at base with the middle of the draws."""
    if not facts.has("plan.net", "all"):
        return []
    return [
        "With every number at its base the programme saves ",
        ("plan.savings", "all", "value"),
        " a year and costs ",
        ("plan.running", "all", "value"),
        " a year to run: ",
        ("plan.net", "all", "value"),
        " a year. ",
        *_reconciled(facts),
    ]


def _reconciled(facts: Facts) -> list[Part]:
    drawn, base = facts.value("savings.measure", NET), facts.value("plan.net", "all")
    if drawn is None or base is None:
        return []
    lies = "above" if drawn > base else "below"
    return [
        "The middle of the draws, which stands everywhere else, is ",
        ("plan.drawn", None, "value"),
        " (",
        ("savings.measure", NET, "value"),
        " as rounded to its interval) and lies ",
        ("plan.gap", None, "value"),
        f" {lies} that sum: ranges are skewed, and middles do not multiply.",
    ]


def if_it_goes_badly(facts: Facts) -> list[Part]:
    """Say what the conservative case comes to, and what is lost if nothing is saved at all."""
    if not facts.has("savings.measure", "conservative/annual_net_savings_usd"):
        return []
    said: list[Part] = [
        "With every price and share from the unfavourable half of its range it nets ",
        ("savings.measure", "conservative/annual_net_savings_usd", "full"),
        " a year",
    ]
    if facts.has("savings.measure", "conservative/npv_positive_prob"):
        said += [
            "; its net present value is above zero with probability ",
            ("savings.measure", "conservative/npv_positive_prob", "value"),
        ]
    at_stake: list[Part] = []
    if facts.has("savings.measure", COST):
        at_stake = [
            " If it prevented nothing, the one-off ",
            ("savings.measure", COST, "value"),
            " would be lost, and the running cost until it is stopped.",
        ]
    return [*said, ".", *at_stake]


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the templates show of the programme."""
    return {
        "planned": planned(facts),
        "beside": beside(facts),
        "together": together(facts),
        "badly": if_it_goes_badly(facts),
    }
