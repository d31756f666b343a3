"""From which risk on an alarm pays, worked by hand, and which counts are priced for it."""

from fractions import Fraction

import polars as pl
import pytest

from assets.savings.arithmetic.break_even import AlarmPrice, alarm_price, alarm_prices
from assets.savings.records.alarm_evidence import AlarmEvidence
from data_contracts.assumptions import with_overrides
from data_contracts.tables import table


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


def test_alarm_prices_at_release_say_that_no_alarm_pays(assumptions) -> None:
    prices = alarm_prices(assumptions)
    assert prices["gate"].to_list() == [1, 2, 3, 4, 5, 6, 7]
    assert prices.filter(gate=7)["break_even_prob"].item() == 1


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


def test_counts_above_the_risk_that_pays_are_priced(assumptions) -> None:
    counts = table(
        "model.alarm_counts",
        [counted(0.0, 8), counted(0.1, 6), counted(0.2, 4), counted(1.0, 0), counted(0.2, 5, 0.1)],
    )
    for pays, detected, least in ((0.1, 6, 0.1), (0.11, 4, 0.2), (0.2, 4, 0.2), (0.5, 0, 1.0)):
        prices = alarm_prices(assumptions).with_columns(
            break_even_prob=pl.lit(pays), alarm_budget=pl.lit(0.06)
        )
        found = AlarmEvidence.from_tables(table("model.verdicts"), counts, prices)
        own = found.alarms["failure", 4]
        assert (own.detected, own.least_prob) == (detected, least)
        assert f"at a risk above {100 * least:.0f}%" in own.sentence
