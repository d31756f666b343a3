"""At which gate an alert acts: as declared, the last before the result, or the one worth most."""

from dataclasses import replace

import polars as pl
import pytest

from assets.savings.levers.gate_choice import GateChoice
from assets.savings.levers.inputs import LeverInputs
from assets.savings.records.alarm_evidence import AlarmCounts, AlarmEvidence


def _inputs(signals: dict[int, float], primary: int | None = 5) -> LeverInputs:
    """Evidence with a signal at some gates, each worth so much; nothing is known by block."""
    verdicts = {
        ("failure", gate): {
            "verdict": "process_signal" if gate in signals else "no_signal",
            "reason": "said",
            "is_primary_gate": gate == primary,
        }
        for gate in range(1, 6)
    }
    alarms = {
        ("failure", gate): {2: AlarmCounts("failure", gate, 9, 5, 270, 14)} for gate in range(1, 6)
    }
    worth = pl.DataFrame(
        [("failure", gate, usd) for gate, usd in signals.items()],
        schema={"outcome": pl.String, "gate": pl.Int64, "net_usd_p50": pl.Float64},
        orient="row",
    )
    return LeverInputs(AlarmEvidence(verdicts, alarms), ["failure"], [], frozenset(), worth)


def _gate(assumptions, inputs, **declared):
    lever = replace(assumptions.levers[0], **declared)
    choice = inputs.alert_choice(assumptions, lever, "failure")
    return None if choice is None else choice.gate


# Worth most is gate 2, outside the stages 3 to 5; within them gate 3 beats gate 5.
WORTH = {2: 9e5, 3: 4e5, 4: 1e5, 5: 2e5}


@pytest.mark.parametrize(
    ("declared", "gate"),
    [
        ({"gate": "best_value", "stages": (3, 4, 5)}, 3),
        ({"gate": "best_value", "stages": (4, 5)}, 5),
        ({"gate": "best_value", "stages": ()}, 2),
        ({"gate": "last_before_result", "stages": (3, 4, 5)}, 5),
        ({"gate": "last_before_result", "stages": (3, 4)}, 4),
        ({"gate": "last_before_result", "stages": (6,)}, 6),
    ],
)
def test_the_gate_lies_within_the_declared_stages(assumptions, declared, gate):
    assert _gate(assumptions, _inputs(WORTH), **declared) == gate


def test_equal_worth_takes_the_earlier_gate(assumptions):
    assert _gate(assumptions, _inputs({3: 1e5, 5: 1e5}), gate="best_value", stages=(3, 4, 5)) == 3


def test_a_declared_gate_stands_whatever_the_evidence(assumptions):
    lever = replace(assumptions.levers[0], gate=2)
    assert _inputs({}).alert_choice(assumptions, lever, "failure") == GateChoice(2)


def test_without_a_signal_the_last_gate_is_judged_and_without_a_verdict_none(assumptions):
    declared = {"gate": "best_value", "stages": (3, 4, 5)}
    assert _gate(assumptions, _inputs({}), **declared) == 5
    assert _gate(assumptions, _inputs({}, primary=None), **declared) is None
