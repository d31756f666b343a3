"""What stands on the two pages: the sentence, the tiles, the ask, the risks, all from claims."""

from typing import Any

from data_contracts.titles import within_sentence
from reports.pages.decision.ask import SIMULATED, ask, cost_line, price_notice
from reports.pages.decision.first_days import first_days
from reports.pages.decision.parts import as_text, text_of
from reports.pages.decision.prices import Prices, prices
from reports.pages.decision.programme import beside, if_it_goes_badly, planned, together
from reports.pages.decision.sentence import sentence
from reports.pages.executive import Answer, answer
from reports.pages.facts import Facts
from reports.pages.window_evidence import confounding
from reports.wording import SIMULATED_SOURCES, phrase, stage

MOST_REASON_CHARACTERS = 220
_LEVERS_SQL = """
SELECT lever, title, tier, basis, judged_verdict, judged_gate FROM economics.levers
WHERE NOT is_in_programme AND refusal_code IS DISTINCT FROM 'counted_elsewhere'
QUALIFY row_number() OVER (
  PARTITION BY title ORDER BY basis = 'refused', lever) = 1
ORDER BY basis = 'refused', tier, lever
"""
_QUESTIONS_SQL = """
SELECT outcome, concat_ws('/', outcome, feature) AS key FROM evidence.leak_questions
WHERE NOT is_answered ORDER BY outcome, feature
"""
_WIDEST_SQL = "SELECT input, title, kind FROM economics.sensitivity ORDER BY rank LIMIT 1"
_RUN_SQL = """
SELECT source_profile, as_of, is_quick FROM evidence.runs
ORDER BY run_number DESC NULLS LAST LIMIT 1
"""
LEAST_WORTH_USD = 1000.0  # what an input is worth knowing; less pays for no study
_TOP_INPUT_SQL = """
SELECT input, title FROM economics.sensitivity ORDER BY value_of_information_usd DESC, rank LIMIT 1
"""
NET, NPV, NPV_PROB, COST, PAYBACK, BREAK_EVEN = (
    f"base/{name}"
    for name in (
        "annual_net_savings_usd",
        "npv_usd",
        "npv_positive_prob",
        "implementation_cost_usd",
        "payback_months",
        "break_even_effect_share",
    )
)


def content(facts: Facts) -> dict[str, Any]:
    """Gather everything the summary says.

    Args:
        facts: Claims and rows of the published warehouse.

    Returns:
        Texts by place on the page, ready for the template.
    """
    run = facts.rows(_RUN_SQL)
    source = str(run[0]["source_profile"]) if run else ""
    as_of = run[0]["as_of"] if run else None
    said, found = answer(facts), prices(facts)
    return {
        "title": f"What failed batches cost, and what can be done ({source.replace('_', ' ')})",
        "year": as_of.year if as_of else 2000,
        "month": as_of.month if as_of else 1,
        "day": as_of.day if as_of else 1,
        "footer": f"Records as of {as_of:%Y-%m-%d}. Money: P50 with P10 to P90. "
        "Every figure is a claim that lotwise verify recomputes."
        if as_of
        else "",
        "notice": _notice(source, is_quick=bool(run and run[0]["is_quick"]), found=found),
        "prices": "" if found.is_simulated else as_text(facts, price_notice(found)),
        "has_own_prices": found.is_own,
        "cost_line": as_text(facts, cost_line(facts, said)),
        "sentence": sentence(facts, said, found),
        "cost_caption": "What batches beyond a proxy limit would cost, had each been lost"
        if said.outcome and said.outcome.get("is_proxy")
        else "What all failures on record cost, by mode and stage",
        "todo": _todo(facts) if said.is_priced else [],
        "badly": as_text(facts, if_it_goes_badly(facts)) if said.is_priced else "",
        "days": [
            {"when": step.when, "what": as_text(facts, step.what), "owner": step.owner}
            for step in first_days(facts, said, found)
        ],
        "sums": _sums(facts) if said.is_priced else [],
        "tiles": _tiles(facts, said, found),
        "ask": as_text(facts, ask(facts, said, found)).strip(),
        "sure": _sure(facts, said),
        "levers": _levers(facts),
        "risks": _risks(facts, said),
        "unclaimed": _unclaimed(said, source),
    }


def _notice(source: str, *, is_quick: bool, found: Prices) -> str:
    notices = []
    if source in SIMULATED_SOURCES:
        notices.append(
            "A simulated plant with planted causes: evidence of nothing about any real plant."
        )
    if found.is_simulated:
        notices.append(SIMULATED)
    if is_quick:
        notices.append("A quick run: fewer resamples, coarser intervals. Decide on a full one.")
    return " ".join(notices)


def _tiles(facts: Facts, said: Answer, found: Prices) -> list[dict[str, str]]:
    is_proxy = bool(said.outcome and said.outcome.get("is_proxy"))
    loss = {
        "label": "A year, were all beyond limits lost"
        if is_proxy
        else "Failures cost today, a year",
        "value": text_of(facts, "cost.loss_per_year", None, "value"),
        "note": text_of(facts, "cost.loss_per_year", None, "interval"),
    }
    if not said.has_failures:
        label = "Batches lost" if said.has_kept_failures else "Failures on record"
        loss = {"label": label, "value": "none", "note": "so nothing is priced"}
    if not said.is_priced:
        signals = text_of(facts, "verdict.signals", None, "value")
        outcomes = text_of(facts, "verdict.outcomes", None, "value")
        why = "evidence of tiers is owed" if beside(facts) else "no lever is supported"
        none = {"label": "Savings claimed", "value": "none", "note": why}
        seen = {"label": "Process signals", "value": signals, "note": f"of {outcomes} examined"}
        return [loss, none, seen]
    worth = "Net a year, shipped prices" if found.are_placeholders else "Worth a year, net"
    sure = "How sure that it pays for itself"
    measures = (
        ("Net a year, were they losses" if is_proxy else worth, NET),
        (sure if found.is_own and not is_proxy else "Draws that come out above zero", NPV_PROB),
        ("Costs once", COST),
        ("Pays back after, months", PAYBACK),
    )
    tiles = [
        {
            "label": label,
            "value": text_of(facts, "savings.measure", key, "value"),
            "note": text_of(facts, "savings.measure", key, "interval"),
        }
        for label, key in measures
        if facts.has("savings.measure", key)
    ]
    return [*tiles, loss, _failed(facts, said)]


def _failed(facts: Facts, said: Answer) -> dict[str, str]:
    outcome = None if said.outcome is None else said.outcome["outcome"]
    of_known = f"of {text_of(facts, 'scope.known', outcome)} with a result"
    is_proxy = bool(said.outcome and said.outcome.get("is_proxy"))
    return {
        "label": "Batches beyond a proxy limit" if is_proxy else "Failed batches on record",
        "value": text_of(facts, "scope.failures", outcome, "value"),
        "note": of_known,
    }


def _todo(facts: Facts) -> list[dict[str, str]]:
    """Return what to do, lever by lever, each with what it owes."""
    return [
        {
            "do": as_text(facts, lever.do),
            "more": f"{lever.where}. {as_text(facts, lever.seen)}".strip(),
            "evidence": as_text(facts, lever.evidence),
        }
        for lever in planned(facts)
    ]


def _sums(facts: Facts) -> list[str]:
    """Multiply out what each lever is worth, then add them up."""
    each = [f"{as_text(facts, one.do)} {as_text(facts, one.sums)}" for one in planned(facts)]
    return [*each, as_text(facts, together(facts))]


def _sure(facts: Facts, said: Answer) -> list[str]:
    lines = [text_of(facts, "leak.question", row["key"]) for row in _open_questions(facts, said)]
    if facts.has("proof.batches", "one_sided_exact"):
        line = (
            "Proving the promised fall in the failure rate takes "
            f"{text_of(facts, 'proof.batches', 'one_sided_exact')} batches before and after, "
            f"{text_of(facts, 'proof.years', 'one_sided_exact')} years in all"
        )
        if facts.has("proof.batches", "sequential"):
            tracked = text_of(facts, "proof.batches", "sequential")
            line += f"; a monthly tracker needs about {tracked} batches"
        lines.append(f"{line}.")
    if facts.has("proof.promise"):
        lines.append(
            "Of the programme under way: the evidence that it keeps its promised failure rate is "
            f"{text_of(facts, 'proof.promise')}; twenty or more is shown."
        )
    share = facts.value("savings.measure", BREAK_EVEN)
    if share is not None and share < 1:
        shown = text_of(facts, "savings.measure", BREAK_EVEN)
        lines.append(f"It still pays if only {shown} of the savings come true.")
    top = facts.rows(_TOP_INPUT_SQL)
    if top and said.is_priced:
        lines.append(_worth_knowing(facts, top[0]["input"], top[0]["title"]))
    if facts.has("control.tried"):
        lines.append(
            "Stand-ins that cannot prevent a failure (a held parameter dealt to other lots, its "
            "value in the next batch) went the same way: a saving would have been claimed for "
            f"{text_of(facts, 'control.claimed')} of {text_of(facts, 'control.tried')}."
        )
    lines.append(
        "Models and rules learn from the past and are judged on later batches; a signal is claimed "
        "only beyond what permuted results give."
    )
    return lines


def _open_questions(facts: Facts, said: Answer) -> list[dict[str, Any]]:
    """Return the questions that keep the verdict open."""
    outcome = None if said.outcome is None else said.outcome["outcome"]
    return [row for row in facts.rows(_QUESTIONS_SQL) if row["outcome"] == outcome]


def _worth_knowing(facts: Facts, name: str, title: str) -> str:
    worth = facts.value("sensitivity.information", name)
    if worth is None or worth < LEAST_WORTH_USD:
        return (
            "No single assumption, known exactly, would change what to do: none is worth a study."
        )
    written = text_of(facts, "sensitivity.information", name)
    known = within_sentence(title)
    return f"Worth knowing first: {known}; to know it exactly would be worth {written}."


def _levers(facts: Facts) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for row in facts.rows(_LEVERS_SQL):
        standing = "refused" if row["basis"] == "refused" else "not worth its cost"
        if facts.has("owed.worth", row["lever"]):
            standing = "evidence owed"
        found.append(
            {
                "title": str(row["title"]),
                "tier": str(row["tier"]),
                "standing": standing,
                "reason": _lever_reason(facts, row),
            }
        )
    return found


def _lever_reason(facts: Facts, row: dict[str, Any]) -> str:
    """Return why a lever stands as it does; a verdict in words, its figures in the full report."""
    if row["judged_verdict"]:
        verdict = phrase(row["judged_verdict"]).capitalize()
        return f"{verdict} at {stage(row['judged_gate'])}; why stands in the full report."
    reason = text_of(facts, "lever.reason", row["lever"])
    return _whole_sentences(reason)


def _whole_sentences(reason: str) -> str:
    """Return as many sentences as the page has room for, the last ones, which say why not."""
    if len(reason) <= MOST_REASON_CHARACTERS:
        return reason
    start = reason.find(". ", len(reason) - MOST_REASON_CHARACTERS)
    if start > 0:
        return reason[start + 2 :].strip()
    end = reason.rfind(". ", 0, MOST_REASON_CHARACTERS)
    if end > 0:
        return reason[: end + 1]
    return reason[: reason.rfind(" ", 0, MOST_REASON_CHARACTERS)] + " ..."


def _risks(facts: Facts, said: Answer) -> list[str]:
    risks = [
        (
            "The rate of failure may change by itself; a bad year is followed by a better one "
            "without any programme."
        ),
    ]
    if said.has_failures:
        risks.append(
            f"{text_of(facts, 'assumption.count', None, 'value')} figures are assumed, not "
            f"measured.{_widest(facts)}"
        )
    if said.is_signal:
        risks.insert(0, _unrecorded(facts))
    return risks


def _unrecorded(facts: Facts) -> str:
    """Say what of the doubt about things nobody records is counted in the money."""
    doubt = confounding(facts)
    if doubt is None:
        return (
            "Something that nobody records may stand behind an effect; the full report says how "
            "strong it would have to be."
        )
    ratio = text_of(facts, "assumption.base", doubt["name"])
    return (
        "Something that nobody records may stand behind the window's effect: a risk ratio of "
        f"{ratio}, where 1 is nothing, is assumed for it (owner: {doubt['owner']}) and counted in "
        "the probability that it pays."
    )


def _widest(facts: Facts) -> str:
    """Say which input moves the net present value most, and whether it is assumed."""
    top = facts.rows(_WIDEST_SQL)
    if not top:
        return ""
    swing = text_of(facts, "sensitivity.swing", top[0]["input"])
    name = within_sentence(top[0]["title"])
    kind = "one of them" if top[0]["kind"] == "assumption" else "which is measured"
    return (
        f" What moves the net present value most is {name}, {kind}: by {swing} "
        "between its low and its high tenth."
    )


def _unclaimed(said: Answer, source: str) -> list[str]:
    lines = [
        "That a driver causes failures: drivers are associated with failures and precede them.",
        "That next year will be like the years on record: its figure is a scenario.",
        "That freed capacity is worth money, unless demand is limited by it.",
    ]
    if not said.is_priced:
        lines.insert(0, "Any saving from control.")
    if source in SIMULATED_SOURCES:
        lines.append("Anything about a real plant: this one is simulated.")
    return lines
