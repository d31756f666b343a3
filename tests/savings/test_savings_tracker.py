"""The tracker: silent without a change, speaking with one, bound to what was promised."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import prod

import numpy as np
import polars as pl
import pytest

from assets.savings.business_case import business_case
from assets.savings.programme.savings_tracker import record_before, savings_tracker
from assets.savings.records.business_records import BusinessRecords
from data_contracts.assumptions import Assumptions, Promise

Records = Callable[..., BusinessRecords]
START = date(2025, 1, 1)
PROMISE = Promise(START, Fraction(3, 100), Fraction(1, 100), "Head of production")


def _none_failed(since: int, failures: int, batches: int) -> float:
    """The e-value of so many batches without a failure at a promise of 1%, by hand.

    The next batch is good with the chance that the record and half a failure and half a good batch
    (Jeffreys) give it, and then counts itself.
    """
    good = batches - failures + 0.5
    return prod(0.99 * (batches + 1 + i) / (good + i) for i in range(since))


def test_the_tracker_over_recorded_months(records_of: Records) -> None:
    """Without a promise the later half of the record is a rehearsal: 200 batches, none failed.

    The first 12 batches failed. Batches are 1.826 days apart, so that 200 lie before the 31st of
    December 2024; its last quarter of a year left out leaves 151.
    """
    records = records_of()
    months = savings_tracker(records.batches, records.priced_failures, 0.03, 0.01)
    assert months["month"].to_list() == [
        date(2024, 12, 1),
        *(date(2025, month, 1) for month in range(1, 13)),
    ]
    assert months["batches"].sum() == 200
    assert months["failures"].sum() == 0
    assert set(months["failures_before"]) == {12}
    assert set(months["batches_before"]) == {151}
    assert months["failure_prob_before"][0] == pytest.approx(12 / 151)
    assert not months["is_promise"].any()
    # All ten of the first stretch of ten failed, two of the second and none of the other thirteen:
    # 15/14 x (9.205^2 + 1.205^2 + 12 x 0.795^2 + 0.874^2) / (151 x 0.0795 x 0.9205) = 9.17.
    assert months["design_effect"].to_list() == pytest.approx([9.17] * 13, abs=0.01)
    # 200 batches count as 22, and 22 good batches are no wonder at all.
    assert months["e_value"].is_sorted()
    assert not months["is_shown"].any()
    assert savings_tracker(records.batches, records.priced_failures, 0.03, 0.03).is_empty()


def test_a_promise_with_a_frozen_record_is_held_against_that_record(records_of: Records) -> None:
    records = records_of()
    promise = replace(PROMISE, record_before=(12, 400, 1.0))
    months = savings_tracker(records.batches, records.priced_failures, 0.5, 0.4, promise)
    assert months["batches"].sum() == 199
    by_hand = [_none_failed(made, 12, 400) for made in months["batches"].cum_sum()]
    assert months["e_value"].to_list() == pytest.approx(by_hand, rel=1e-9)
    assert months["e_value"][-1] == pytest.approx(22.3, abs=0.1)
    assert months["is_shown"].to_list() == [False] * 11 + [True]
    # The same rate from thirty batches may well have been 1%: a year of none says little.
    hardly = replace(PROMISE, record_before=(1, 30, 1.0))
    assert not savings_tracker(records.batches, records.priced_failures, 0.5, 0.4, hardly)[
        "is_shown"
    ].any()


def test_counts_of_failures_in_stretches_are_deflated_on_both_sides(records_of: Records) -> None:
    """Batches that fail by twos: 24 of 800 count as 12 of 400, 199 since as 99.5."""
    records = records_of()
    promise = replace(PROMISE, record_before=(24, 800, 2.0))
    months = savings_tracker(records.batches, records.priced_failures, 0.03, 0.01, promise)
    halved = _none_failed(99, 12, 400), _none_failed(100, 12, 400)
    assert halved[0] < months["e_value"][-1] < halved[1]
    assert not months["is_shown"].any()


def _plant(failed: np.ndarray) -> pl.DataFrame:
    """Batches two days apart from 2020 on."""
    count = failed.size
    return pl.DataFrame(
        {
            "batch_id": [f"B{i:05d}" for i in range(count)],
            "started_at": [
                datetime(2020, 1, 1) + timedelta(days=2 * i)  # noqa: DTZ001
                for i in range(count)
            ],
            "is_failed": failed,
        }
    ).with_columns(day=pl.col("started_at").dt.date())


def test_the_bad_spell_before_a_start_is_left_out() -> None:
    """A quarter of the record, and never more than a year of it."""
    failed = np.zeros(200, dtype=bool)
    failed[[10, 60, 110]] = True
    failed[155:] = True  # 45 batches in a row, then the programme
    batches = _plant(failed)
    start = date(2020, 1, 1) + timedelta(days=400)
    known = record_before(batches, start)
    assert (known.failures, known.batches) == (3, 150)  # 300 of 400 days
    assert known.design_effect == 1.0
    # Of ten years the last is left out, not two and a half.
    decade = _plant(np.arange(1825) >= 1643)
    known = record_before(decade, date(2020, 1, 1) + timedelta(days=3650))
    assert (known.failures, known.batches) == (0, 1643)  # batches of the first 3,285 days


def test_failures_of_one_campaign_come_together() -> None:
    """Whole campaigns of ten failing, two of fifteen: each counts as one failure."""
    failed = np.zeros(200, dtype=bool)
    failed[[*range(20, 30), *range(90, 100)]] = True
    start = date(2020, 1, 1) + timedelta(days=400)
    lots = _plant(failed).with_columns(
        campaign_id=pl.Series([f"C{i // 10:02d}" for i in range(200)])
    )
    for batches in (lots, lots.drop("campaign_id")):  # stretches of ten stand in for campaigns
        known = record_before(batches, start)
        assert (known.failures, known.batches) == (20, 150)
        # 15/14 x (2 x 8.667^2 + 13 x 1.333^2) / (150 x 0.1333 x 0.8667) = 10.71
        assert known.design_effect == pytest.approx(10.71, abs=0.01)


def test_a_promise_is_followed_from_its_start_at_its_own_rates(
    records_of: Records, assumptions: Assumptions
) -> None:
    """The rates of the run move, the promised ones do not; nor do months before the start count."""
    records = records_of()
    priced = records.priced_failures
    months = savings_tracker(records.batches, priced, 0.5, 0.4, PROMISE)
    assert months.equals(savings_tracker(records.batches, priced, 0.03, 0.03, PROMISE))
    assert months["month"].min() == START
    assert months["is_promise"].all()
    assert set(months["failure_prob_promised"]) == {0.01}
    # The rate before is as counted until three months before, whatever the promise says of it.
    assert set(months["failure_prob_before"]) == {12 / 151}
    # Through the business case, even where the run itself promises nothing.
    promised = replace(assumptions, promise=PROMISE)
    case = business_case(promised, records_of(verdict="no_signal"), draws=500, seed=1)
    assert case.savings_tracker.equals(months)


def test_nothing_to_compare_is_no_row(records_of: Records) -> None:
    records = records_of()
    for start in (date(2024, 1, 1), date(2027, 1, 1)):  # no batch before, none since
        promise = replace(PROMISE, started_on=start)
        found = savings_tracker(records.batches, records.priced_failures, 0.03, 0.01, promise)
        assert found.is_empty()
    frozen = replace(PROMISE, started_on=date(2024, 1, 1), record_before=(12, 400, 1.0))
    found = savings_tracker(records.batches, records.priced_failures, 0.03, 0.01, frozen)
    assert found["batches"].sum() == 400


def test_a_record_no_worse_than_the_promise_shows_no_fall_to_it(records_of: Records) -> None:
    """None of 150 failed before and 3.5% do since: that is likelier at 3.8% than at none at all."""
    records = records_of()
    failed = records.batches.filter(pl.col("started_at") >= START).gather_every(33)
    promise = Promise(START, Fraction(63, 1000), Fraction(38, 1000), "Head of production")
    better = replace(promise, record_before=(0, 150, 1.0))
    found = savings_tracker(records.batches, failed, 0.03, 0.01, better)
    assert not found["is_shown"].any()
