"""A lever enters the programme with its tier's evidence alone, else it stands beside it."""

from dataclasses import replace

import polars as pl
import pytest

from assets.savings.business_case import BusinessCase, business_case
from assets.savings.levers.evidence_gate import UNKNOWN, evidence_owed
from assets.savings.levers.lever_decisions import LeverDecision
from data_contracts.tables import table

TIER = {"tier": "tier_1", "challenge": "excursions", "protocol_id": None}
OWED = "Evidence owed: detection of seeded excursions by the frozen detector."


def standing(lever: str, code: str) -> pl.DataFrame:
    row = {"lever": lever, "standing": code, "reason": OWED, **TIER}
    return table("evidence.lever_standing", [row])


def headline(case: BusinessCase) -> dict[str, float]:
    joint = case.scenarios.filter((pl.col("scenario") == "base") & (pl.col("lever") == "all"))
    return dict(joint.select("measure", "p50").iter_rows())


@pytest.fixture(scope="module")
def ungated(assumptions, records_of) -> BusinessCase:
    return business_case(assumptions, records_of(), draws=2_000, seed=1)


@pytest.fixture(scope="module")
def alert(ungated: BusinessCase) -> str:
    (lever,) = ungated.levers.filter("is_in_programme")["lever"].to_list()
    return lever


@pytest.fixture(scope="module")
def gated(assumptions, records_of, alert: str) -> BusinessCase:
    records = replace(records_of(), lever_standing=standing(alert, "no_protocol"))
    return business_case(assumptions, records, draws=2_000, seed=1)


def test_a_lever_without_evidence_leaves_the_programme(gated: BusinessCase, alert: str) -> None:
    row = gated.levers.filter(pl.col("lever") == alert).row(0, named=True)
    assert not row["is_in_programme"]
    assert row["basis"] == "evidence"
    assert row["owed_because"] == OWED
    assert not gated.kept
    assert headline(gated)["annual_savings_usd"] == 0
    assert "annual_net_savings_usd" not in headline(gated)
    assert gated.plan_inputs.filter(pl.col("lever") == alert).is_empty()
    note = gated.scenarios.filter(pl.col("lever") == "all").filter(pl.col("basis") == "refused")
    assert set(note["note"]) == {f"No savings from control are claimed. {OWED}"}


def test_what_it_is_worth_stands_beside(
    gated: BusinessCase, ungated: BusinessCase, alert: str
) -> None:
    """Alone beside an empty programme it would add what the programme of it alone is worth."""
    row = gated.levers.filter(pl.col("lever") == alert).row(0, named=True)
    said = headline(ungated)["annual_net_savings_usd"]
    assert float(row["owed_worth_p50_usd_per_year"]) == pytest.approx(said, rel=0.02)
    thousands = f"{round(float(row['owed_worth_p50_usd_per_year']) / 1000):,d}"
    assert f"Worth {thousands} thousand USD a year beside the programme" in row["reason"]
    assert row["reason"].endswith(OWED)


@pytest.mark.parametrize("code", ["shown", "not_owed"])
def test_with_its_evidence_it_is_in_again(
    code: str, assumptions, records_of, ungated: BusinessCase, alert: str
) -> None:
    records = replace(records_of(), lever_standing=standing(alert, code))
    case = business_case(assumptions, records, draws=2_000, seed=1)
    assert case.scenarios.equals(ungated.scenarios)
    assert case.levers["owed_because"].null_count() == case.levers.height


@pytest.mark.parametrize("code", ["not_approved", "not_run", "not_met", "changed"])
def test_evidence_on_its_way_is_none(code: str, ungated: BusinessCase, alert: str) -> None:
    assert set(evidence_owed(ungated.kept, standing(alert, code))) == {alert}


def test_what_nothing_is_known_of_owes(ungated: BusinessCase, alert: str) -> None:
    kept: list[LeverDecision] = ungated.kept
    assert evidence_owed(kept, table("evidence.lever_standing")) == {alert: UNKNOWN}
    assert evidence_owed(kept, None) == {}
