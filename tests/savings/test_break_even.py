"""From which risk on an alarm pays, worked by hand, and which counts are priced for it."""

from fractions import Fraction

import polars as pl
import pytest

from assets.savings.arithmetic.break_even import AlarmPrice, alarm_price, alarm_prices
from assets.savings.records.alarm_evidence import AlarmEvidence
from data_contracts.assumptions import with_overrides
from data_contracts.tables import table
from tests.savings.conftest import verdict_rows


def test_an_alarm_pays_from_cost_over_cost_and_saving_on() -> None:
    """A false alarm for 6,000 beside 24,000 saved: one failing batch in five pays for the rest."""
    assert AlarmPrice(Fraction(24_000), Fraction(6_000)).break_even_prob == Fraction(1, 5)
    assert AlarmPrice(Fraction(24_000), Fraction(0)).break_even_prob == 0


@pytest.mark.parametrize("saved", [0, -5_000])
def test_where_acting_saves_nothing_no_risk_is_high_enough(saved: int) -> None:
    assert AlarmPrice(Fraction(saved), Fraction(6_000)).break_even_prob == 1
    assert AlarmPrice(Fraction(saved), Fraction(0)).break_even_prob == 1


def test_prices_of_one_alarm_by_hand(assumptions) -> None:
    """At gate 4 half can be rescued, .6 succeed, of 238,000 less 10,000; half of the rest stopped.

    Addressable .8: .8 x (.5 x (.6 x 238,000 - 10,000) + .5 x .5 x 200,000 x .2) = 61,120.
    """
    price = alarm_price(assumptions, assumptions.levers[0], 4)
    assert price.caught_failure_usd == 61_120
    false = with_overrides(
        assumptions,
        [
            "false_alarm_usd_per_batch=2000",
            "stop_given_false_alarm_share=0.05",
            "good_batch_usd_per_batch=100000",
        ],
    )
    again = alarm_price(false, false.levers[0], 4)
    assert again.false_alarm_usd == 7_000
    assert again.break_even_prob == Fraction(7_000, 68_120)


def counted(least_prob: float, detected: int, budget: float = 0.05) -> dict[str, object]:
    return {
        "outcome": "failure",
        "gate": 4,
        "alarm_budget": budget,
        "least_prob": least_prob,
        "fold": 2,
        "failures": 9,
        "detected": detected,
        "good_batches": 90,
        "false_alarms": detected,
        "sensitivity_design_effect": 1.0,
        "false_alarm_design_effect": 1.0,
    }


COUNTS = [counted(0.0, 8), counted(0.1, 6), counted(0.2, 4), counted(1.0, 0), counted(0.2, 5, 0.1)]


def test_alarm_prices_at_release_say_that_no_alarm_pays(assumptions) -> None:
    prices = alarm_prices(assumptions, table("model.alarm_counts"))
    assert prices["gate"].to_list() == [1, 2, 3, 4, 5, 6, 7]
    assert prices.filter(gate=7)["break_even_prob"].item() == 1
    assert prices["least_prob"].to_list() == prices["break_even_prob"].to_list()


@pytest.mark.parametrize(
    ("false_usd", "pays", "detected", "least"),
    [(6_791, 0.1, 6, 0.1), (7_500, 0.109, 4, 0.2), (15_280, 0.2, 4, 0.2), (61_120, 0.5, 0, 1.0)],
)
def test_what_is_raised_and_priced_is_the_first_step_that_pays(
    assumptions, false_usd: int, pays: float, detected: int, least: float
) -> None:
    """A caught failure saves 61,120 at gate 4, so the false alarm's cost decides the risk."""
    names = ["stop_given_false_alarm_share=0", f"false_alarm_usd_per_batch={false_usd}"]
    counts = table("model.alarm_counts", COUNTS)
    prices = alarm_prices(with_overrides(assumptions, names), counts)
    (price,) = prices.filter(gate=4).iter_rows(named=True)
    assert price["break_even_prob"] == pytest.approx(pays, abs=1e-3)
    assert price["least_prob"] == least
    verdicts = verdict_rows(["failure"], "process_signal")
    found = AlarmEvidence.from_tables(verdicts.with_columns(route=pl.lit("margin")), counts, prices)
    own = found.alarms["failure", 4]
    assert (own.detected, own.least_prob) == (detected, least)
    refusal = found.at("failure", 4).refusal
    if least < 1:
        assert refusal is None
        assert f"at a risk above {100 * least:.0f}%" in own.sentence
    else:
        assert str(refusal).startswith("At gate 4 no alarm would be raised: at these prices")
