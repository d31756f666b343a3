"""The section of excursions: smallest step seen, what is never seen, false alarms, the chart."""

from assets.tier_evidence.detection_curves import detection_curves
from reports.claims import evaluate
from tests.reports.whole_report import render
from tests.tier_evidence.test_detection_curves import runs

KEY = "coating/spray/inlet_c"


def test_the_smallest_step_and_what_is_never_seen_stand_in_the_report(signal_plant) -> None:
    found = runs([0, 3, 15, 28, 29, 29])
    missed = found.with_columns(tag=found["tag"] + "_two", is_seen=found["kind"] == "none")
    curves = detection_curves(found).vstack(detection_curves(missed))
    signal_plant.put("evidence.detection_curves", curves)
    signal_plant.put("evidence.excursion_runs", found)
    signal_plant.put("evidence.claims", evaluate(signal_plant.query))
    html = render(signal_plant)
    assert f'data-claim="excursions.smallest_seen[{KEY}/step]"' in html
    assert f'data-claim="excursions.step_height[{KEY}]"' in html
    assert "0, 3, 15, 28, 29, 29" in html
    assert "inlet c two" in html.split("What no size tried makes visible")[1]
    assert 'data-claim="excursions.false_alarms[any]"' in html
    assert html.count('"detectability[widths of the normal range]"') >= 1
    assert 'data-claim="excursions.promised[golden_distance]"' in html
    assert "What the next good batch keeps in 99 of 100" in html
    claims = {row["claim_id"]: row["value"] for row in evaluate(signal_plant.query).to_dicts()}
    assert claims[f"excursions.step_height[{KEY}]"] == 4.0  # 1 of a range of 4 degC
    assert claims["excursions.never_seen"] == 1


def test_without_a_replay_that_is_said(signal_plant) -> None:
    assert "<code>lotwise excursions</code> injects them" in render(signal_plant)
