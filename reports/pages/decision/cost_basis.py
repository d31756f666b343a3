"""What the cost of failures rests on: booked, by standard cost, at stated prices, placeholders."""

from data_contracts.codes.money import CostBasis
from reports.pages.decision.parts import Part, text_of
from reports.pages.facts import Facts

BASES = {
    CostBasis.RECORDED: "written off for the batch itself",
    CostBasis.STANDARD_COST: "standard cost of the product up to the stage it failed at",
    CostBasis.RECORDED_MEAN: "the mean of the failed batches on record",
    CostBasis.ASSUMPTION: "priced with numbers stated for this plant",
    CostBasis.PLACEHOLDER: "priced with placeholders that came with lotwise",
}


def cost_basis(facts: Facts) -> list[Part]:
    """Say which share of the ledger rests on what, and name the set; nothing without a ledger."""
    found = [code for code in BASES if facts.has("cost.basis_share", code)]
    if not found or not facts.has("prices.set"):
        return []
    parts: list[Part] = [" The set is ", ("prices.set", None, "value"), "; of the ledger "]
    for place, code in enumerate(found):
        share: Part = ("cost.basis_share", code, "value")
        parts += [", " if place else "", share, f" is {BASES[code]}"]
    return [*parts, ".", *_reconciled(facts)]


def _reconciled(facts: Facts) -> list[Part]:
    """Say why a batch of the ledger and a batch of the yearly sum differ, where they do."""
    on_record: Part = ("cost.per_batch", None, "value")
    in_sum: Part = ("cost.rate_each", "base", "value")
    if not facts.has("cost.rate_each", "base"):
        return []
    if text_of(facts, *on_record) == text_of(facts, *in_sum):
        return []
    why = "since prices that the plant states stay, and too few batches on record give no mean."
    return [
        " A failed batch on record cost ",
        on_record,
        " by the ledger; the yearly sum takes ",
        in_sum,
        f" for the next one, {why}",
    ]
