"""A protocol of a window, the tables it rests on, and a home to freeze it in."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from assets.tier_evidence.freezing import ReadTable, frozen_protocol
from assets.tier_evidence.subject import InUse
from data_contracts.tables import table
from data_contracts.tier_protocol.entries import FrozenProtocol
from data_contracts.tier_protocol.reader import read_protocol
from warehouse.noted.audit_trail import add_to_trail
from warehouse.paths import Home

SOURCE = "plant-00000000"
LEVER = "window.failure"
TEXT = """
protocol: tier_3_window
tier: tier_3
challenge: bounded_behaviour
lever: window.failure
title: Bounded behaviour of the window for revolutions
intended_use: Advises the set-point of blending, which people set.
context_of_use: Beside in-process control; never set without a person.
risk: A set-point outside the proven range makes a batch that is rejected at release.
settings: {par_low: 200, par_high: 300, largest_step: 10, states: 64}
data:
  - {table: core.batches, split: built}
  - {file: panel.csv, split: held_out}
criteria:
  - {criterion: inside_par, title: Inside the range, comparison: at_most, bound: 0, unit: rev}
  - {criterion: answered, title: Answered, comparison: at_least, bound: 0.5, unit: share}
roles: {author: A. Author, runs: R. Runner, quality_unit: Q. Unit}
"""


def batches(*names: str) -> pl.DataFrame:
    return table(
        "core.batches",
        [
            {"batch_id": name, "production_order": i, "cluster_id": name, "product": "A"}
            for i, name in enumerate(names)
        ],
    )


def studies(low: float = 241.0) -> pl.DataFrame:
    return table(
        "finding.window_studies",
        [
            {
                "lever": "window", "outcome": "failure", "subject": "as_recorded",
                "feature": "parameter.revolutions", "title": "Revolutions", "trimmed_share": 0.2,
                "window_low": low,
            }
        ],
    )  # fmt: skip


def in_use(low: float = 241.0, **other: pl.DataFrame) -> InUse:
    return InUse(
        **{
            "window_studies": studies(low),
            "verdicts": table("model.verdicts"),
            "alarm_prices": table("economics.alarm_prices"),
            **other,
        }
    )


def reading(tables: Mapping[str, pl.DataFrame] | None = None) -> ReadTable:
    return (tables or {"core.batches": batches("b1", "b2")}).get


def noted(home: Home, action: str, frozen: FrozenProtocol, who: str, what: str = "") -> None:
    entry: Mapping[str, Any] = {
        "action": action, "protocol_id": frozen.protocol_id, "who": who, "what": what,
    }  # fmt: skip
    add_to_trail(home, SOURCE, [entry])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "panel.csv").write_text("part,class\n1,good\n", encoding="utf-8")
    written = tmp_path / "protocol.yaml"
    written.write_text(TEXT, encoding="utf-8")
    return written


@pytest.fixture
def frozen(file: Path) -> FrozenProtocol:
    return frozen_protocol(read_protocol(file), reading(), in_use())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")
