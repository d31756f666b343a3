"""Levers: carried out only on a process signal with later failures, refused with a reason else."""

from dataclasses import replace

import polars as pl
import pytest

from assets.savings.business_case import business_case
from data_contracts.assumptions import Assumptions


def _levers(assumptions: Assumptions, records) -> dict[str, dict]:
    case = business_case(assumptions, records, draws=2_000, seed=1)
    own = case.levers.filter(pl.col("lever").str.starts_with("alert_and_rescue."))
    return {row["outcome"]: row for row in own.iter_rows(named=True)}


def _at(assumptions: Assumptions, gate: str | int) -> Assumptions:
    return replace(assumptions, levers=(replace(assumptions.levers[0], gate=gate),))


def test_carried_out_on_evidence(assumptions, records_of):
    rows = _levers(_at(assumptions, "last_before_result"), records_of())
    row = rows["failure"]
    assert (row["lever"], row["gate"]) == ("alert_and_rescue.failure", 5)
    assert (row["basis"], row["tier"]) == ("evidence", 1)
    assert "6 of 9 failures and 14 of 270 good batches were flagged" in row["reason"]
    assert row["addressable_share_base"] == 0.8
    assert float(row["implementation_cost_usd"]) == 280_000  # 200,000 + 20,000 + 60,000
    assert float(row["run_cost_usd_per_year"]) == 40_000


def test_the_gate_worth_most_is_chosen(assumptions, records_of):
    records = records_of()
    by_gate = business_case(assumptions, records, draws=2_000, seed=1).value_by_gate
    worth = by_gate.filter((pl.col("outcome") == "failure") & (pl.col("basis") == "evidence"))
    best = worth.sort("net_usd_p50", descending=True)["gate"][0]
    assert _levers(assumptions, records)["failure"]["gate"] == best


def test_a_fixed_gate_is_kept_even_where_it_is_refused(assumptions, records_of):
    assert _levers(_at(assumptions, 3), records_of())["failure"]["basis"] == "evidence"
    refused = _levers(_at(assumptions, 2), records_of())["failure"]
    assert (refused["basis"], refused["gate"]) == ("refused", 2)
    assert refused["reason"].startswith("Verdict no_signal at gate 2")


def test_modes_of_a_priced_failure_are_not_counted_again(assumptions, records_of):
    rows = _levers(assumptions, records_of())
    for mode in ("blend_non_uniformity", "coating_temperature_excursion"):
        assert rows[mode]["basis"] == "refused"
        assert "no failed batch is saved twice" in rows[mode]["reason"]


def test_modes_act_where_any_failure_supports_no_lever(assumptions, records_of):
    records = records_of(verdict="no_signal")
    mode = "blend_non_uniformity"
    is_mode = (pl.col("outcome") == mode) & (pl.col("gate") == 4)
    verdicts = records.verdicts.with_columns(
        verdict=pl.when(is_mode).then(pl.lit("process_signal")).otherwise("verdict")
    )
    alarms = records.alarm_counts.with_columns(outcome=pl.lit(mode))
    rows = _levers(assumptions, replace(records, verdicts=verdicts, alarm_counts=alarms))
    assert rows["failure"]["basis"] == "refused"
    assert (rows[mode]["basis"], rows[mode]["gate"]) == ("evidence", 4)


@pytest.mark.parametrize(
    "verdict", ["no_signal", "product_mix_only", "leak_suspected", "too_few_failures"]
)
def test_refused_without_a_process_signal(assumptions, records_of, verdict):
    row = _levers(assumptions, records_of(verdict=verdict))["failure"]
    assert row["basis"] == "refused"
    assert row["reason"] == f"Verdict {verdict} at gate 5: what was found is {verdict}."


def test_refused_without_any_verdict(assumptions, records_of):
    records = records_of()
    rows = _levers(assumptions, replace(records, verdicts=records.verdicts.clear()))
    assert {row["basis"] for row in rows.values()} == {"refused"}
    assert rows["failure"]["reason"] == "No verdict was reached for 'failure'."
    assert rows["failure"]["gate"] is None


@pytest.mark.parametrize("has_rows", [True, False])
def test_refused_without_later_failures(assumptions, records_of, alarms_of, has_rows):
    alarms = alarms_of(detected=(0, 0, 0), failures=0)
    records = replace(records_of(), alarm_counts=alarms if has_rows else alarms.clear())
    row = _levers(assumptions, records)["failure"]
    assert row["basis"] == "refused"
    assert "the share of failures an alert would catch is unknown" in row["reason"]


def test_a_proxy_is_arithmetic_not_evidence(assumptions, records_of):
    row = _levers(assumptions, records_of(is_proxy=True))["failure"]
    assert row["basis"] == "arithmetic"
    assert "'failure' is a proxy: no batch was lost" in row["reason"]


def _silenced(*gates: int, state: str = "stopped", reason: str = "it is 500 days old"):
    rows = [("failure", gate, state, reason) for gate in gates]
    names = {"outcome": pl.String, "gate": pl.Int64, "state": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema=names, orient="row")


def test_a_lever_that_rests_on_a_stopped_model_leaves_the_programme(assumptions, records_of):
    """At its gate the savings go with the reason, and nothing is left to add up."""
    at_last = _at(assumptions, "last_before_result")
    records = replace(records_of(), silenced_models=_silenced(5))
    case = business_case(at_last, records, draws=500, seed=1)
    (row,) = case.levers.filter(lever="alert_and_rescue.failure").iter_rows(named=True)
    assert (row["basis"], row["is_in_programme"]) == ("refused", False)
    assert row["refusal_code"] == "model_stopped"
    assert row["reason"] == (
        "The model of gate 5 was stopped because it is 500 days old; nothing that rests on it is "
        "claimed until it is fitted again and approved."
    )
    saved = case.scenarios.filter(lever="all", measure="annual_savings_usd", scenario="base")
    assert saved["basis"].to_list() == ["refused"]
    kept = business_case(at_last, records_of(), draws=500, seed=1)
    assert kept.levers.filter(lever="alert_and_rescue.failure")["is_in_programme"].all()


def test_an_alert_moves_to_a_gate_whose_model_is_in_force(assumptions, records_of):
    best = _levers(assumptions, records_of())["failure"]["gate"]
    moved = replace(records_of(), silenced_models=_silenced(best))
    row = _levers(assumptions, moved)["failure"]
    assert row["basis"] == "evidence"
    assert row["gate"] != best


def test_a_version_that_waits_saves_nothing_before_it_is_approved(assumptions, records_of):
    awaited = "It takes the place of m-1. Look at both."
    waiting = _silenced(3, 4, 5, state="awaits_approval", reason=awaited)
    row = _levers(assumptions, replace(records_of(), silenced_models=waiting))["failure"]
    assert (row["basis"], row["refusal_code"]) == ("refused", "model_stopped")
    assert row["reason"].endswith(f"claims nothing before it is approved. {awaited}")
