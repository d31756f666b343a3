"""The section on relevance: the surest features, each with its figures and its reason."""

from reports.claims import evaluate
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render

TESTED = {
    "outcome": "failure", "stage": 3, "gate": 5, "target": "assay", "batches": 400,
    "effect": -0.4, "effect_low": -0.6, "effect_high": -0.2,
    "effect_unit": "margin of assay (robust sd) per standard deviation", "strength": 6.0,
    "p_value": 1e-6, "false_discovery_rate": 0.001,
    "false_discovery_rate_positive_dependence": 0.0001, "is_relevant": True,
    "sign_stability": 1.0, "period_stability": 0.75, "is_named": False,
}  # fmt: skip


def rows() -> list[dict]:
    told = [
        ("unstable", "It turns."), ("follows_another", "It follows 'Speed'."),
        ("not_significant", "Not told from chance."),
    ]  # fmt: skip
    return [
        TESTED | {"feature": f"x{i}", "title": f"Title {i}", "reason_code": code, "reason": reason}
        for i, (code, reason) in enumerate(told)
    ] + [
        {
            "outcome": "failure", "feature": "late", "title": "Late one", "stage": 6, "gate": 5,
            "is_relevant": False, "is_named": False, "reason_code": "not_yet_available",
            "reason": "Known at gate 6.",
        }
    ]  # fmt: skip


def test_the_surest_are_shown_with_their_reason_and_all_are_counted(signal_plant) -> None:
    signal_plant.put("finding.relevance", _shaped("finding.relevance", rows()))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert 'data-claim="relevance.effect[failure/x0]"' in html
    assert "It turns." in html
    # What follows another, or was never tested, is counted and not listed.
    assert "It follows 'Speed'." not in html
    assert "Known at gate 6." not in html
    for code in ("unstable", "follows_another", "not_significant", "not_yet_available"):
        assert f'data-claim="relevance.features[failure/{code}]"' in html


def test_without_the_table_that_is_said(signal_plant) -> None:
    html = render(signal_plant)
    assert "No outcome of this source has a feature that was known before its result." in html


def test_what_to_measure_next_has_its_worth_or_says_that_nobody_knows(signal_plant) -> None:
    told = [
        {"rank": 1, "kind": "price", "what": "Batch price", "worth_usd": 2e5,
         "worth_basis": "value of information", "reason": "It moves the case."},
        {"rank": 2, "kind": "test", "what": "Assay", "worth_basis": "cannot be said",
         "reason": "Only pass or fail is on record."},
    ]  # fmt: skip
    signal_plant.put("mart.next_measurements", _shaped("mart.next_measurements", told))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert 'data-claim="next.worth[1]"' in html
    assert 'data-claim="next.worth[2]"' not in html
    assert "Only pass or fail is on record." in html


def test_checks_across_tables_stand_with_the_data_they_are_about(signal_plant) -> None:
    told = [
        {"check_name": "unit_overlap", "subject": "phases", "severity": "warning", "found": 1,
         "compared": 40, "statement": "One phase.", "what_to_do": "Check the unit.",
         "examples": "phases.csv, line 7: U1"},
        {"check_name": "stage_order", "subject": "phases", "severity": "note", "found": 0,
         "compared": 12, "statement": "None."},
    ]  # fmt: skip
    signal_plant.put("evidence.cross_checks", _shaped("evidence.cross_checks", told))
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert "One phase. Check the unit. First: phases.csv, line 7: U1." in html
    assert 'data-claim="cross_check.compared[stage_order/phases]"' in html
    assert "None." not in html
