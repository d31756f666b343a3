"""What the page asks its reader to decide, said once for the report, the summary and the workbook.

Money is asked for only on prices of the plant's own. Sentences are parts: words, and claims by
name, so that a page can mark each figure and a document can print it.
"""

from typing import Any

from data_contracts.titles import within_sentence
from reports.pages.decision.cost_basis import cost_basis
from reports.pages.decision.first_days import first_days, shortest_trial, trials
from reports.pages.decision.parts import COST, Part, as_text
from reports.pages.decision.prices import Prices, prices
from reports.pages.decision.programme import beside, if_it_goes_badly, planned
from reports.pages.decision.sentence import sentence
from reports.pages.executive import Answer, answer
from reports.pages.facts import Facts
from reports.wording import NEXT_STEPS

SIMULATED = "Prices are those of the simulated plant, which declares them."
NO_LEVER = "No money now: the records support no lever yet. "
EVIDENCE_OWED = "No money now: first the evidence that a lever's tier owes. "
_RUN_SQL = "SELECT is_quick FROM evidence.runs ORDER BY run_number DESC NULLS LAST LIMIT 1"
UNKNOWN = "None yet: this copy does not say whose prices it rests on. Run it again."


def price_notice(found: Prices) -> list[Part]:
    """Say whose prices the money rests on; nothing where nothing is priced."""
    if found.are_placeholders:
        share: Part = ("prices.placeholder_share", found.priced, "value")
        of_what = f" of the variance of the {found.title}."
        if found.has_own:
            part = (
                "Part of these prices is not this plant's yet. Those that came with lotwise carry "
            )
            return [part, share, of_what]
        whose = f"These are not this plant's prices. They came with lotwise ({found.set_title})"
        return [f"{whose}, and carry ", share, of_what]
    if found.priced is None:
        return []
    if found.is_simulated:
        return [SIMULATED]
    return [
        "Numbers of the plant's own: ",
        ("prices.own_numbers", None, "value"),
        ", in the set ",
        ("prices.set", None, "value"),
        "; the ",
        ("prices.placeholders", None, "value"),
        " that came with lotwise carry ",
        ("prices.placeholder_share", found.priced, "value"),
        f" of the variance of the {found.title}.",
    ]


def ask(facts: Facts, said: Answer, found: Prices) -> list[Part]:
    """Say what is asked of the reader.

    Args:
        facts: Claims and rows of the published warehouse.
        said: The answer the page opens with.
        found: Whose prices it rests on.

    Returns:
        Sentences. Nobody is asked for money while placeholders carry the money, where no batch
        is on record as lost, where only proxies are priced, or where acting is not shown to pay.
    """
    if not said.has_failures:
        none_lost = within_sentence(said.none_lost)
        return [f"None: {none_lost}, so there is none to prevent and nothing to price."]
    if not said.is_priced:
        no_lever = EVIDENCE_OWED if beside(facts) else NO_LEVER
        why = [no_lever] if said.is_signal else _no_control(said)
        return [*why, *_prices_first(found, "Meanwhile put in")]
    if found.are_placeholders:
        proxies = [" Confirm, too, which of these batches were in fact lost."]
        also = proxies if said.is_arithmetic else []
        return ["None yet. ", *_prices_first(found, "First put in"), *also]
    return _on_own_prices(facts, said, found)


def _on_own_prices(facts: Facts, said: Answer, found: Prices) -> list[Part]:
    if found.priced is None:
        return [UNKNOWN]
    if said.is_arithmetic:
        return ["None: confirm first which of these batches were in fact lost."]
    if said.kind == "worth":
        return _approval(facts)
    return ["No money now. At these prices acting on it is not shown to pay."]


def _prices_first(found: Prices, verb: str) -> list[Part]:
    """Name the prices to state, with the share of the variance that each carries."""
    if not found.are_placeholders:
        return []
    one = len(found.asked) == 1
    parts: list[Part] = [f"{verb} {'this price' if one else 'these prices'}: "]
    for place, price in enumerate(found.asked):
        of_what = "" if place else " of the variance"
        end = "." if place == len(found.asked) - 1 else ", "
        share: Part = ("prices.asked", price["name"], "value")
        parts += [f"{price['words']} (", share, f"{of_what}){end}"]
    return parts


def _approval(facts: Facts) -> list[Part]:
    if any(row["is_quick"] for row in facts.rows(_RUN_SQL)):
        return ["None yet: this was a quick run. Run it in full before anyone decides on it."]
    cost: list[Part] = []
    if facts.has("savings.measure", COST):
        cost = [("savings.measure", COST, "full"), " once for "]
    if facts.has("proof.promise"):
        return ["Approve ", *cost, "the programme above."]
    promise = (
        "Write its start and the failure rates before and promised into the assumptions: from then "
        "on the tracker tells whether they are kept."
    )
    lever = shortest_trial(facts)
    if lever is None:
        return ["Approve ", *cost, f"the programme above. Run it first at one line. {promise}"]
    is_one = trials(facts) == 1
    shown = "that shows" if is_one else "they show"
    return [
        "Approve now a switchback at one line ("
        if is_one
        else "Approve now the switchbacks below, the shortest first, at one line (",
        ("trial.pairs", lever, "value"),
        " pairs of blocks, ",
        ("trial.months", lever, "value"),
        " months). Release ",
        *cost,
        f"the programme above when {shown} the margin answering; else stop. {promise}",
    ]


def _no_control(said: Answer) -> list[Part]:
    verdict = None if said.outcome is None else said.outcome.get("verdict")
    step = NEXT_STEPS.get(str(verdict), "More of the process has to be recorded.")
    where = "What could have been seen, and what to measure next, stand in the full report. "
    return [f"No money for control. {step} {where}"]


def cost_line(facts: Facts, said: Answer) -> list[Part]:
    """Say what failures cost a year, as a product that a reader can do again; else nothing."""
    if not facts.has("cost.rate_failures"):
        return []
    is_proxy = bool(said.outcome and said.outcome.get("is_proxy"))
    return [
        "Were each batch beyond a limit lost: " if is_proxy else "",
        ("cost.rate_failures", None, "value"),
        " a year at " if is_proxy else " failures a year at ",
        ("cost.rate_each", "base", "value"),
        " each make ",
        ("cost.rate_loss", "base", "value"),
        " a year; with every price at its low end ",
        ("cost.rate_loss", "low", "value"),
        ", at its high end ",
        ("cost.rate_loss", "high", "value"),
        ".",
        *_drawn(facts),
        *_at_target(facts),
        *cost_basis(facts),
    ]


def _drawn(facts: Facts) -> list[Part]:
    """Reconcile the product of the bases with the middle of the draws."""
    drawn, product = facts.value("cost.loss_per_year"), facts.value("cost.rate_loss", "base")
    if drawn is None or product is None:
        return []
    lies = "above" if drawn > product else "below"
    return [
        " Drawn over every range, and over what the count leaves open about the rate, it is ",
        ("cost.loss_per_year", None, "full"),
        f": counts and ranges are skewed, so the middle of the draws lies {lies} that product.",
    ]


def _at_target(facts: Facts) -> list[Part]:
    """Compare with the rate that the set names as target, by arithmetic alone."""
    if not facts.has("cost.target_rate"):
        return []
    return [
        " From ",
        ("cost.rate_recorded", None, "value"),
        " to ",
        ("cost.target_rate", None, "value"),
        " of batches, which the set names for comparison, ",
        ("cost.target_failures", None, "value"),
        " fewer would fail a year: ",
        ("cost.target_saved", "base", "value"),
        " a year, or ",
        ("cost.target_saved", "low", "value"),
        " to ",
        ("cost.target_saved", "high", "value"),
        " at the ends. That is arithmetic and promises nothing.",
    ]


def context(facts: Facts) -> dict[str, Any]:
    """Gather what the executive template shows of prices and of the ask."""
    found, said = prices(facts), answer(facts)
    return {
        "prices": found,
        "price_notice": price_notice(found),
        "ask": ask(facts, said, found),
        "cost_line": cost_line(facts, said),
        "first_days": first_days(facts, said, found),
    }


def page_one(facts: Facts) -> dict[str, str]:
    """Return what the first page says of cost, prices and the ask, as plain text by topic."""
    found, said = prices(facts), answer(facts)
    parts: dict[str, list[Part]] = {
        "answer": [sentence(facts, said, found)],
        "cost": cost_line(facts, said),
        "prices": price_notice(found),
        "ask": ask(facts, said, found),
    }
    if said.is_priced:
        parts["badly"] = if_it_goes_badly(facts)
        parts["todo"] = [part for lever in planned(facts) for part in [*lever.do, " "]]
    parts["days"] = [
        part
        for step in first_days(facts, said, found)
        for part in [f"{step.when}: ", *step.what, f" ({step.owner}) "]
    ]
    return {topic: as_text(facts, said).strip() for topic, said in parts.items() if said}
