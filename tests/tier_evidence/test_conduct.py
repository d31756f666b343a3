"""Frozen, approved by another, run: each step in its order, and no refusal writes anything."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from assets.tier_evidence.conduct import Conduct
from data_contracts.errors import LotwiseError, UsageError, WarehouseError
from data_contracts.tables import table
from tests.tier_evidence.conftest import SOURCE, TEXT, batches, in_use, studies
from warehouse.noted.audit_trail import audit_trail
from warehouse.paths import Home

READINGS = "settings: {readings: 'parameter.a, parameter.b', seed: 1, unit: rev, "


def gate_values() -> pl.DataFrame:
    rng = np.random.default_rng(4)
    rows = [
        {"batch_id": f"b{i}", "gate": 3, "feature": f"parameter.{name}", "value": value}
        for i in range(40)
        for name, value in zip("ab", rng.normal([20.0, 50.0], [2.0, 5.0]), strict=True)
    ]
    return table("feature.gate_values", rows)


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return {
        "core.batches": batches("b1", "b2"),
        "feature.gate_values": gate_values(),
        "finding.window_studies": studies(),
    }


@pytest.fixture
def conduct(home: Home, file: Path, tables: dict[str, pl.DataFrame]) -> Conduct:
    text = TEXT.replace("settings: {", READINGS).replace("bound: 0.5", "bound: 0.01")
    file.write_text(text, encoding="utf-8")
    return Conduct(home, SOURCE, tables.get, in_use())


def refused(conduct: Conduct, what: Callable[[], object], said: str) -> None:
    """A refusal says why, and the trail is as it was."""
    trail = conduct.home.audit_trail_file(SOURCE)
    before = trail.read_bytes() if trail.is_file() else None
    with pytest.raises(LotwiseError, match=said) as error:
        what()
    assert error.value.exit_code in (1, 2)
    assert (trail.read_bytes() if trail.is_file() else None) == before


def test_a_protocol_is_frozen_approved_and_run_in_that_order(conduct: Conduct, file: Path) -> None:
    refused(conduct, lambda: conduct.run(file, "R. Runner"), "was never frozen")
    frozen = conduct.freeze(file, "A. Author")
    refused(conduct, lambda: conduct.freeze(file, "A. Author"), "is frozen already")
    refused(conduct, lambda: conduct.run(file, "R. Runner"), "frozen and not approved")
    refused(conduct, lambda: conduct.approve("tier_3_window", "a. author"), "by somebody else")
    refused(conduct, lambda: conduct.approve("tier_9", "Q. Unit"), "No protocol 'tier_9'")
    conduct.approve(frozen.protocol_id[:12], "Q. Unit")
    refused(conduct, lambda: conduct.approve("tier_3_window", "Q. Unit"), "is approved already")
    rows = conduct.run(file, "R. Runner")
    assert {row["criterion"]: row["verdict"] for row in rows} == {
        "inside_par": "met",
        "answered": "met",
    }
    trail = audit_trail(conduct.home, SOURCE)
    assert trail.select("action", "who").rows() == [
        ("frozen", "A. Author"),
        ("approved", "Q. Unit"),
        ("ran", "R. Runner"),
    ]


FIRST_CRITERION = TEXT[TEXT.index("  - {criterion: inside") : TEXT.index("  - {criterion: ans")]
CHANGED_FILE = {
    "a bound": ("bound: 0.01", "bound: 0.001", "had the bound 0.01"),
    "a comparison": ("at_least", "at_most", "had the comparison at_least"),
    "a criterion": (FIRST_CRITERION, "", "no longer in the protocol"),
    "the split": ("split: held_out", "split: built", "The split was changed"),
    "the roles": ("Q. Unit", "A. Author", "The role 'quality_unit'"),
    "a threshold": ("largest_step: 10", "largest_step: 11", "The setting 'largest_step'"),
    "the intended use": ("which people set", "which it sets", "The intended use was"),
}


def ready(conduct: Conduct, file: Path) -> None:
    conduct.freeze(file, "A. Author")
    conduct.approve("tier_3_window", "Q. Unit")


@pytest.mark.parametrize("what", CHANGED_FILE)
def test_a_run_refuses_what_was_changed_in_the_protocol(
    what: str, conduct: Conduct, file: Path
) -> None:
    ready(conduct, file)
    before, after, said = CHANGED_FILE[what]
    text = file.read_text(encoding="utf-8")
    assert before in text
    file.write_text(text.replace(before, after), encoding="utf-8")
    refused(conduct, lambda: conduct.run(file, "R. Runner"), said)


def test_a_run_refuses_another_model_table_file_or_trail(
    conduct: Conduct, file: Path, tables: dict[str, pl.DataFrame]
) -> None:
    ready(conduct, file)
    other = replace(conduct, in_use=in_use(low=240.0))
    refused(other, lambda: other.run(file, "R. Runner"), "the window was parameter.revolutions")
    moved = replace(conduct, read={**tables, "core.batches": batches("b1")}.get)
    refused(moved, lambda: moved.run(file, "R. Runner"), r"The data of core\.batches were changed")
    panel = file.parent / "panel.csv"
    kept = panel.read_bytes()
    panel.write_text("part,class\n2,good\n", encoding="utf-8")
    refused(conduct, lambda: conduct.run(file, "R. Runner"), r"The data of panel\.csv were changed")
    panel.write_bytes(kept)
    trail = conduct.home.audit_trail_file(SOURCE)
    trail.write_text(trail.read_text(encoding="utf-8").replace("Q. Unit", "R. Runner"), "utf-8")
    refused(conduct, lambda: conduct.run(file, "R. Runner"), "is not as it was sealed")


def test_nobody_in_a_role_cannot_be_frozen(conduct: Conduct, file: Path) -> None:
    text = file.read_text(encoding="utf-8").replace("Q. Unit", "to be named")
    file.write_text(text, encoding="utf-8")
    refused(conduct, lambda: conduct.freeze(file, "A. Author"), "names nobody as quality_unit")


def test_errors_of_usage_and_of_data_have_their_codes() -> None:
    assert (UsageError("").exit_code, WarehouseError("").exit_code) == (2, 1)
