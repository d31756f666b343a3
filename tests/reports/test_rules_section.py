"""The section on failure patterns: a card for each rule that held, and what was tried."""

import polars as pl
import pytest

from data_contracts.catalogue import contract
from data_contracts.generated.polars_schema import conform
from reports.claims import evaluate
from tests.reports.whole_report import render

TEXT = "Blend speed at least 21.5 and Press is P2"


def rule_frames(outcome, status="confirmed"):
    key = {"outcome": outcome, "target": "failure", "rule": 1}
    search = {
        "outcome": outcome, "target": "failure", "kind": "failure", "title": "Failure", "gate": 5,
        "batches_early": 350, "failures_early": 16, "batches_late": 350, "failures_late": 15,
        "columns": 120, "candidates": 61_000, "derived_tried": 135, "beam": 20,
        "permutations": 300, "p_value_family": 0.004, "discovered": 2, "note": "",
        "confirmed": int(status == "confirmed"),
    }  # fmt: skip
    rule = {
        **key, "kind": "failure", "text": TEXT, "text_re_estimated": "Blend speed at least 21.2",
        "conditions": 2, "available_at_gate": 3, "status": status,
        "is_shown": status == "confirmed", "statistic": 31.0, "p_value_family": 0.004,
        "p_value_later": {"confirmed": 0.0005, "not_confirmed": 0.4}.get(status),
    }  # fmt: skip
    effects = [
        {
            **key, "estimate": estimate, "is_fitted_here": estimate != "confirmation",
            "batches_inside": 20, "failures_inside": 9, "batches_outside": 330,
            "failures_outside": 6, "failures_expected": 0.9, "clusters_inside": 7,
            "rate_inside": 0.45, "rate_outside": 0.018, "risk_difference": 0.43,
            "risk_difference_low": 0.24, "risk_difference_high": 0.63, "lift": 10.5,
            "support": 0.057, "attributable": 8.6, "attributable_low": 4.8,
            "attributable_high": 12.6,
        }
        for estimate in ("discovery", "confirmation", "re_estimated")
    ]  # fmt: skip
    periods = [
        {
            **key, "period": period, "side": side, "is_early": period < 3,
            "label": f"2021-0{period}", "batches": 10, "failures": 4,
            "rate": 0.4, "rate_low": 0.2, "rate_high": 0.7,
        }
        for period in range(1, 5)
        for side in ("inside", "outside")
    ]  # fmt: skip
    rows = {
        "evidence.rule_search": [search],
        "finding.rules": [rule],
        "finding.rule_effects": effects,
        "finding.rule_periods": periods,
    }
    return {
        name: conform(pl.DataFrame(part, infer_schema_length=None), contract(name))
        for name, part in rows.items()
    }


@pytest.fixture
def with_rules(signal_plant, mix_plant):
    def build(outcome, status="confirmed"):
        plant = signal_plant if outcome == "failure" else mix_plant
        for name, frame in rule_frames(outcome, status).items():
            plant.put(name, frame)
        plant.put("evidence.claims", evaluate(plant.query))
        return plant, render(plant)

    return build


def test_a_confirmed_rule_is_a_card_with_its_picture(with_rules):
    _, html = with_rules("failure")
    assert TEXT in html
    assert html.count('"rule_rates[failure/failure/1]"') == 2  # its place and its figure
    for claim in ("rule.difference", "rule.inside", "rule.attributable", "rule.all_difference"):
        assert f'data-claim="{claim}[failure/failure/1]"' in html
    assert 'data-claim="rules.survival"' in html


def test_a_rule_for_thin_margins_is_headed_by_what_came_close(signal_plant):
    key, title = "assay_pct (low limit)", "Assay close to its low limit"
    for name, frame in rule_frames("failure").items():
        named = frame.with_columns(target=pl.lit(key))
        if "kind" in frame.columns:
            named = named.with_columns(kind=pl.lit("thin_margin"))
        if "title" in frame.columns:
            named = named.with_columns(title=pl.lit(title))
        signal_plant.put(name, named)
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    assert f"<h3>{title}</h3>" in render(signal_plant)


@pytest.mark.parametrize("status", ["not_confirmed", "not_testable"])
def test_a_rule_that_did_not_hold_is_not_stated_but_the_search_is(with_rules, status):
    outcome = "dissolution_min_below_80"
    plant, html = with_rules(outcome, status)
    assert f"<strong>{TEXT}</strong>" not in html
    assert "rule_rates[" not in html
    assert "No pattern is stated" in html
    assert (f"Not testable later: {TEXT}." in html) == (status == "not_testable")
    assert f'data-claim="rule_search.permutations[{outcome}/failure]"' in html
    claims = plant.query("SELECT claim_id FROM evidence.claims")["claim_id"].to_list()
    assert not [name for name in claims if name.startswith("rule.")]


def test_a_signal_that_rests_on_a_rule_says_so_wherever_a_model_is_shown(signal_plant):
    signal_plant.execute("UPDATE model.verdicts SET route = 'rule' WHERE is_primary_gate")
    html = render(signal_plant)
    assert "The signal rests on a rule that held on later batches." in html
    assert "by a rule, not by the model on the right" in html
    signal_plant.execute("UPDATE model.verdicts SET route = 'label_model' WHERE is_primary_gate")
    html = render(signal_plant)
    assert "The signal rests on a model of the failures themselves." in html
    assert "by a rule" not in html


def test_a_source_without_searches_says_so(bare_plant):
    assert "No rules were searched for this source" in render(bare_plant)
