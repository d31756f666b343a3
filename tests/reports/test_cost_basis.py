"""What the cost of failures rests on, and what quality costs besides, as the page says it."""

import re
from html import unescape

import pytest

from benchmarks.one_story import disagreements
from data_contracts.assumptions import load_built_in
from reports.claims import evaluate
from reports.pages.decision.cost_basis import cost_basis
from reports.pages.decision.parts import as_text
from reports.pages.facts import Facts
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render

LABORATORY = {
    "category": "laboratory",
    "paf": "appraisal",
    "counted": "laboratory results",
    "events": 1234.0,
    "events_per_year": 617.3,
    "price": "laboratory_result_usd",
    "price_usd": 52.5,
    "low_usd_per_year": 617.3 * 20,
    "base_usd_per_year": 617.3 * 52.5,
    "high_usd_per_year": 617.3 * 120,
    "cost_basis": "assumption",
}
PREVENTION = LABORATORY | {
    "category": "prevention",
    "paf": "prevention",
    "counted": "years",
    "events": 1.0,
    "events_per_year": 1.0,
    "price": "prevention_usd_per_year",
    "price_usd": 150000.0,
    "low_usd_per_year": 50000.0,
    "base_usd_per_year": 150000.0,
    "high_usd_per_year": 400000.0,
    "cost_basis": "placeholder",
}


@pytest.fixture
def with_quality(signal_plant):
    shaped = _shaped("economics.quality_costs", [LABORATORY, PREVENTION])
    signal_plant.put("economics.quality_costs", shaped)
    plan = [
        {"lever": "all", "role": role, "low": value, "base": value, "high": value, "source": "s"}
        for role, value in (("failure_rate", 0.03), ("batches_per_year", 200.0))
    ]
    signal_plant.put("economics.plan_inputs", _shaped("economics.plan_inputs", plan))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    return signal_plant


def test_shares_of_the_ledger_are_said_with_the_name_of_the_set(signal_plant):
    said = as_text(Facts(signal_plant.query), cost_basis(Facts(signal_plant.query)))
    found = re.fullmatch(
        r" The set is (\S+); of the ledger (\d+)% is standard cost of the product up to the stage "
        r"it failed at, (\d+)% is priced with placeholders that came with lotwise\.",
        said,
    )
    assert found, said
    assert int(found[2]) + int(found[3]) == 100


def test_one_line_reconciles_the_ledger_with_the_yearly_sum(signal_plant):
    """By the ledger of this plant a batch costs $411k, as the yearly sum has it."""
    assert "A failed batch on record" not in as_text(
        Facts(signal_plant.query), cost_basis(Facts(signal_plant.query))
    )
    signal_plant.execute("UPDATE economics.copq_ledger SET amount_usd = 2 * amount_usd")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    facts = Facts(signal_plant.query)
    assert as_text(facts, cost_basis(facts)).endswith(
        ". A failed batch on record cost $822k by the ledger; the yearly sum takes $411k for the "
        "next one, since prices that the plant states stay, and too few batches on record give no "
        "mean."
    )


def test_what_quality_costs_is_a_product_on_the_page(with_quality):
    main = render(with_quality)
    section = main[main.index('<section id="quality-costs"') :]
    words = " ".join(
        unescape(re.sub(r"<[^>]+>", " ", section[: section.index("</section>")])).split()
    )
    assert "No saving on this page rests on it." in words
    # 617.3 times 52.5 are 32,408.25
    assert "appraisal laboratory results 617 $52.5 $32.4k" in words
    assert "prevention prevention, as declared \u2020 $150k (50k to 400k)" in words


def test_the_products_come_out_from_the_printed_figures(with_quality, tmp_path):
    assert disagreements(with_quality, load_built_in("tablets"), tmp_path) == []
    made = with_quality.query(
        "SELECT made_of FROM evidence.claims WHERE claim_id = 'quality.cost[laboratory]'"
    )
    assert made.item() == "quality.events[laboratory] * quality.price[laboratory]"


def test_without_such_records_the_page_has_no_such_section(signal_plant):
    assert "quality-costs" not in render(signal_plant)
