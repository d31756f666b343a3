"""The cost model alone: the domain's figures come out exactly, and say that they are arithmetic."""

import json
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction

import pytest

from assets.savings.arithmetic.identity import prevented_failures_per_year
from assets.savings.arithmetic.release import waiting_batches
from assets.savings.arithmetic.roi import roi, roi_lines
from data_contracts.assumptions import built_in_names, load_built_in, with_overrides


def test_sterile_injectable_gives_the_claimed_figures_exactly():
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


def test_identity_two_thirds():
    exact = prevented_failures_per_year(
        Fraction(200),
        Fraction(3, 100),
        Fraction(9, 10),
        Fraction(8, 9),
        Fraction(5, 6),
        Fraction(1),
    )
    assert exact == 4
    assert prevented_failures_per_year(200.0, 0.03, 1.0, 1.0, 1.0, 2 / 3) == pytest.approx(4)


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
    assert waiting_batches(Fraction(200), Fraction(72)) == Fraction(14400, 8760)
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


def test_tablets_state_programme_and_payback():
    every = load_built_in("tablets")
    tablets = replace(every, levers=every.levers[:1])
    shown = roi(tablets).to_json()
    assert shown["prevented_share"] == str(
        Fraction(8, 10) * Fraction(1, 2) * Fraction(1, 2) * Fraction(6, 10)
    )
    assert shown["annual_net_savings_usd"]["low"] < 0 < shown["annual_net_savings_usd"]["high"]
    assert "payback_months" not in shown
    certain = [
        f"{name}={each.base.numerator}/{each.base.denominator}"
        for name, each in tablets.parameters.items()
        if each.distribution != "fixed"
    ]
    result = roi(with_overrides(tablets, [*certain, "sensitivity=1"]))
    figures = result.figures
    expected = figures["implementation_cost_usd"].base / figures["annual_net_savings_usd"].base * 12
    assert figures["payback_months"].base == expected


@pytest.mark.parametrize("name", built_in_names())
def test_text_names_every_figure_and_opens_with_what_it_is(name):
    result = roi(load_built_in(name))
    lines = roi_lines(result)
    assert "arithmetic on assumptions, not evidence" in lines[1]
    assert len(lines) == 4 + len(result.figures) + len(result.notes)


def test_text_of_the_sterile_preset():
    text = "\n".join(roi_lines(roi(load_built_in("sterile_injectable"))))
    assert "$2,000,000 to $8,000,000" in text
    assert "No cost of the programme is stated" in text
    assert "each would have to be 90%" in text


def test_import_is_light():
    code = (
        "import sys, assets.savings.arithmetic.roi, data_contracts.assumptions; "
        "heavy = {'scipy', 'pandas', 'polars', 'sklearn', 'great_expectations', 'dagster'}; "
        "print(*sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
