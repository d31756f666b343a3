"""Measured rates as inputs of the plan: medians in force, ends at P10 and P90."""

from datetime import date

import numpy as np
import pytest

from assets.savings.arithmetic.planned_cash import planned_figures
from assets.savings.business_case import business_case
from assets.savings.levers.lever_decisions import LeverDecision
from assets.savings.programme.plan_inputs import measured_assumptions, plan_inputs
from assets.savings.programme.simulation import simulate
from assets.savings.records.alarm_evidence import AlarmCounts
from assets.savings.uncertainty.draws import Draws

AS_OF = date(2026, 1, 1)


@pytest.fixture(scope="module")
def case(assumptions, records_of):
    return business_case(assumptions, records_of(), draws=6_000, seed=1)


def test_the_plan_is_near_the_median_of_the_simulation(assumptions, case):
    plan = measured_assumptions(assumptions, case.plan_inputs, AS_OF)
    figures = planned_figures(plan, "base")
    assert figures["baseline_failures_per_year"] == pytest.approx(6.1, abs=0.3)
    simulated = {
        row["measure"]: row
        for row in case.scenarios.filter(scenario="base", lever="all").iter_rows(named=True)
    }
    # A product of medians against the median of products: near, not equal.
    for measure in ("prevented_failures_per_year", "annual_savings_usd"):
        assert figures[measure] == pytest.approx(simulated[measure]["p50"], rel=0.15), measure
    cost = simulated["implementation_cost_usd"]["p50"]
    assert figures["implementation_cost_usd"] == pytest.approx(cost, rel=0.15)


class _Certain(Draws):
    """Draws without doubt: base values, and rates as counted."""

    def __call__(self, name):
        return np.full(self.size, float(self.assumptions[name].base))

    def rate(self, name, events, trials, deflation):
        return np.full(self.size, events / trials)

    def shares(self, name, counts, deflation):
        total = sum(counts.values())
        return {each: np.full(self.size, count / total) for each, count in counts.items()}


def test_the_plan_of_levers_on_two_modes_is_the_simulation(assumptions, records_of):
    """Two alerts on each of two modes: the plan and the draws are the same arithmetic."""
    case = business_case(assumptions, records_of(verdict="no_signal"), draws=100, seed=1)
    alert, early = assumptions.levers[:2]
    decisions = [
        LeverDecision(
            f"{lever.name}.{mode}",
            lever,
            mode,
            gate,
            "evidence",
            "counted",
            AlarmCounts(mode, gate, 10, caught, 300, 12),
        )
        for mode, caught in (
            ("blend_non_uniformity", 8),
            ("coating_temperature_excursion", 4),
        )
        for lever, gate in ((early, 2), (alert, 4))
    ]
    drawn = _Certain(assumptions, "base", 1, 1)
    simulated = simulate(drawn, case.counts, decisions)
    inputs = plan_inputs(drawn, case.counts, decisions)
    figures = planned_figures(measured_assumptions(assumptions, inputs, AS_OF), "base")

    def joint(read):
        return float(sum(read(each) for each in simulated)[0])

    expected = {
        "prevented_failures_per_year": joint(lambda each: each.value.prevented_failures),
        "annual_savings_usd": joint(lambda each: each.cash.savings_usd),
        "annual_programme_cost_usd": joint(lambda each: each.cash.running_usd),
        "implementation_cost_usd": joint(lambda each: each.cash.one_off_usd),
    }
    # 12 failures in 400 batches, half by mode, 200.0 batches a year: 3 a year and mode. Of each
    # 80% can be acted on, at gate 4 half rescued with 60% success.
    assert expected["prevented_failures_per_year"] > 0
    for measure, value in expected.items():
        assert figures[measure] == pytest.approx(value, rel=1e-9), measure


def test_measured_numbers_carry_the_records_as_owner_and_their_count_as_source(assumptions, case):
    plan = measured_assumptions(assumptions, case.plan_inputs, AS_OF)
    (lever,) = plan.levers
    assert lever.name == "alert_and_rescue_failure"
    assert lever.planning_gate == case.kept[0].gate
    sensitivity = plan[lever.uses["sensitivity"]]
    assert (sensitivity.kind, sensitivity.as_of) == ("measured", AS_OF)
    assert "failures" in sensitivity.source
    assert sensitivity.low < sensitivity.base < sensitivity.high
    flagged = plan[lever.uses["alarm_budget"]]
    assert flagged.favourable == "low"
    assert plan["failure_rate"].kind == "measured"
    assert assumptions["failure_rate"].kind == "claim"


def test_without_a_programme_the_plan_holds_the_baseline_alone(assumptions, records_of):
    case = business_case(assumptions, records_of(verdict="no_signal"), draws=1_000, seed=1)
    plan = measured_assumptions(assumptions, case.plan_inputs, AS_OF)
    assert plan.levers == ()
    figures = planned_figures(plan, "base")
    assert figures["annual_savings_usd"] == 0
    assert figures["baseline_loss_usd_per_year"] > 0
