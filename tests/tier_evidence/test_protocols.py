"""Protocols and results are what the trail says, and a protocol that is wrong is told where."""

import json
from pathlib import Path

import pytest

from assets.tier_evidence.freezing import frozen_protocol, require_complete
from assets.tier_evidence.trail.protocols import DEMONSTRATION, protocols, results
from data_contracts.errors import ProfileError, UsageError
from data_contracts.tier_protocol.entries import FrozenProtocol
from data_contracts.tier_protocol.reader import read_protocol
from tests.tier_evidence.conftest import SOURCE, TEXT, in_use, noted, reading
from warehouse.noted.audit_trail import audit_trail
from warehouse.paths import Home

FOUND = [
    {"criterion": "inside_par", "value": -2.5, "n": 68, "verdict": "met", "reason": "r"},
    {"criterion": "answered", "value": 0.4, "n": 68, "verdict": "not_met", "reason": "r"},
]


def test_protocols_are_those_frozen(home: Home, frozen: FrozenProtocol) -> None:
    noted(home, "frozen", frozen, "A. Author", frozen.canonical.decode())
    (row,) = protocols(audit_trail(home, SOURCE)).to_dicts()
    assert row["protocol_id"] == frozen.protocol_id
    assert (row["tier"], row["challenge"], row["lever"]) == (
        "tier_3",
        "bounded_behaviour",
        "window.failure",
    )
    assert row["model_version"] == "parameter.revolutions in [241, open]"
    assert [(each["name"], each["split"], each["rows"]) for each in json.loads(row["data"])] == [
        ("core.batches", "built", 2),
        ("panel.csv", "held_out", 2),
    ]
    assert (row["frozen_by"], row["approved_by"]) == ("A. Author", None)
    assert not row["is_demonstration"]
    assert row["deviations"] == "None stated."


def test_protocols_name_the_first_to_approve(home: Home, frozen: FrozenProtocol) -> None:
    noted(home, "frozen", frozen, DEMONSTRATION, frozen.canonical.decode())
    noted(home, "approved", frozen, "Q. Unit")
    noted(home, "approved", frozen, "Another")
    (row,) = protocols(audit_trail(home, SOURCE)).to_dicts()
    assert row["approved_by"] == "Q. Unit"
    assert row["is_demonstration"]


def test_results_are_those_of_every_run(home: Home, frozen: FrozenProtocol) -> None:
    noted(home, "frozen", frozen, "A. Author", frozen.canonical.decode())
    for _ in range(2):
        noted(home, "ran", frozen, "R. Runner", json.dumps({"criteria": FOUND}))
    found = results(audit_trail(home, SOURCE))
    assert found.select("run_of_protocol", "criterion", "bound", "verdict").rows() == [
        (1, "answered", 0.5, "not_met"),
        (1, "inside_par", 0.0, "met"),
        (2, "answered", 0.5, "not_met"),
        (2, "inside_par", 0.0, "met"),
    ]


WRONG = {
    "no criteria": ("criteria:", "crit:", "did you mean 'criteria'"),
    "no bound": (", bound: 0.5", "", "'bound' is missing"),
    "no lever": ("lever: window.failure\n", "", "'lever' is missing"),
    "another tier": ("tier: tier_3", "tier: 4", "expected one of tier_1"),
    "another split": ("split: built", "split: train", "expected one of built, held_out"),
    "no quality unit": (", quality_unit: Q. Unit", "", "'quality_unit' is missing"),
    "twice": ("criterion: answered", "criterion: inside_par", "stands twice under 'criteria'"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_protocol_is_told_where(what: str, file: Path) -> None:
    before, after, said = WRONG[what]
    assert before in TEXT
    file.write_text(TEXT.replace(before, after), encoding="utf-8")
    with pytest.raises(ProfileError, match=said) as refused:
        read_protocol(file)
    assert "protocol.yaml, line " in str(refused.value)


def test_data_that_are_not_there_cannot_be_frozen(file: Path) -> None:
    (file.parent / "panel.csv").unlink()
    with pytest.raises(UsageError, match=r"rests on panel\.csv, which is not there"):
        require_complete(frozen_protocol(read_protocol(file), reading(), in_use()))
