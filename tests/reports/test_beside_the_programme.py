"""What lacks its tier's evidence stands beside the programme, with its worth and what is owed."""

from data_contracts.tables import table
from reports.claims import evaluate
from reports.pages.decision.ask import page_one
from reports.pages.decision.parts import as_text
from reports.pages.decision.programme import beside, planned
from reports.pages.facts import Facts

LEVER = "alert.failure"
ROW = {
    "lever": LEVER, "tier": "tier_1", "challenge": "excursions", "protocol_id": None,
}  # fmt: skip


def _judged(plant, standing: str, reason: str) -> Facts:
    row = [{**ROW, "standing": standing, "reason": reason}]
    plant.put("evidence.lever_standing", table("evidence.lever_standing", row))
    if standing != "shown":
        plant.execute(
            f"UPDATE economics.levers SET is_in_programme = false, owed_because = '{reason}', "
            "owed_worth_p10_usd_per_year = 200000, owed_worth_p50_usd_per_year = 1000000, "
            f"owed_worth_p90_usd_per_year = 2900000 WHERE lever = '{LEVER}'"
        )
    plant.put("evidence.claims", evaluate(plant.query))
    return Facts(plant.query)


def test_a_lever_without_evidence_stands_beside(signal_plant):
    facts = _judged(signal_plant, "no_protocol", "Evidence owed: detection of excursions.")
    assert planned(facts) == []
    (lever,) = beside(facts)
    assert as_text(facts, lever.do).startswith("Act on the alert at stage 5 (packaging)")
    assert as_text(facts, lever.worth) == (
        "Worth $1.0M (0.2M to 2.9M) a year. Evidence owed: detection of excursions."
    )


def test_a_lever_with_evidence_names_it(signal_plant):
    facts = _judged(signal_plant, "shown", "'Seeded excursions' (abc): 4 criteria, all met.")
    (lever,) = planned(facts)
    assert as_text(facts, lever.evidence) == (
        "Evidence of its tier: 'Seeded excursions' (abc): 4 criteria, all met."
    )
    assert beside(facts) == []


def test_documents_open_with_what_is_owed(signal_plant):
    facts = _judged(signal_plant, "no_protocol", "Evidence owed: detection of excursions.")
    said = page_one(facts)
    assert said["ask"] == "No money now: first the evidence that a lever's tier owes."
    assert said["answer"] == (
        "Something at stage 5 (packaging) precedes failures; what could be done about it still "
        "owes the evidence of its tier, so no savings are counted."
    )
