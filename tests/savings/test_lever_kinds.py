"""Kinds of lever: each stated once, in the order of a batch's way, and refused in codes."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from assets.savings.arithmetic import lever_kinds
from assets.savings.arithmetic.lever_kinds.kind import kind_of
from assets.savings.arithmetic.planned_levers import planned
from assets.savings.business_case import business_case
from data_contracts.assumption_schema.lever_kinds import LEVER_KINDS
from data_contracts.catalogue import contract
from data_contracts.codes.money import LeverRefusal
from reports.pages.decision.lever_words import LEVER_WORDS

MODULES = {file.stem for file in Path(str(lever_kinds.__file__)).parent.glob("*.py")}


def _refused(assumptions, records) -> dict[str, tuple[str | None, str | None, int | None]]:
    case = business_case(assumptions, records, draws=200, seed=1)
    codes = ("refusal_code", "judged_verdict", "judged_gate")
    return {
        row["lever"]: (row["refusal_code"], row["judged_verdict"], row["judged_gate"])
        for row in case.levers.select("lever", *codes).iter_rows(named=True)
    }


def test_a_kind_is_stated_in_every_room():
    """Its terms, its module and its words have one name; nothing else lies among the modules."""
    assert set(LEVER_KINDS) == MODULES - {"__init__", "kind", "lever_alone", "ruling"}
    assert set(LEVER_KINDS) == set(LEVER_WORDS)
    assert set(LEVER_KINDS) == set(contract("economics.levers").column("kind").valid_values)


def test_levers_meet_a_batch_in_order(assumptions):
    """Renewal before any batch; at one gate what prevents acts before what detects."""
    kinds = {lever.kind: lever for lever in assumptions.levers}
    gates = {"alert": 3, "window": 3, "lots": 1, "maintenance": 5}
    levers = [replace(kinds[kind], planning_gate=gate) for kind, gate in gates.items()]
    assert [lever.kind for lever in planned(levers)] == ["maintenance", "lots", "window", "alert"]


@pytest.mark.parametrize(
    ("kind", "acts_on_failures", "is_judged_by_outcome", "holds"),
    [
        ("alert", True, True, ()),
        ("window", True, True, ("parameter", "sensor")),
        ("lots", True, True, ("material",)),
        ("maintenance", True, False, ()),
        ("inspection", False, False, ()),
        ("release", False, False, ()),
    ],
)
def test_what_a_kind_acts_on(assumptions, kind, acts_on_failures, is_judged_by_outcome, holds):
    found = kind_of(replace(assumptions.levers[0], kind=kind))
    assert found.acts_on_failures is acts_on_failures
    assert found.is_judged_by_outcome is is_judged_by_outcome
    assert found.holds == holds


def test_the_codes_of_refusals_are_those_of_the_contract():
    stated = [code for name, code in vars(LeverRefusal).items() if name.isupper()]
    assert tuple(stated) == contract("economics.levers").column("refusal_code").valid_values


def test_a_refusal_says_its_code_and_the_verdict_behind_it(assumptions, records_of):
    """Without a signal all rests on the verdict at a gate, but what no verdict is asked for."""
    found = _refused(assumptions, records_of(verdict="no_signal"))
    kinds = {lever.name: lever.kind for lever in assumptions.levers}
    said: dict[str, set[tuple[str | None, str | None]]] = {}
    for name, (code, verdict, _) in found.items():
        said.setdefault(kinds[name.partition(".")[0]], set()).add((code, verdict))
    by_verdict = {("verdict", "no_signal")}
    assert said == {
        **dict.fromkeys(("alert", "window", "lots", "release"), by_verdict),
        "maintenance": {("no_history", None)},
        "inspection": {("no_panel", None)},
    }
    window = next(lever.name for lever in assumptions.levers if lever.kind == "window")
    assert found[f"{window}.failure"][2] == 5


def test_what_is_counted_elsewhere_has_a_code_and_no_verdict(assumptions, records_of):
    found = _refused(assumptions, records_of())
    assert found["alert_and_rescue.failure"] == (None, None, None)
    assert found["alert_and_rescue.blend_non_uniformity"] == ("counted_elsewhere", None, None)


def test_what_is_refused_has_a_code(assumptions, records_of):
    case = business_case(assumptions, records_of(), draws=200, seed=1)
    is_refused = pl.col("basis") == "refused"
    assert case.levers.filter(is_refused != pl.col("refusal_code").is_not_null()).is_empty()
