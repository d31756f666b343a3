"""Page one decides: what to do with limit and unit, sums that multiply, what comes then."""

import re
from html import unescape

import pytest

from benchmarks.one_story import disagreements
from benchmarks.studies.printed_figures import Span, span
from data_contracts.assumptions import load_built_in
from reports.claims import evaluate
from reports.figures.money.cash_over_time import turning_year
from reports.made_of import MadeOfError, parts, remade
from reports.pages.decision.parts import as_text
from reports.pages.decision.programme import if_it_goes_badly, planned, together
from reports.pages.facts import Facts
from reports.site.question_pages import render_pages
from reports.verification import verify_claims
from tests.reports.conftest import _shaped
from tests.reports.test_window_evidence_section import window


def _words(html: str) -> str:
    main = html[html.index("<main") :]
    shown = re.sub(r"<(script|pre)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return " ".join(unescape(shown).split())


@pytest.fixture
def with_plan(signal_plant):
    rows = [
        {"lever": "all", "role": role, "low": value, "base": value, "high": value, "source": "s"}
        for role, value in (("failure_rate", 0.03), ("batches_per_year", 200.0))
    ]
    signal_plant.put("economics.plan_inputs", _shaped("economics.plan_inputs", rows))
    return signal_plant


def test_a_lever_is_a_sum_that_multiplies(signal_plant):
    facts = Facts(signal_plant.query)
    (lever,) = planned(facts)
    assert as_text(facts, lever.do) == (
        "Act on the alert at stage 5 (packaging): rescue the batch, or stop it."
    )
    assert as_text(facts, lever.sums) == (
        "It meets 6.2 failures a year and settles 40% of them, 2.48 a year; at $480k of avoidable "
        "cash each that makes $1.19M a year. Less $200k a year to run it: $990k a year."
    )
    said = as_text(facts, together(facts))
    assert said.startswith(
        "With every number at its base the programme saves $1.19M a year and costs $200k a year to "
        "run: $990k a year. The middle of the draws, which stands everywhere else, is $1.03M"
    )
    assert "and lies $39.6k above that sum" in said
    assert as_text(facts, lever.seen).startswith("Of ten failures it would have caught 5")


def test_a_window_is_named_with_parameter_limit_and_unit(signal_plant):
    found = window() | {"lever": "alert.failure", "window_low": 54.25, "window_high": None}
    signal_plant.put("economics.window_effects", _shaped("economics.window_effects", [found]))
    signal_plant.execute("UPDATE economics.levers SET kind = 'window' WHERE is_in_programme")
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    facts = Facts(signal_plant.query)
    (lever,) = planned(facts)
    said = as_text(facts, lever.do)
    assert re.fullmatch(r"Hold [a-z ]+ at or above 54\.25 \S+\.", said), said
    assert "bounded behaviour" in as_text(facts, lever.evidence)
    signal_plant.execute("UPDATE economics.levers SET kind = 'lots' WHERE is_in_programme")
    facts = Facts(signal_plant.query)
    assert as_text(facts, planned(facts)[0].do).startswith("Use lots with ")


def test_every_product_and_sum_comes_out_from_the_printed_figures(with_plan, tmp_path):
    assert disagreements(with_plan, load_built_in("tablets"), tmp_path) == []
    sums = with_plan.query("SELECT claim_id FROM evidence.claims WHERE made_of IS NOT NULL")
    expected = {"cost.rate_loss[base]", "plan.net[all]", "plan.gap", "cost.ledger_total"}
    assert expected <= set(sums["claim_id"])


def test_a_sum_that_no_longer_adds_up_is_found(signal_plant):
    assert verify_claims(signal_plant) == []
    signal_plant.execute(
        "UPDATE economics.programme_arithmetic SET value = value * 1.01 "
        "WHERE figure = 'net_usd_per_year' AND lever = 'all'"
    )
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    wrong = [each.where for each in verify_claims(signal_plant)]
    assert "claim plan.net[all]" in wrong


def test_what_happens_when_it_goes_badly_is_said(signal_plant):
    facts = Facts(signal_plant.query)
    said = as_text(facts, if_it_goes_badly(facts))
    assert said.startswith("With every price and share from the unfavourable half of its range")
    assert "its net present value is above zero with probability 44%" in said


def test_scientists_figures_stand_with_the_scientists(signal_plant):
    pages = render_pages(signal_plant)
    executives = _words(pages["report.html"])
    assert not re.search(r"\bAUC\b|p-value|E-value", executives)
    assert "AUC" in pages["pages/evidence.html"]


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("$1.19M", 1.185e6, 1.195e6),
        ("12%", 0.115, 0.125),
        ("\u2212$64.8k", -64_850.0, -64_750.0),
        ("7.42", 7.415, 7.425),
        ("1,230", 1225.0, 1235.0),
    ],
)
def test_a_printed_figure_stands_for_what_rounds_to_it(text, least, most):
    found = span(text)
    assert (found.least, found.most) == pytest.approx((least, most))


def test_sums_are_read_from_left_to_right():
    values = {"a.b": 3.0, "c.d[x/y]": 4.0, "e.f": 5.0}
    assert parts("a.b * c.d[x/y]") == [("+", "a.b"), ("*", "c.d[x/y]")]
    assert remade("a.b + c.d[x/y] - e.f", values.__getitem__) == 2.0
    assert remade("a.b * c.d[x/y]", lambda name: Span(values[name], values[name])) == Span(12, 12)
    for wrong in ("a.b c.d[x]", "* a.b", "a.b / e.f"):
        with pytest.raises(MadeOfError, match="cannot be read"):
            parts(wrong)


def test_cash_turns_where_it_crosses_zero():
    assert turning_year([-10.0, -5.0, 5.0]) == 1.5
    assert turning_year([-10.0, -5.0]) is None
    assert turning_year([0.0, 5.0]) is None
