"""Tier 1 and the self-test: what curves and planted causes say of frozen criteria, by hand."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from assets.tier_evidence.detection_curves import detection_curves
from assets.tier_evidence.drafting.drafts import excursions_draft, self_test_draft
from assets.tier_evidence.scoring.challenges import Scored, scored
from assets.tier_evidence.scoring.excursions import excursion_findings
from assets.tier_evidence.scoring.planted_causes import planted_findings
from data_contracts.errors import UsageError
from data_contracts.tables import table
from data_contracts.tier_protocol.entries import FrozenProtocol
from data_contracts.tier_protocol.reader import read_protocol
from tests.tier_evidence.test_detection_curves import runs

STEP: dict[str, float | str] = {"kind": "step", "size": 2.0}
MEASURED = datetime(2026, 1, 1)  # noqa: DTZ001 (as the runs by hand say)


def test_a_step_that_is_seen_from_two_widths_on() -> None:
    """28 of 29 at one width do not show 90%, 29 of 29 at two do; none of 29 twins flagged."""
    curves = detection_curves(runs([0, 3, 15, 28, 29, 29]))
    at_two, at_one = (excursion_findings(curves, {**STEP, "size": s}) for s in (2.0, 1.0))
    assert (at_two["seen"].value, at_two["shown"].value) == (1.0, 1.0)
    assert (at_one["seen"].value, at_one["shown"].value) == (1.0, 0.0)
    assert at_two["false_alarms"].value == 0.0
    assert at_two["false_alarms"].judged == pytest.approx(1 - 0.05 ** (1 / 29))
    assert at_two["monotone"].value == 1.0
    assert at_two["seen"].n == 1


def test_what_is_never_seen_is_said() -> None:
    found = excursion_findings(detection_curves(runs([0, 0, 0, 0, 1, 2])), STEP)
    assert found["seen"].value == 0.0
    assert "in 1 it is never seen that often" in found["seen"].reason


def test_false_alarms_are_told_by_part_beside_what_each_promises() -> None:
    found = excursion_findings(detection_curves(runs([29] * 6, flagged=3)), STEP)
    assert found["false_alarms"].reason == (
        "3 of 29 untouched twins were flagged: at most 24.6% at 95% confidence; by part: golden "
        "distance 10.3% (1.0% promised)."
    )


def test_a_kind_nobody_injected_is_not_applicable() -> None:
    found = excursion_findings(detection_curves(runs([29] * 6)), {**STEP, "kind": "ramp"})
    assert {each.value for each in found.values()} == {None}


def _frozen(text: str, folder: Path) -> FrozenProtocol:
    file = folder / "protocol.yaml"
    file.write_text(text, encoding="utf-8")
    return FrozenProtocol(read_protocol(file).content, {}, {})


def test_what_was_measured_before_the_freeze_is_not_scored(tmp_path: Path) -> None:
    measured = runs([0, 3, 15, 28, 29, 29])
    tables = {
        "evidence.excursion_runs": measured,
        "evidence.detection_curves": detection_curves(measured),
    }
    frozen = _frozen(excursions_draft("alert.failure", "Alert", 1), tmp_path)
    asked = Scored(frozen, MEASURED + timedelta(hours=1), tables.get, tmp_path)
    with pytest.raises(UsageError, match=r"before the protocol was frozen.*lotwise excursions"):
        scored(asked)
    rows = scored(replace(asked, frozen_at=MEASURED - timedelta(hours=1)))
    verdicts = {row["criterion"]: row["verdict"] for row in rows}
    # The draft asks for one width: nine of ten are seen, and 28 of 29 do not show it.
    assert verdicts == {
        "seen": "met", "shown": "not_met", "false_alarms": "met", "monotone": "met",
    }  # fmt: skip


def power(found: int) -> pl.DataFrame:
    row = {
        "outcome": "failure", "worth": "half_of_failures", "is_headline": True, "gate": 5,
        "worth_per_batch": 0.01, "trials": 40, "found": found, "ranked_first": found,
        "found_share": found / 40, "found_low": found / 40 - 0.1, "found_high": 1.0,
        "batches": 200, "failures": 12, "reason": "Forty.",
        "measured_at": datetime(2026, 1, 1),  # noqa: DTZ001
    }  # fmt: skip
    return table("evidence.power", [row])


def controls(*claimed: bool) -> pl.DataFrame:
    kinds = ("dealt_to_other_lots", "next_batch")
    rows = [
        {"lever": "window.failure", "outcome": "failure", "feature": "f", "control": kind}
        | {"is_claimed": each, "reason": "r"}
        for kind, each in zip(kinds, claimed, strict=False)
    ]
    return table("economics.negative_controls", rows)


def test_planted_causes_are_counted_and_controls_must_stay_unclaimed() -> None:
    worth: dict[str, float | str] = {"worth": "half_of_failures"}
    found = planted_findings(power(30), controls(False, True), worth)
    assert found["found_share"].value == 0.75
    assert found["found_share"].judged == pytest.approx(0.65)
    assert (found["trials"].value, found["controls_claimed"].value) == (40.0, 1.0)
    nothing = planted_findings(table("evidence.power"), controls(), worth)
    assert {each.value for each in nothing.values()} == {None}


def test_the_self_test_is_judged_by_its_draft(tmp_path: Path) -> None:
    frozen = _frozen(self_test_draft(), tmp_path)
    tables = {
        "evidence.power": power(30),
        "economics.negative_controls": controls(False, False),
    }
    before = datetime(2025, 12, 31)  # noqa: DTZ001
    rows = scored(Scored(frozen, before, tables.get, tmp_path))
    assert {row["verdict"] for row in rows} == {"met"}
