"""The programme multiplied out: factors beside products, sums over levers, and the middle drawn."""

from datetime import date
from itertools import pairwise

import polars as pl
import pytest

from assets.savings.arithmetic.planned_cash import planned_figures
from assets.savings.business_case import business_case
from assets.savings.programme.plan_inputs import measured_assumptions
from assets.savings.programme.programme_arithmetic import programme_arithmetic


@pytest.fixture(scope="module")
def case(assumptions, records_of):
    return business_case(assumptions, records_of(), draws=4_000, seed=1)


def _figures(case, lever):
    rows = case.programme_arithmetic.filter(pl.col("lever") == lever)
    return dict(rows.select("figure", "value").rows())


def _levers(case):
    return [name for name in case.programme_arithmetic["lever"].unique() if name != "all"]


def _drawn(case, measure):
    rows = case.scenarios.filter(scenario="base", lever="all", measure=measure)
    return rows.row(0, named=True)


def test_programme_arithmetic_multiplies_for_each_lever(case):
    assert _levers(case)
    for lever in _levers(case):
        found = _figures(case, lever)
        settled = found["failures_met_per_year"] * found["settled_share"]
        assert found["failures_settled_per_year"] == pytest.approx(settled, rel=1e-12)
        saved = settled * found["saved_usd_per_failure"]
        assert found["failure_savings_usd_per_year"] == pytest.approx(saved, rel=1e-12)
        direct = found.get("direct_savings_usd_per_year", 0.0)
        assert found["savings_usd_per_year"] == pytest.approx(saved + direct, rel=1e-9)
        net = found["savings_usd_per_year"] - found["running_usd_per_year"]
        assert found["net_usd_per_year"] == pytest.approx(net, rel=1e-12)


def test_programme_arithmetic_adds_up_to_what_the_workbook_recomputes(assumptions, case):
    together = _figures(case, "all")
    plan = measured_assumptions(assumptions, case.plan_inputs, date(2026, 1, 1))
    figures = planned_figures(plan, "base")
    for figure, measure in (
        ("savings_usd_per_year", "annual_savings_usd"),
        ("running_usd_per_year", "annual_programme_cost_usd"),
        ("net_usd_per_year", "annual_net_savings_usd"),
        ("one_off_usd", "implementation_cost_usd"),
    ):
        assert together[figure] == pytest.approx(figures[measure], rel=1e-9), figure
        over_levers = sum(_figures(case, lever)[figure] for lever in _levers(case))
        assert together[figure] == pytest.approx(over_levers, rel=1e-9)


def test_programme_arithmetic_reconciles_with_the_middle_of_the_draws(case):
    together = _figures(case, "all")
    drawn = _drawn(case, "annual_net_savings_usd")["p50"]
    assert together["drawn_net_usd_per_year"] == drawn
    gap = together["drawn_less_base_usd_per_year"]
    assert together["net_usd_per_year"] + gap == pytest.approx(drawn, rel=1e-12)


def test_programme_arithmetic_of_no_programme_is_empty(assumptions, case):
    nothing = case.plan_inputs.filter(pl.col("lever") == "all")
    assert programme_arithmetic(assumptions, nothing, case.scenarios).is_empty()


def test_cash_by_year_starts_with_the_cost_and_ends_with_the_headline(case):
    """Year 0 is the one-off cost; a step near the end is the net saving of a full year."""
    by_scenario = {
        scenario: case.cash_by_year.filter(scenario=scenario).sort("year")
        for scenario in ("conservative", "base", "optimistic")
    }
    base, cost = by_scenario["base"], _drawn(case, "implementation_cost_usd")
    assert base["p50"][0] == pytest.approx(-cost["p50"], rel=1e-3)
    assert base["p10"][0] == pytest.approx(-cost["p90"], rel=1e-3)
    for rows in by_scenario.values():
        assert rows["year"].to_list() == list(range(base.height))
    ends = [rows["p50"][-1] for rows in by_scenario.values()]
    assert ends == sorted(ends)
    steps = [late - early for early, late in pairwise(base["p50"].to_list())]
    net = _drawn(case, "annual_net_savings_usd")["p50"]
    assert steps[-1] == pytest.approx(net, rel=0.15)


def test_cash_by_year_is_there_only_where_something_is_carried_out(assumptions, records_of):
    case = business_case(assumptions, records_of(verdict="no_signal"), draws=200, seed=1)
    assert case.cash_by_year.is_empty() == (not case.kept)
