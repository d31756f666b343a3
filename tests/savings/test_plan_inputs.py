"""Measured rates as inputs of the plan: medians in force, ends at P10 and P90."""

from datetime import date

import pytest

from assets.savings.business_case import business_case
from assets.savings.plan_inputs import measured_assumptions
from assets.savings.planned_cash import planned_figures
from data_contracts.catalogue import contract
from data_contracts.polars_schema import conform

AS_OF = date(2026, 1, 1)


@pytest.fixture(scope="module")
def case(tablets, records_of):
    return business_case(tablets, records_of(), draws=6_000, seed=1)


def test_the_plan_is_near_the_median_of_the_simulation(tablets, case):
    inputs = conform(case.plan_inputs, contract("economics.plan_inputs"))
    plan = measured_assumptions(tablets, inputs, AS_OF)
    figures = planned_figures(plan, "base")
    assert figures["baseline_failures_per_year"] == pytest.approx(6.1, abs=0.3)
    simulated = {
        row["measure"]: row
        for row in case.scenarios.filter(scenario="base", lever="all").iter_rows(named=True)
    }
    for measure in ("prevented_failures_per_year", "annual_savings_usd"):
        row = simulated[measure]
        assert row["p10"] < figures[measure] < row["p90"]


def test_measured_numbers_carry_the_records_as_owner_and_their_count_as_source(tablets, case):
    plan = measured_assumptions(tablets, case.plan_inputs, AS_OF)
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
    assert tablets["failure_rate"].kind == "claim"


def test_without_a_programme_the_plan_holds_the_baseline_alone(tablets, records_of):
    case = business_case(tablets, records_of(verdict="no_signal"), draws=1_000, seed=1)
    plan = measured_assumptions(tablets, case.plan_inputs, AS_OF)
    assert plan.levers == ()
    figures = planned_figures(plan, "base")
    assert figures["annual_savings_usd"] == 0
    assert figures["baseline_loss_usd_per_year"] > 0
