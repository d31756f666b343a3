"""Scenarios: what is saved, with which interval, and what is said where nothing is."""

import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from assets.savings.arithmetic.break_even import alarm_prices
from assets.savings.business_case import business_case
from assets.savings.levers.inputs import LeverInputs
from assets.savings.levers.lever_decisions import LeverDecision, lever_decisions
from assets.savings.programme.scenarios import NO_SAVINGS, UNITS, scenarios
from assets.savings.programme.simulation import simulate
from assets.savings.records.alarm_evidence import AlarmEvidence
from assets.savings.records.business_records import BusinessRecords
from assets.savings.records.failure_counts import FailureCounts
from assets.savings.uncertainty.draws import Draws
from data_contracts.assumptions import Assumptions, with_overrides

MODES = ("blend_non_uniformity", "coating_temperature_excursion")
SAVED = {"prevented_failures_per_year", "annual_savings_usd"}


def _scenarios(
    assumptions: Assumptions, records: BusinessRecords, draws: int = 4_000
) -> pl.DataFrame:
    return business_case(assumptions, records, draws=draws, seed=1).scenarios


def _joint(table: pl.DataFrame, measure: str, scenario: str = "base") -> dict:
    found = table.filter(
        (pl.col("scenario") == scenario)
        & (pl.col("lever") == "all")
        & (pl.col("measure") == measure)
    )
    assert found.height == 1
    return found.row(0, named=True)


def _certain(assumptions: Assumptions, *settings: str) -> Assumptions:
    """Every assumption fixed at its base."""
    fixed = [
        f"{name}={each.base.numerator}/{each.base.denominator}"
        for name, each in assumptions.parameters.items()
    ]
    return with_overrides(assumptions, [*fixed, *settings])


@pytest.fixture(scope="module")
def table(assumptions, records_of) -> pl.DataFrame:
    return _scenarios(assumptions, records_of(), draws=40_000)


def test_every_measure_once_per_scenario(table):
    joint = table.filter(pl.col("lever") == "all")
    assert (
        joint.group_by("scenario").agg(pl.col("measure").n_unique())["measure"].to_list()
        == [len(UNITS) - 1] * 3  # Shapley credits are a lever's own
    )
    assert table.select("scenario", "lever", "measure").is_duplicated().sum() == 0


def test_quantiles_are_in_order(table):
    known = table.drop_nulls(["p10", "p50", "p90"])
    assert (known["p10"] <= known["p50"]).all()
    assert (known["p50"] <= known["p90"]).all()


def test_scenarios_are_in_order(table):
    for measure in ("annual_savings_usd", "annual_net_savings_usd", "npv_usd"):
        middle = [
            _joint(table, measure, each)["p50"] for each in ("conservative", "base", "optimistic")
        ]
        assert middle == sorted(middle)


def test_baseline_is_the_posterior_of_the_count(table):
    """12 failures in 400 batches, 200 batches a year, design effect 1.5: Beta(8.5, 259.2)."""
    from scipy import stats

    row = _joint(table, "baseline_failures_per_year")
    posterior = stats.beta(0.5 + 12 / 1.5, 0.5 + 388 / 1.5)
    expected = 200 * posterior.ppf([0.1, 0.5, 0.9])
    assert np.allclose([row["p10"], row["p50"], row["p90"]], expected, rtol=0.02)
    assert row["basis"] == "count"
    assert row["note"].startswith("12 failed batches, 2024-01-01 to 2025-12")


def test_baseline_loss_counts_allocated_cost_and_avoidable_does_not(assumptions, records_of):
    table = _scenarios(_certain(assumptions), records_of())
    failures = _joint(table, "baseline_failures_per_year")["p50"]
    assert _joint(table, "baseline_loss_usd_per_year")["p50"] == pytest.approx(failures * 270_000)
    assert _joint(table, "baseline_avoidable_loss_usd_per_year")["p50"] == pytest.approx(
        failures * 238_000
    )


def test_prevented_is_the_identity_when_everything_is_known(assumptions, records_of, alarms_of):
    """With counts so large that posteriors are points, the identity by hand must come out.

    400 batches with 12 failures cannot be made larger here, so p is taken from its own median.
    """
    alarms = alarms_of(detected=(300_000, 500_000, 600_000), failures=900_000)
    at_four = replace(assumptions, levers=(replace(assumptions.levers[0], gate=4),))
    table = _scenarios(_certain(at_four), replace(records_of(), alarm_counts=alarms))
    failures = _joint(table, "baseline_failures_per_year")["p50"]
    expected = failures * 0.8 * (5 / 9) * 0.5 * 0.6
    assert _joint(table, "prevented_failures_per_year")["p50"] == pytest.approx(expected, rel=1e-3)
    # rescued .5 x (.6 x 238,000 - 10,000), stopped .5 x .5 x 200,000 x .2
    savings = failures * 0.8 * (5 / 9) * (0.5 * 132_800 + 10_000)
    assert _joint(table, "annual_savings_usd")["p50"] == pytest.approx(savings, rel=1e-3)
    allocated = expected * 32_000
    freed = _joint(table, "annual_allocated_cost_freed_usd")["p50"]
    assert freed == pytest.approx(allocated, rel=1e-3)


def test_value_by_gate_and_scenario_agree(assumptions, records_of):
    at_four = replace(assumptions, levers=(replace(assumptions.levers[0], gate=4),))
    # Few enough for one chunk, so that both are worked out on the same draws.
    case = business_case(at_four, records_of(), draws=10_000, seed=1)
    gate = case.value_by_gate.filter((pl.col("outcome") == "failure") & (pl.col("gate") == 4))
    savings = _joint(case.scenarios, "annual_savings_usd")
    assert gate["gross_usd_p50"][0] == pytest.approx(savings["p50"], rel=1e-9)
    net = _joint(case.scenarios, "annual_net_savings_usd")
    assert gate["net_usd_p10"][0] == pytest.approx(net["p10"], rel=1e-9)


@pytest.mark.parametrize("verdict", ["no_signal", "product_mix_only", "too_few_failures"])
def test_without_a_signal_nothing_is_saved(assumptions, records_of, verdict):
    table = _scenarios(assumptions, records_of(verdict=verdict))
    assert _joint(table, "baseline_loss_usd_per_year")["p10"] > 0
    saved = table.filter(~pl.col("measure").str.starts_with("baseline"))
    assert set(saved["measure"]) == SAVED
    assert (saved["basis"] == "refused").all()
    assert (saved["p90"] == 0).all()
    row = _joint(table, "annual_savings_usd")
    assert row["note"].startswith(NO_SAVINGS)
    assert f"Verdict {verdict}" in row["note"]


def test_no_failures_at_all(assumptions, records_of):
    records = records_of(failures=0, verdict="too_few_failures")
    table = _scenarios(assumptions, replace(records, alarm_counts=records.alarm_counts.clear()))
    # A rate that a prior alone gives prices nothing: none failed, so none is lost.
    for measure in ("baseline_failures_per_year", "baseline_loss_usd_per_year"):
        row = _joint(table, measure)
        assert (row["p10"], row["p50"], row["p90"]) == (0, 0, 0)


def test_no_outcomes_at_all(assumptions, records_of):
    records = records_of()
    empty = BusinessRecords(
        records.batches,
        records.outcomes.clear(),
        records.outcome_definitions.clear(),
        records.verdicts.clear(),
        records.alarm_counts.clear(),
    )
    table = _scenarios(assumptions, empty)
    assert _joint(table, "annual_savings_usd")["note"].startswith(NO_SAVINGS)


def test_without_dates_batches_a_year_are_assumed(assumptions, records_of):
    table = _scenarios(assumptions, records_of(dated=False))
    row = _joint(table, "baseline_failures_per_year")
    assert "Batches a year are an assumption." in row["note"]
    assert "no dates in the records" in row["note"]


def test_proxies_are_arithmetic(assumptions, records_of):
    table = _scenarios(assumptions, records_of(is_proxy=True))
    assert set(table["basis"]) == {"arithmetic", "refused"}
    assert "Priced on a proxy" in _joint(table, "baseline_loss_usd_per_year")["note"]
    assert "Priced on a proxy" in _joint(table, "annual_savings_usd")["note"]


def test_an_uninformative_model_reaches_below_zero(assumptions, records_of, alarms_of):
    """A model that flags failures no more often than good batches, called a signal by mistake."""
    alarms = alarms_of(detected=(1, 1, 1), failures=20)
    table = _scenarios(assumptions, replace(records_of(), alarm_counts=alarms))
    for scenario in ("conservative", "base"):
        assert _joint(table, "annual_net_savings_usd", scenario)["p10"] < 0
        assert _joint(table, "npv_usd", scenario)["p10"] < 0
    assert _joint(table, "npv_positive_prob")["p50"] < 0.5


def test_payback_says_never(assumptions, records_of):
    dear = with_overrides(assumptions, ["implementation_usd=900000000"])
    table = _scenarios(dear, records_of())
    assert _joint(table, "payback_months")["p50"] == np.inf
    assert _joint(table, "never_pays_back_share")["p50"] == 1
    assert _joint(table, "npv_positive_prob")["p50"] == 0
    assert _joint(table, "irr")["p90"] < 0


def _decisions_on_modes(
    assumptions: Assumptions, records: BusinessRecords
) -> tuple[FailureCounts, list[LeverDecision]]:
    """Both modes carry a signal, any-failure does not; two alerts are declared on each."""
    modes = list(MODES)
    alarms = pl.concat(records.alarm_counts.with_columns(outcome=pl.lit(mode)) for mode in modes)
    verdicts = records.verdicts.with_columns(
        verdict=pl.when(pl.col("outcome").is_in(modes) & pl.col("gate").is_between(3, 5))
        .then(pl.lit("process_signal"))
        .otherwise(pl.lit("no_signal"))
    )
    counts = FailureCounts(
        records.baseline,
        AlarmEvidence.from_tables(verdicts, alarms, alarm_prices(assumptions, alarms)),
    )
    alert = replace(assumptions.levers[0], gate=4)
    two = replace(assumptions, levers=(alert, replace(alert, name="second_alert", gate=5)))
    by_gate = pl.DataFrame(
        schema={"outcome": pl.String, "gate": pl.Int64, "net_usd_p50": pl.Float64}
    )
    inputs = LeverInputs(counts.evidence, ["failure"], modes, frozenset(), by_gate)
    return counts, lever_decisions(two, inputs)


def test_sum_over_levers_is_the_joint_and_no_failure_is_saved_twice(assumptions, records_of):
    """Two alerts on each of two modes, joint effect worked out independently of the chain."""
    counts, decisions = _decisions_on_modes(assumptions, records_of())
    drawn = Draws(assumptions, "base", 10_000, 1)
    simulated = simulate(drawn, counts, decisions)
    assert len(simulated) == 4
    total = sum(each.value.prevented_failures for each in simulated)
    probs = counts.outcome_probs(set(MODES), drawn)
    joint = np.zeros(10_000)
    for mode in MODES:
        left = np.ones(10_000)
        saved = np.zeros(10_000)
        for gate in (4, 5):
            alarms = counts.evidence.at(mode, gate).alarms
            assert alarms is not None
            flagged = drawn("addressable_share") * alarms.sensitivity(drawn)
            rescued = drawn(f"rescuable_share_gate_{gate}") * drawn("rescue_effectiveness")
            stopped = (1 - drawn(f"rescuable_share_gate_{gate}")) * drawn(
                f"stoppable_share_gate_{gate}"
            )
            saved += left * flagged * rescued
            left *= 1 - flagged * (rescued + stopped)
        joint += probs[mode] * saved
    rate = counts.baseline.batches_per_year
    assert rate == pytest.approx(200, rel=1e-3)
    assert np.allclose(total, joint * rate, rtol=1e-9)
    everything = np.sum([probs[mode] for mode in MODES], axis=0)
    assert (total <= everything * rate).all()


def test_savings_and_value_add_up_over_levers(assumptions, records_of):
    counts, decisions = _decisions_on_modes(assumptions, records_of())
    drawn = Draws(assumptions, "base", 2_000, 1)
    table = scenarios(drawn, counts, decisions).scenarios
    assert table.filter(pl.col("lever") != "all")["lever"].n_unique() == 6
    one_off = sum(each.cash.one_off_usd for each in simulate(drawn, counts, decisions))
    own = drawn("change_control_usd") + drawn("validation_usd")
    once = drawn("implementation_usd") * 2 + 4 * own
    assert np.allclose(one_off, once, rtol=1e-12)


def test_modes_never_fail_more_often_than_batches(assumptions, records_of):
    counts, _ = _decisions_on_modes(assumptions, records_of())
    probs = counts.outcome_probs(set(MODES), Draws(assumptions, "base", 5_000, 1))
    assert set(probs) == {*MODES, "other"}
    assert (np.sum(list(probs.values()), axis=0) < 1).all()
    assert probs["other"].mean() < 0.002


def test_deterministic(assumptions, records_of):
    one, two = (_scenarios(assumptions, records_of(), draws=1_000) for _ in range(2))
    assert one.equals(two)


def test_a_hundred_thousand_draws_take_under_a_second_each(assumptions, records_of):
    records = records_of()
    business_case(assumptions, records, draws=100, seed=1)
    start = time.process_time()
    business_case(assumptions, records, draws=100_000, seed=1)
    assert time.process_time() - start < 3  # three scenarios
