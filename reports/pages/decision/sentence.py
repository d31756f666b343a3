"""The one sentence a document opens with: what acting is worth, or why nothing is claimed."""

from reports.pages.decision.parts import text_of
from reports.pages.decision.prices import Prices
from reports.pages.decision.programme import beside
from reports.pages.executive import NET_SAVINGS as NET
from reports.pages.executive import NPV, Answer
from reports.pages.facts import Facts
from reports.wording import stage

NPV_PROB = "base/npv_positive_prob"
# Whether levers stand beside the programme, and then what.
NO_LEVER = {
    False: ", but no lever is supported: no savings.",
    True: "; what could be done about it still owes the evidence of its tier, so no savings are "
    "counted.",
}


def sentence(facts: Facts, said: Answer, found: Prices) -> str:
    """Return the one sentence that a document opens with.

    Args:
        facts: Claims and rows of the published warehouse.
        said: What the records answer.
        found: Whose prices it rests on.
    """
    net = text_of(facts, "savings.measure", NET)
    gates = " and ".join(stage(gate) for gate in said.gates)
    if said.kind == "worth":
        return _worth(facts, said, found, f"{net} a year", gates)
    if said.kind == "not_worth":
        npv = text_of(facts, "savings.measure", NPV)
        return (
            f"Something at {gates} precedes failures, but acting on it is not shown to pay: {net} "
            f"a year after its running cost, a net present value of {npv}."
        )
    if said.kind == "unpriced" and said.outcome and not said.loses_batch:
        return (
            f"'{said.outcome['title']}' can be seen coming by {gates}; no batch is lost by it, so "
            "nothing of it is priced."
        )
    if said.kind == "unpriced" and not said.has_failures:
        return (
            f"{said.none_lost}, so nothing is priced. Records made by {gates} foretell how close "
            "results come to a limit."
        )
    if said.kind == "unpriced":
        return f"Something at {gates} precedes failures{NO_LEVER[bool(beside(facts))]}"
    return f"{said.nothing_found} No savings are claimed."


def _worth(facts: Facts, said: Answer, found: Prices, net: str, gates: str) -> str:
    """Say what acting is worth, and how surely where the prices are the plant's own."""
    if said.is_arithmetic:
        return (
            f"No batch was lost; if every batch beyond its limit were, acting at {gates} would be "
            f"worth {net}: arithmetic, not a claim."
        )
    if not found.is_own:
        part, none = "of which part is not this plant's yet", "that nobody here has stated"
        return (
            f"At prices {part if found.has_own else none}, acting on what precedes failures, at "
            f"{gates}, would come to {net} after its running cost."
        )
    prob = text_of(facts, "savings.measure", NPV_PROB, "value")
    return (
        f"Acting on what precedes failures, at {gates}, would be worth {net} after its running "
        f"cost, and pays for itself with probability {prob}."
    )
