"""A lever has its evidence once it was frozen, approved, run and met for what is in use now."""

import json
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from assets.tier_evidence.subject import InUse
from assets.tier_evidence.trail.lever_standing import Evidence, lever_standing
from assets.tier_evidence.trail.protocols import protocols, results
from data_contracts.assumptions import load_run_assumptions
from data_contracts.tier_protocol.entries import FrozenProtocol
from tests.tier_evidence.conftest import LEVER, SOURCE, in_use, noted
from warehouse.noted.audit_trail import audit_trail
from warehouse.paths import Home

LEVERS = load_run_assumptions().levers
MET = [
    {"criterion": name, "value": 0.0, "n": 1, "verdict": "met", "reason": "r"}
    for name in ("inside_par", "answered")
]
MISSED = [MET[0] | {"verdict": "not_met"}, MET[1]]


def standing(home: Home, tested: InUse | None = None) -> dict[str, Any]:
    trail = audit_trail(home, SOURCE)
    evidence = Evidence(trail, protocols(trail), results(trail))
    found = lever_standing(LEVERS, ["failure"], evidence, tested or in_use())
    return found.filter(pl.col("lever") == LEVER).row(0, named=True)


def test_lever_standing_follows_the_trail(home: Home, frozen: FrozenProtocol) -> None:
    assert standing(home)["standing"] == "no_protocol"
    assert standing(home)["reason"] == (
        "Evidence owed: bounded behaviour over the whole operating region."
    )
    noted(home, "frozen", frozen, "A. Author", frozen.canonical.decode())
    assert standing(home)["standing"] == "not_approved"
    noted(home, "approved", frozen, "Q. Unit")
    assert standing(home)["standing"] == "not_run"
    noted(home, "ran", frozen, "R. Runner", json.dumps({"criteria": MISSED}))
    missed = standing(home)
    assert missed["standing"] == "not_met"
    assert missed["reason"].endswith("was run and not met: Inside the range.")
    noted(home, "ran", frozen, "R. Runner", json.dumps({"criteria": MET}))
    shown = standing(home)
    assert shown["standing"] == "shown"
    assert shown["protocol_id"] == frozen.protocol_id


def test_evidence_holds_for_what_was_frozen_alone(home: Home, frozen: FrozenProtocol) -> None:
    noted(home, "frozen", frozen, "A. Author", frozen.canonical.decode())
    noted(home, "approved", frozen, "Q. Unit")
    noted(home, "ran", frozen, "R. Runner", json.dumps({"criteria": MET}))
    assert standing(home, in_use(low=240.0))["standing"] == "changed"


def test_evidence_of_another_challenge_is_none(home: Home, frozen: FrozenProtocol) -> None:
    other = replace(frozen, content={**frozen.content, "challenge": "panel"})
    noted(home, "frozen", other, "A. Author", other.canonical.decode())
    assert standing(home)["standing"] == "no_protocol"


@pytest.mark.parametrize(
    ("lever", "challenge"),
    [
        ("alert_and_rescue.failure", "excursions"),
        ("lots.failure", "panel"),
        ("inspection.failure", "panel"),
        ("real_time_release.failure", "panel"),
        ("window.failure", "bounded_behaviour"),
        ("maintenance.failure", "none"),
    ],
)
def test_each_kind_owes_its_challenge(home: Home, lever: str, challenge: str) -> None:
    trail = audit_trail(home, SOURCE)
    evidence = Evidence(trail, protocols(trail), results(trail))
    found = lever_standing(LEVERS, ["failure"], evidence, in_use())
    row = found.filter(pl.col("lever") == lever).row(0, named=True)
    assert row["challenge"] == challenge
    assert row["standing"] == ("not_owed" if challenge == "none" else "no_protocol")
