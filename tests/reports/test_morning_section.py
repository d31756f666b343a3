"""What to look at this morning: flagged first, what was said beside what came, sensors."""

from datetime import datetime, timedelta

import pytest

from reports.claims import evaluate
from tests.reports.conftest import _shaped
from tests.reports.whole_report import render

NOW = datetime.fromisoformat("2026-03-02T06:00")
HOUR = timedelta(hours=1)
OPEN = {
    "outcome": "failure", "title": "Failure", "product": "P1", "line": "L1", "last_gate": 5,
    "scored_gate": 5, "threshold": 0.3, "foretold": "undecided", "undecided_low_prob": 0.02,
    "undecided_high_prob": 0.4, "open_deviations": 0, "sensor_faults": 0,
    "verdict": "process_signal", "golden_distance": 1.25, "golden_tag": "speed in run",
}  # fmt: skip
DECIDED = {
    "outcome": "failure", "title": "Failure", "line": "L1", "disposition": "rejected",
    "dispositioned_at": NOW - 2 * HOUR, "is_last_day": True, "result": "failed", "gate": 5,
    "failure_prob": 0.61, "threshold": 0.3, "is_alarm": True, "alarm_gates": "5",
    "foretold": "failed", "told": "caught", "lead_time_h": 55.0, "entry": 1,
}  # fmt: skip


def shown(plant, **tables: list[dict]) -> str:
    for name, rows in tables.items():
        table = name.replace("__", ".")
        plant.put(table, _shaped(table, rows))
    plant.put("evidence.claims", evaluate(plant.query))
    html = render(plant)
    start = html.index('<section id="morning">')
    return html[start : html.index("</section>", start)]


def open_batches() -> list[dict]:
    return [
        OPEN | {"batch_id": f"B{i:02d}", "failure_prob": i / 100, "is_alarm": i > 30}
        for i in range(20, 33)
    ] + [OPEN | {"batch_id": "C1", "line": "L2", "failure_prob": 0.01, "is_alarm": False}]


def test_flagged_batches_come_first_and_the_rest_is_counted(signal_plant) -> None:
    page = shown(signal_plant, mart__open_batches=open_batches())
    assert page.index("Line L1") < page.index("B32") < page.index("B31") < page.index("B30")
    assert page.count(">flagged</span>") == 2
    assert "1 more on this line" in page  # thirteen, of which twelve are shown
    assert 'data-claim="morning.flagged"' in page
    assert 'data-claim="morning.risk[failure/B32]" data-part="full" data-value="0.32"' in page
    assert page.index("Line L2") < page.index("nothing flagged")


def test_a_batch_nobody_read_is_not_called_free_of_faults(signal_plant) -> None:
    read = {
        "batch_id": "B20", "unit_procedure": "u", "phase": "p", "tag": "speed", "readings": 9,
        "month": NOW.date(),
    }  # fmt: skip
    page = shown(
        signal_plant, mart__open_batches=open_batches()[:2], feature__sensor_phase_features=[read]
    )
    (first,), (other,) = (
        [row for row in page.split("<tr>") if f">{batch} " in row] for batch in ("B20", "B21")
    )
    assert "no fault" in first
    assert "not read" in other


def test_without_a_signal_nothing_is_scored_and_that_is_said(signal_plant) -> None:
    silent = dict.fromkeys(
        ("failure_prob", "threshold", "is_alarm", "scored_gate", "foretold",
         "undecided_low_prob", "undecided_high_prob")
    )  # fmt: skip
    rows = [OPEN | silent | {"batch_id": "B1", "verdict": "no_signal"}]
    page = shown(signal_plant, mart__open_batches=rows)
    assert "No outcome has a process signal" in page
    assert "no score" in page
    assert "flagged</span>" not in page
    assert 'data-claim="morning.golden[failure/B1]"' in page


def test_a_stopped_model_claims_nothing_and_both_versions_are_shown(signal_plant) -> None:
    reason = "it is 500 days old, and 400 are allowed"
    rows = [OPEN | {"batch_id": "B1", "failure_prob": 0.9, "model_version": "m-2",
                    "no_alarm_because": "It awaits approval."}]  # fmt: skip
    place = {"outcome": "failure", "gate": 5}
    standing = [
        place | {"model_version": "m-1", "is_current": False, "state": "stopped", "reason": reason},
        place | {"model_version": "m-2", "is_current": True, "state": "awaits_approval",
                 "reason": "It takes the place of m-1."},
    ]  # fmt: skip
    page = shown(signal_plant, mart__open_batches=rows, model__model_standing=standing)
    assert "not claimed" in page
    assert "morning.risk[" not in page
    assert "flagged</span>" not in page
    assert reason in page
    assert page.index("m-2") < page.index("m-1</code>: stopped")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("caught", "Alarm, and it failed"),
        ("missed", "<strong>No alarm, and it failed</strong>"),
        ("nothing_said", "Nothing had been said in time"),
    ],
)
def test_decisions_stand_beside_what_had_been_said(signal_plant, told: str, said: str) -> None:
    row = DECIDED | {"batch_id": "B7", "told": told}
    if told == "nothing_said":
        row |= dict.fromkeys(("gate", "failure_prob", "threshold", "is_alarm", "lead_time_h"))
    page = shown(signal_plant, mart__recent_dispositions=[row])
    assert said in page
    assert ("none sealed" in page) == (told == "nothing_said")


def test_sensors_with_faults_are_listed_and_live_performance_told(signal_plant) -> None:
    sensor = {
        "unit_procedure": "coating", "phases": 2, "batches": 2, "last_known_at": NOW,
        "readings": 900, "faulty_readings": 9, "faulty_share": 0.01, "usual_faulty_share": 0.001,
        "gap_share": 0.0,
    }  # fmt: skip
    sensors = [
        sensor | {"tag": "spray_rate", "sensor_faults": 1, "fault_kinds": "spike"},
        sensor | {"tag": "drum_speed", "sensor_faults": 0},
    ]
    live = {
        "outcome": "failure", "gate": 5, "model_version": "m-1", "model": "m",
        "verdict": "process_signal", "alarm_budget": 0.05, "scored": 40, "revised": 0,
        "known_before": 0, "alarms": 6, "alarm_share": 0.15, "alarm_share_low": 0.07,
        "alarm_share_high": 0.28, "is_budget_kept": False, "results": 38, "failures": 3,
        "expected_failures": 2.0, "observed_to_expected": 1.5, "detected": 2, "false_alarms": 4,
    }  # fmt: skip
    entry = {
        "entry": 1, "outcome": "failure", "gate": 5, "batch_id": "B1", "revision": 1, "model": "m",
        "model_version": "m-1", "verdict": "process_signal", "failure_prob": 0.1, "threshold": 0.5,
        "alarm_budget": 0.05, "is_alarm": False, "foretold": "good", "as_of": NOW,
        "scored_at": NOW, "run_id": "r1", "previous_hash": "0" * 64, "entry_hash": "1" * 64,
    }  # fmt: skip
    headline = {
        "outcome": "failure", "title": "Failure", "is_headline": True, "is_proxy": False,
        "rule": "x", "severity": "lost", "first_known_stage": 6,
        "batches": 40, "failures": 3, "pending": 0,
    }  # fmt: skip
    page = shown(
        signal_plant,
        mart__sensor_quality=sensors,
        mart__outcomes=[headline],
        history__live_performance=[live],
        history__score_book=[entry],
    )
    assert "spray_rate" in page
    assert "drum_speed" not in page
    assert 'data-claim="live.alarm_share[failure/5/m-1]"' in page
    assert "exceeded" in page


def test_a_warehouse_of_before_says_what_it_does_not_hold(signal_plant) -> None:
    page = shown(signal_plant)
    assert "No batch awaits its result." in page
    assert "No score has been sealed yet" in page
