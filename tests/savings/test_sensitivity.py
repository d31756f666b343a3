"""Tornado and value of information: order, sign, and nothing where the decision is clear."""

from dataclasses import replace

import numpy as np
import pytest

from assets.savings.arithmetic.cash_flow import Yearly
from assets.savings.business_case import business_case
from assets.savings.programme.scenario_figures import worth
from assets.savings.programme.sensitivity import _information_usd, sensitivity
from assets.savings.programme.simulation import LeverDraws, joint_npv_usd, simulate
from assets.savings.uncertainty.draws import Draws
from data_contracts.assumptions import with_overrides


def test_value_of_information_of_a_linear_worth():
    """NPV = x with x standard normal: knowing x is worth E[max(x, 0)] = 0.399."""
    rng = np.random.default_rng(1)
    value = rng.standard_normal(200_000)
    assert _information_usd(value, value) == pytest.approx(0.399, abs=0.01)
    assert _information_usd(rng.random(200_000), value) < 0.02
    # Far above zero nothing could change the decision.
    assert _information_usd(value, value + 6) == 0
    # The mean of the slices and that of all are one sum, whether or not they come out even: what
    # rounding leaves of it is no money.
    large = 1e9 + 1e7 * value[:20_011]
    assert _information_usd(value[:20_011], large) == 0


def test_every_input_once_and_the_widest_first(assumptions, records_of):
    case = business_case(assumptions, records_of(), draws=6_000, seed=1)
    table = case.sensitivity.sort("rank")
    assert table["rank"].to_list() == list(range(1, table.height + 1))
    assert table["swing_usd"].is_sorted(descending=True)
    rows = {row["input"]: row for row in table.iter_rows(named=True)}
    assert rows["direct_material_usd_per_batch"]["kind"] == "assumption"
    measured = [name for name, row in rows.items() if row["kind"] == "measured"]
    assert any(name.startswith("sensitivity.failure") for name in measured)
    assert rows["direct_material_usd_per_batch"]["title"] == "Direct material cost per batch"
    assert all(
        row["title"].startswith("Failures caught at gate")
        for name, row in rows.items()
        if name.startswith("sensitivity.failure")
    )
    effect = rows["rescue_effectiveness"]
    assert effect["npv_if_high_usd"] > effect["npv_if_low_usd"]
    assert rows["discount_rate"]["npv_if_high_usd"] != rows["discount_rate"]["npv_if_low_usd"]


def test_inputs_of_levers_outside_the_programme_do_not_appear(assumptions, records_of):
    case = business_case(assumptions, records_of(), draws=2_000, seed=1)
    drawn = Draws(assumptions, "base", 2_000, 1)
    drawn("other_run_usd_per_year")
    table = sensitivity(drawn, case.counts, case.kept, {})
    assert {each.lever.kind for each in case.kept} == {"alert"}
    assert "other_run_usd_per_year" not in table["input"].to_list()


def test_no_programme_no_sensitivity(assumptions, records_of):
    case = business_case(assumptions, records_of(verdict="no_signal"), draws=1_000, seed=1)
    assert case.sensitivity.is_empty()
    assert case.detectability["batches"].null_count() == 3
    assert case.savings_tracker.is_empty()


def _yearly(simulated: list[LeverDraws], drawn: Draws) -> Yearly:
    return Yearly.together([each.yearly(drawn) for each in simulated])


def test_break_even_is_the_share_of_savings_that_just_pays(assumptions, records_of):
    """With every assumption certain, savings scaled by the share bring the value to zero."""
    fixed = [
        f"{name}={each.base.numerator}/{each.base.denominator}"
        for name, each in assumptions.parameters.items()
    ]
    case = business_case(with_overrides(assumptions, fixed), records_of(), draws=500, seed=1)
    drawn = Draws(with_overrides(assumptions, fixed), "base", 500, 1)
    simulated = simulate(drawn, case.counts, case.kept)
    share = worth(_yearly(simulated, drawn), drawn("discount_rate"))["break_even_effect_share"]
    assert np.isfinite(share).mean() > 0.9
    scaled = [
        replace(
            each,
            cash=replace(
                each.cash,
                savings_usd=each.cash.savings_usd * np.where(np.isfinite(share), share, 0),
            ),
        )
        for each in simulated
    ]
    value = joint_npv_usd(scaled, drawn)
    cost = simulated[0].cash.one_off_usd
    assert np.abs(value / cost)[np.isfinite(share)].max() < 1e-9
