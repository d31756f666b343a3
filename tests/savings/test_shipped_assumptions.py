"""The sets that come with lotwise: each multiplies out, and the domain's figures come out."""

import json
from decimal import Decimal

import pytest

from assets.savings.arithmetic.roi import roi
from assets.savings.arithmetic.roi_lines import roi_lines
from assets.savings.business_case import business_case
from assets.savings.records.copq_ledger import failure_cost_exact_usd, unit_costs_usd
from data_contracts.assumptions import (
    built_in_names,
    load_built_in,
    load_run_assumptions,
    with_overrides,
)
from data_contracts.profile import built_in_profiles, load_profile


@pytest.mark.parametrize("name", built_in_names())
def test_text_names_every_figure_and_opens_with_what_it_is(name):
    result = roi(load_built_in(name))
    lines = roi_lines(result)
    assert "arithmetic on assumptions, not evidence" in lines[1]
    assert len(lines) == 4 + len(result.figures) + len(result.notes)


def test_tablets_price_a_run_with_every_lever(records_of):
    tablets = load_run_assumptions()
    case = business_case(tablets, records_of(), draws=1_000, seed=1)
    assert {name.partition(".")[0] for name in case.levers["lever"]} == {
        lever.name for lever in tablets.levers
    }
    assert "evidence" in set(case.levers["basis"])


def test_a_failed_batch_of_tablets_by_hand():
    """200,000 / 4 x 8,000 / 45 x 400 / .5 x 100 x 200 / 10 x 500 / 5,000."""
    assert unit_costs_usd(load_built_in("tablets")) == {
        "direct_material": Decimal("200000.00"),
        "labour_and_suite": Decimal("32000.00"),
        "deviation_investigation": Decimal("18000.00"),
        "capa_and_revalidation": Decimal("10000.00"),
        "schedule_slippage": Decimal("5000.00"),
        "regulatory": Decimal("5000.00"),
    }
    assert failure_cost_exact_usd(load_built_in("tablets")) == Decimal("270000.00")


def test_sterile_injectable_gives_the_published_figures_exactly():
    shown = roi(load_built_in("sterile_injectable")).to_json()
    assert shown["prevented_failures_per_year"] == 4
    assert isinstance(shown["prevented_failures_per_year"], int)
    assert shown["annual_savings_usd"] == {"low": 2000000, "high": 8000000}
    assert shown["baseline_loss_usd"] == {"low": 3000000, "high": 12000000}
    assert shown["baseline_failures_per_year"] == 6
    assert shown["prevented_share"] == "2/3"
    assert shown["kind"] == "arithmetic"
    assert "arithmetic on assumptions, not evidence" in shown["statement"]
    text = json.dumps(shown)
    assert '"prevented_failures_per_year": 4,' in text
    assert '"annual_savings_usd": {"low": 2000000, "high": 8000000}' in text
    assert '"baseline_loss_usd": {"low": 3000000, "high": 12000000}' in text


def test_factors_that_multiply_to_two_thirds_however_they_are_split():
    split = ["addressable_share=0.9", "sensitivity=8/9", "rescuable_share=5/6", "effectiveness=1"]
    shown = roi(with_overrides(load_built_in("sterile_injectable"), split)).to_json()
    assert shown["prevented_failures_per_year"] == 4
    assert shown["annual_savings_usd"] == {"low": 2000000, "high": 8000000}


def test_set_moves_the_result():
    halved = with_overrides(load_built_in("sterile_injectable"), ["sensitivity=0.25,0.5,0.75"])
    shown = roi(halved).to_json()
    assert shown["prevented_failures_per_year"] == {"low": 1, "high": 3}
    assert shown["annual_savings_usd"] == {"low": 500000, "high": 6000000}
    none = roi(with_overrides(halved, ["failure_rate=0"])).to_json()
    assert none["prevented_failures_per_year"] == 0
    assert none["prevented_share"] == "0"


def test_text_of_the_sterile_preset():
    text = "\n".join(roi_lines(roi(load_built_in("sterile_injectable"))))
    assert "$2,000,000 to $8,000,000" in text
    assert "No cost of the programme is stated" in text
    assert "each would have to be 90%" in text


def test_real_time_release_solves_for_the_one_cost_not_given():
    shown = roi(load_built_in("real_time_release")).to_json()
    assert (shown["lead_time_before_h"], shown["lead_time_after_h"]) == (72, 4)
    assert shown["payback_months"] == 14
    assert shown["solved_for"] == ["implementation_cost_usd"]
    assert "prevented_failures_per_year" not in shown
    for end in ("low", "high"):
        net, cost = shown["annual_net_savings_usd"][end], shown["implementation_cost_usd"][end]
        assert net > 0
        assert cost / net * 12 == pytest.approx(14, rel=1e-6)


def test_real_time_release_by_hand():
    """200 batches, 68 h less: 200 x 68 / 8760 batches less waiting; each term worked out apart."""
    settings = [
        "batches_per_year=200",
        "batch_value_usd_per_batch=219000",
        "carrying_share_per_year=0.1",
        "laboratory_hours_per_batch=10",
        "laboratory_usd_per_hour=90",
        "equipment_hours_per_batch=4",
        "equipment_usd_per_hour=500",
        "capacity_limited_share=0.25",
        "run_usd_per_year=30000",
    ]
    shown = roi(with_overrides(load_built_in("real_time_release"), settings)).to_json()
    inventory, laboratory, equipment = 34000, 180000, 100000
    assert shown["annual_savings_usd"] == {
        "low": inventory + laboratory + equipment,
        "high": inventory + laboratory + equipment,
    }
    net = 284000
    assert shown["annual_net_savings_usd"] == {"low": net, "high": net}
    assert shown["implementation_cost_usd"]["low"] == round(net * 14 / 12, 2)


def test_release_that_saves_nothing_leaves_no_room_for_a_cost():
    costly = with_overrides(load_built_in("real_time_release"), ["run_usd_per_year=90000000"])
    assert roi(costly).to_json()["implementation_cost_usd"] == {"low": 0, "high": 0}


def test_every_shipped_profile_that_is_priced_names_a_set_that_fits():
    """Solid dose but for the vials; lots of a product nobody names have no outcome to price."""
    named = {}
    for name in built_in_profiles():
        profile = load_profile(name)
        named[name] = profile.assumptions
        assert profile.assumptions in built_in_names() or not profile.outcomes
    assert named.pop("sterile_vials") == "sterile_vials"
    assert named.pop("lot_genealogy") is None
    assert set(named.values()) == {"tablets"}
